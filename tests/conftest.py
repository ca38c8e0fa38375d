"""What holds for every test: hypothesis sets no deadline, for other work on the machine is not the test's fault."""

from hypothesis import settings

settings.register_profile("tightlip", deadline=None)
settings.load_profile("tightlip")

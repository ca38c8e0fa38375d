"""What holds for every test: hypothesis sets no deadline, for other work on the machine is not the test's fault.

Where slow tests are left out, laws are tried on fewer examples; a test that names its own number keeps it.
"""

import pytest
import structlog
from hypothesis import settings

settings.register_profile("tightlip", deadline=None)
settings.register_profile("quick", settings.get_profile("tightlip"), max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("quick" if "not slow" in config.option.markexpr else "tightlip")
    # What structlog does by itself with an exception is to draw the values of all local variables: seconds of work.
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])

"""What holds for every test: hypothesis sets no deadline, for other work on the machine is not the test's fault.

Where slow tests are left out, laws are tried on fewer examples (`tests/law.py`); a test with `max_examples` keeps them.
"""

from functools import partialmethod

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import settings

from tests.law import QUICK

settings.register_profile("tightlip", deadline=None)
settings.register_profile(QUICK, settings.get_profile("tightlip"), max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile(QUICK if "not slow" in config.option.markexpr else "tightlip")
    # What structlog does by itself with an exception is to draw the values of all local variables: seconds of work.
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
    # A password's hash is made to take time, and a hundred tests make several; how many rounds it had stands in it.
    cheap = partialmethod(PasswordHasher.__init__, time_cost=1, memory_cost=8, parallelism=1)
    PasswordHasher.__init__ = cheap  # type: ignore[assignment]

"""A vendor's API on loopback: real TLS, real formats, everything received kept as raw bytes.

Tests start it in a thread and script it; the bench runs it as `python -m tests.fakevendor`. It answers as the
real APIs answer and judges nothing: what a request should have looked like is the test's business.
"""

from tests.fakevendor.authority import HOSTS, Authority, make_authority
from tests.fakevendor.step import Received, Step, Tool
from tests.fakevendor.vendor import FakeVendor

__all__ = ["HOSTS", "Authority", "FakeVendor", "Received", "Step", "Tool", "make_authority"]

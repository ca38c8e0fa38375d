"""The lab: one fake vendor and one proxy per policy for all end-to-end tests of a pytest process."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compiled import share_rules
from tests.e2e.lab import Tightlip, configuration
from tests.fakevendor import Authority, FakeVendor, make_authority


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    with tempfile.TemporaryDirectory() as folder:
        yield make_authority(Path(folder))


@pytest.fixture(scope="session")
def vendor_server(authority: Authority) -> Iterator[FakeVendor]:
    with FakeVendor(authority) as vendor:
        yield vendor


@pytest.fixture
def vendor(vendor_server: FakeVendor) -> FakeVendor:
    """The fake vendor with an empty log and no script."""
    vendor_server.reset()
    return vendor_server


@pytest.fixture(scope="session")
def lab(vendor_server: FakeVendor, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> "Lab":
    return Lab(vendor_server, authority, tmp_path_factory)


@pytest.fixture(scope="session")
def balanced(lab: "Lab") -> Iterator[Tightlip]:
    """Shared by tests that leave it as they found it."""
    with lab.tightlip("balanced") as tightlip:
        yield tightlip


@pytest.fixture(scope="session")
def strict(lab: "Lab") -> Iterator[Tightlip]:
    with lab.tightlip("strict", policy="strict") as tightlip:
        yield tightlip


class Lab:
    """Makes proxies in front of the vendor, for tests that need one of their own."""

    def __init__(self, vendor: FakeVendor, authority: Authority, folders: pytest.TempPathFactory) -> None:
        self._vendor = vendor
        self._authority = authority
        self._folders = folders

    def tightlip(self, name: str, folder: Path | None = None, **keys: object) -> Tightlip:
        config = configuration(self._vendor.address, self._authority.ca, plain=self._vendor.plain_address, **keys)
        tightlip = Tightlip(folder or self._folders.mktemp(name), config)
        share_rules(tightlip.state)
        return tightlip

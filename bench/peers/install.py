"""`python -m bench.peers.install`: the peers from PyPI into `.cache/peers`, apart from this project's own packages."""

import sys
from pathlib import Path

from bench.peers.roster import PEERS
from tests.e2e.real.client import Package
from tests.e2e.real.install import NotInstallable, folder_of, install, is_installed


def interpreter(package: Package | None) -> Path | None:
    """The Python that a peer runs in; None where it isn't installed."""
    if package is None:
        return Path(sys.executable)
    return folder_of(package) / "bin" / "python" if is_installed(package) else None


def main() -> int:
    failed = 0
    for package in {peer.package.folder: peer.package for peer in PEERS if peer.package}.values():
        try:
            install(package)
            print(f"{folder_of(package).name}: installed", flush=True)
        except NotInstallable as err:
            failed += 1
            print(err, file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Sets the scene: a vendor, a proxy of two processes on a disk that may be filled, a clock that may be stepped."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.fault import FAKETIME, Scene, write_policy
from tests.chaos.traffic import Traffic
from tests.compiled import share_rules
from tests.e2e import reloading
from tests.e2e.lab import Tightlip, configuration
from tests.fakevendor import Authority, FakeVendor


@contextlib.contextmanager
def staged(
    folder: Path, vendor: FakeVendor, authority: Authority, *, clients: int = 3, disk: str = "256m"
) -> Iterator[Scene]:
    """A proxy under load until this is left; then it has ended."""
    with _disk(folder, disk) as (place, is_mounted):
        clock = folder / "clock"
        clock.write_text("+0")
        write_policy(place, reloading.A)
        keys = {"policy": str(place / "policy.yaml"), "reload": "manual", "processes": 2, "workers": 2}
        config = configuration(vendor.address, authority.ca, **keys)
        tightlip = Tightlip(place, config, _fake_clock(clock))
        share_rules(tightlip.state)
        tightlip.start()
        traffic = Traffic(tightlip, clients)
        scene = Scene(tightlip, vendor, traffic, place, is_mounted, clock)
        try:
            with traffic.running():
                yield scene
        finally:
            scene.tightlip.stop()


@contextlib.contextmanager
def _disk(folder: Path, size: str) -> Iterator[tuple[Path, bool]]:
    """A file system of its own, where this may be mounted; else a folder."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    is_mounted = subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield place, is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def _fake_clock(file: Path) -> dict[str, str]:
    """The environment in which a process's wall clock, and no other, goes by a file."""
    if FAKETIME is None:
        return {}
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }

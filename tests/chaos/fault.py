"""Faults: each does its harm, waits until the proxy is well again, and says whether it could be seen from outside."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.chaos.traffic import Traffic
from tests.e2e import reloading
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor, Received, Step
from tests.process import command

WELL_SECONDS: Final = 90.0
FAKETIME: Final = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


class NotWell(Exception):
    """The proxy did not get over a fault in time."""


@dataclass(slots=True)
class Scene:
    """Where faults happen. `disk` holds the state folder, on a file system of its own when that could be mounted."""

    tightlip: Tightlip
    vendor: FakeVendor
    traffic: Traffic
    disk: Path
    is_mounted: bool
    clock: Path
    side: reloading.Side = reloading.A

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WELL_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise NotWell
            time.sleep(0.05)

    def until_well(self) -> None:
        self.until(lambda: self.traffic.asks_well() and self.tightlip.get("/readyz")[0] == 200)

    def processes(self, module: str) -> list[int]:
        return [pid for pid in self.tightlip.children() if module.encode() in command(pid)]


Fault = Callable[[Scene], bool]


def worker_killed(scene: Scene) -> bool:
    with _counted(scene, "tightlip_worker_restarts_total") as rose:
        _kill(scene.processes("proxy.worker")[0])
        scene.until_well()
    return rose()


def process_killed(scene: Scene) -> bool:
    """One of those that accept connections."""
    with _counted(scene, "tightlip_process_restarts_total") as rose:
        _kill(scene.processes("proxy.fleet.process")[0])
        scene.until(rose)
        scene.until_well()
    return rose()


def process_hung(scene: Scene) -> bool:
    """It holds its connections and says nothing any more. Its clients wait until it is ended."""
    with _counted(scene, "tightlip_process_restarts_total") as rose:
        os.kill(scene.processes("proxy.fleet.process")[0], signal.SIGSTOP)
        scene.until(rose)
        scene.until_well()
    return rose()


def all_killed(scene: Scene) -> bool:
    """Nothing is left but what is on the disk. It starts again where it was."""
    children = scene.tightlip.children()
    _kill(scene.tightlip.pid)
    scene.tightlip.stop()
    scene.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    before = sum(record["type"] == "start" for record in scene.tightlip.audit())
    scene.tightlip.start()
    scene.until_well()
    return sum(record["type"] == "start" for record in scene.tightlip.audit()) == before + 1


def disk_full(scene: Scene) -> bool:
    with _counted(scene, "tightlip_audit_failures_total") as rose:
        ballast = scene.disk / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        scene.until(lambda: rose() and not scene.traffic.asks_well())
        ballast.unlink()
        scene.until_well()
    return rose()


def clock_stepped(scene: Scene) -> bool:
    """An hour ahead and back again. Seen where times are told."""
    scene.clock.write_text("+1h")
    scene.until(lambda: _last_told(scene) > time.time() + 1800)
    scene.until_well()
    scene.clock.write_text("-1h")
    scene.until(lambda: _last_told(scene) < time.time() - 1800)
    scene.until_well()
    scene.clock.write_text("+0")
    return True


def vendor_fails(scene: Scene) -> bool:
    """Stalls, cuts in the middle, hangs up without a word, by turns."""
    ways = [Step(delay_seconds=1.5), Step(cut_after=1), Step(no_reply=True), Step(status=503), Step()]

    def behave(received: Received) -> Step:
        return ways[len(scene.traffic.secrets) % len(ways)]

    with _counted(scene, "tightlip_outcomes_total", "connection_lost", "upstream_failed") as rose:
        scene.vendor.script(behave)
        scene.until(rose)
        scene.vendor.script(Step())
        scene.until_well()
    return rose()


def reloaded(scene: Scene) -> bool:
    """Another policy, and then a file that is none, which is refused."""
    with _counted(scene, "tightlip_reloads_total", "taken") as rose, _counted(scene, "tightlip_reloads_total") as again:
        scene.side = reloading.B if scene.side is reloading.A else reloading.A
        write_policy(scene.disk, scene.side)
        os.kill(scene.tightlip.pid, signal.SIGHUP)
        scene.until(rose)
        (scene.disk / "policy.yaml").write_text("version: nonsense")
        os.kill(scene.tightlip.pid, signal.SIGHUP)
        scene.until(lambda: scene.tightlip.metric("tightlip_config_last_reload_successful") == 0)
        write_policy(scene.disk, scene.side)
        os.kill(scene.tightlip.pid, signal.SIGHUP)
        scene.until(lambda: scene.tightlip.metric("tightlip_config_last_reload_successful") == 1)
        scene.until_well()
    return rose() and again()


def ca_rotated(scene: Scene) -> bool:
    """Counts from the next start, for which another takes the place of the one that runs."""
    before = scene.tightlip.metric("tightlip_certificate_expiry_timestamp_seconds")
    command = [sys.executable, "-m", "proxy", "ca", "rotate", "--state-dir", str(scene.tightlip.state)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    _exchange(scene)
    return scene.tightlip.metric("tightlip_certificate_expiry_timestamp_seconds") > before


def upgraded(scene: Scene) -> bool:
    """Another takes the port, the record and the counts over; nobody's request fails."""
    failed, pid = scene.traffic.failed, scene.tightlip.pid
    _exchange(scene)
    return scene.traffic.failed == failed and scene.tightlip.pid != pid


FAULTS: Final[dict[str, Fault]] = {
    "a worker is killed": worker_killed,
    "a process that accepts connections is killed": process_killed,
    "a process that accepts connections hangs": process_hung,
    "everything is killed": all_killed,
    "the disk is full, and free again": disk_full,
    "the clock is stepped": clock_stepped,
    "the vendor stalls, cuts and hangs up": vendor_fails,
    "files are reloaded": reloaded,
    "the CA is rotated": ca_rotated,
    "a successor takes over": upgraded,
}


def unfit(scene: Scene) -> dict[str, str]:
    """The faults that can't be done here, each with what is missing."""
    missing = {}
    if not scene.is_mounted:
        missing["the disk is full, and free again"] = "mounting a tmpfs needs root"
    if FAKETIME is None:
        missing["the clock is stepped"] = "libfaketime is not installed"
    return missing


def write_policy(folder: Path, side: reloading.Side) -> None:
    """A policy that redacts every key, in one of two wordings."""
    clause = {"id": f"{side.policy}-cuts", "when": {"category": ["secret"]}, "action": "redact"}
    limit = {"version": 1, "id": side.policy, "description": "", "findings": [clause], "default": "log"}
    reloading.replace_file(folder / "policy.yaml", limit)


@contextlib.contextmanager
def _counted(scene: Scene, name: str, *words: str) -> Iterator[Callable[[], bool]]:
    """Gives a way to ask whether a count has risen since, of samples that hold one of the words."""

    def count() -> float:
        lines = (line for line in scene.tightlip.get("/metrics")[1].splitlines() if line.startswith(name))
        kept = (line for line in lines if not words or any(word in line for word in words))
        return sum(float(line.rpartition(" ")[2]) for line in kept)

    before = count()
    yield lambda: count() > before


def _exchange(scene: Scene) -> None:
    """Has a successor take over, and the old one end."""
    old = scene.tightlip
    new = old.successor()
    new.start()
    scene.tightlip = scene.traffic.tightlip = new
    process = old.process
    assert process is not None
    scene.until(lambda: process.poll() == 0)
    scene.until_well()


def _last_told(scene: Scene) -> float:
    """The time that the latest decision on record gives, in seconds since the epoch; now when there is none yet."""
    decisions = scene.tightlip.decisions()
    return datetime.fromisoformat(decisions[-1]["time"]).timestamp() if decisions else time.time()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)

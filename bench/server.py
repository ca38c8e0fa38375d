"""Starts and stops what is measured: vendor, bare mitmdump, Tightlip; reads memory and processor time from /proc."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.client import Target
from tests.e2e.lab import ROOT, Tightlip, configuration

_START_SECONDS = 120
_MEMORY: Final = Path("/dev/shm")


@contextmanager
def fake_vendor(folder: Path) -> Iterator[str]:
    """Its `HOST:PORT`; its CA is `fake-ca.pem` in the folder."""
    command = [sys.executable, "-m", "bench.vendor", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


@contextmanager
def bare_mitmdump(
    folder: Path,
    vendor: str,
    name: str = "bare",
    python: Path = Path(sys.executable),
    scripts: tuple[Path, ...] = (),
) -> Iterator[tuple[Target, int]]:
    """The target and the process id of mitmdump with its default addons, quiet. With `scripts` it isn't bare."""
    port = _free_port()
    options = {
        "confdir": str(folder / name),
        "listen_host": "127.0.0.1",
        "listen_port": str(port),
        "ssl_verify_upstream_trusted_ca": str(folder / "fake-ca.pem"),
    }
    command = [str(python.with_name("mitmdump")), "-q"]
    for script in (ROOT / "bench" / "bare.py", *scripts):
        command += ["-s", str(script)]
    for option, value in options.items():
        command += ["--set", f"{option}={value}"]
    process = subprocess.Popen(command, env={**os.environ, "BENCH_VENDOR": vendor}, stdin=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Target("127.0.0.1", port, str(folder / name / "mitmproxy-ca-cert.pem")), process.pid
    finally:
        process.terminate()
        process.wait()


def tightlip(folder: Path, vendor: str, ca_folder: Path, **keys: Any) -> Tightlip:
    """Not started; `keys` are of its configuration, and a value of None leaves the product's default."""
    config = configuration(vendor, ca_folder / "fake-ca.pem") | {"workers": None} | keys
    return Tightlip(folder, {key: value for key, value in config.items() if value is not None})


def share_caches(one: Tightlip, other: Tightlip) -> None:
    """What starts on these compiles no rules."""
    other.state.mkdir(parents=True)
    (other.state / "cache").symlink_to((one.state / "cache").resolve())


@contextmanager
def folder_in_memory() -> Iterator[Path | None]:
    """A folder that no disk stands behind, where making durable costs nothing; None where there is none."""
    if not _MEMORY.is_dir():
        yield None
        return
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        yield Path(folder)


def target_of(running: Tightlip) -> Target:
    host, _, port = running.listen.rpartition(":")
    return Target(host, int(port), str(running.ca))


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes have had, by the kernel's own clocks: CPUCLOCK_SCHED of posix-timers.h."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def memory_mib(pid: int) -> float:
    """Resident memory of one process now."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return round(int(line.split()[1]) / 1024, 1)


def sync_seconds(folder: Path, count: int = 100) -> Iterator[float]:
    """What making one audit record durable costs on this disk, which is part of every request's latency."""
    with (folder / "sync").open("ab", buffering=0) as file:
        for _ in range(count):
            started = time.perf_counter()
            file.write(bytes(900))
            os.fdatasync(file.fileno())
            yield time.perf_counter() - started


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("mitmdump did not start")

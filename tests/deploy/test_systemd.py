"""The service unit as systemd reads it, and what a service manager hears from a real proxy."""

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proxy.config import Config
from tests.compiled import share_rules
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.fakevendor import make_authority
from tests.process import command
from tests.test_docs import refused

UNIT = ROOT / "deploy" / "systemd" / "tightlip.service"
WATCHDOG_SECONDS = 4
EXPOSED_AT_MOST = 1.6
"""As `systemd-analyze security` counts, from 0 for nothing to 10 for everything."""

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def _commands() -> dict[str, list[str]]:
    found = re.findall(r"^(Exec\w+)=(.+)$", UNIT.read_text(), re.MULTILINE)
    return {name: command.split() for name, command in found}


def _set(key: str) -> str:
    (value,) = re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)
    return str(value)


def test_the_units_commands_exist() -> None:
    assert {name: refused(command[1:]) for name, command in _commands().items()} == {
        "ExecStart": None,
        "ExecReload": None,
    }


def test_the_main_process_alone_is_told_to_stop() -> None:
    """Workers that got the signal, too, would leave running replies unread."""
    assert _set("KillMode") == "mixed"
    assert int(_set("TimeoutStopSec")) > Config().drain_seconds
    assert _set("LimitCORE") == "0"


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace(_commands()["ExecStart"][0], sys.executable))  # which has to be there
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, timeout=60)
    about_it = [line for line in done.stderr.splitlines() if "tightlip" in line]
    assert about_it == []


@needs_systemd
def test_the_unit_leaves_little_open() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd can't judge a unit that isn't loaded")
    level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None, done.stdout + done.stderr
    assert float(level[1]) <= EXPOSED_AT_MOST


class Heard:
    """What was said on the notification socket, in order."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.messages: list[str] = []

    def next(self, wanted: str, seconds: float = 60) -> str:
        """The next message that begins with `wanted`; those before it are kept in `messages`, too."""
        self._listener.settimeout(seconds)
        while True:
            message = self._listener.recv(4096).decode()
            self.messages.append(message)
            if message.startswith(wanted):
                return message

    def waiting(self) -> list[str]:
        """What was said and not yet read."""
        found: list[str] = []
        self._listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._listener.recv(4096).decode())
        self.messages += found
        return found


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        yield Heard(listener)


@pytest.fixture
def service(heard: Heard, tmp_path: Path) -> Iterator[Tightlip]:
    authority = make_authority(tmp_path)
    config = configuration("127.0.0.1:1", authority.ca, limits={"scan_seconds": 1})
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000)}
    tightlip = Tightlip(tmp_path / "service", config, environment)
    share_rules(tightlip.state)
    with tightlip:
        yield tightlip


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_it_is_ready_when_it_listens_and_says_when_it_reloads_and_stops(service: Tightlip, heard: Heard) -> None:
    ready = heard.next("READY=1")
    assert heard.messages == [ready]
    assert f"STATUS=listens on {service.listen}, " in ready
    heard.next("WATCHDOG=1")
    os.kill(service.pid, signal.SIGHUP)
    heard.next("RELOADING=1")
    assert f"STATUS=listens on {service.listen}, " in heard.next("READY=1")
    assert service.stop() == 0
    said = heard.waiting()
    stopping = next(number for number, message in enumerate(said) if message.startswith("STOPPING=1"))
    assert set(said[stopping + 1 :]) <= {"WATCHDOG=1"}, "works until the last reply has ended"


@pytest.mark.slow
def test_a_worker_that_hangs_gives_no_sign_of_life_until_it_is_replaced(service: Tightlip, heard: Heard) -> None:
    heard.next("WATCHDOG=1")
    (worker,) = (pid for pid in service.children() if b"proxy.worker" in command(pid))
    os.kill(worker, signal.SIGSTOP)
    _until(lambda: _failed(service) >= 1)
    assert len(heard.waiting()) <= 1, "one may have been on its way"
    heard.next("WATCHDOG=1")
    assert worker not in service.children()


@pytest.mark.slow
def test_without_records_there_is_no_sign_of_life(service: Tightlip, heard: Heard) -> None:
    heard.next("WATCHDOG=1")
    unlimited = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (0, unlimited[1]))  # as a full disk
    failed = _failed(service)
    _until(lambda: _failed(service) >= failed + 1)
    heard.waiting()
    _until(lambda: _failed(service) >= failed + 3)
    assert heard.waiting() == []
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, unlimited)
    heard.next("WATCHDOG=1")


def _failed(service: Tightlip) -> float:
    return service.metric("tightlip_watchdog_proofs_total", result="failed")

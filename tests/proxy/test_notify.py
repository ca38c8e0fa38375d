"""What the service manager hears, on a real socket; and who has none."""

import os
import re
import socket
from pathlib import Path

import pytest

from proxy.notify import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, socket.socket]:
    """A socket's name as systemd puts it into the environment, and the socket."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    request.addfinalizer(listener.close)
    listener.settimeout(5)
    name = str(tmp_path / "notify") if request.param == "path" else f"@tightlip-{os.getpid()}"
    listener.bind(name if request.param == "path" else "\0" + name[1:])
    return name, listener


def test_what_happens_is_told(heard: tuple[str, socket.socket]) -> None:
    name, listener = heard
    manager = ServiceManager.of({"NOTIFY_SOCKET": name}, 1)
    manager.ready("listens")
    assert listener.recv(1000) == b"READY=1\nSTATUS=listens"
    manager.reloading()
    assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", listener.recv(1000))
    manager.alive()
    assert listener.recv(1000) == b"WATCHDOG=1"
    manager.stopping()
    assert listener.recv(1000).startswith(b"STOPPING=1\n")


@pytest.mark.parametrize("name", ["", "relative/socket", "vsock:2:1234", "/nowhere/at/all"])
def test_nobody_there_is_no_error(name: str) -> None:
    ServiceManager.of({"NOTIFY_SOCKET": name}, 1).ready("listens")


@pytest.mark.parametrize(
    ("env", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_whether_signs_of_life_are_waited_for(env: dict[str, str], seconds: float | None) -> None:
    assert ServiceManager.of({"NOTIFY_SOCKET": "/run/notify", **env}, 7).watchdog_seconds == seconds


def test_without_a_socket_nothing_is_waited_for() -> None:
    assert ServiceManager.of({"WATCHDOG_USEC": "30000000"}, 7) == ServiceManager()

"""The status server: its pages, slow and failing probes, and a clean end."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping

import pytest

from proxy import status
from proxy.status import StatusServer


class Probe:
    def __init__(self) -> None:
        self.checks: dict[str, bool] = {"engine": True, "audit": True, "ca": True}
        self.calls = 0
        self.gate = threading.Event()
        self.gate.set()
        self.fails = False

    def __call__(self) -> Mapping[str, bool]:
        self.calls += 1
        self.gate.wait(10)
        if self.fails:
            raise RuntimeError("content")
        return dict(self.checks)


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
def server(probe: Probe) -> Iterator[StatusServer]:
    server = StatusServer("127.0.0.1", 0, probe, lambda: "e1")
    yield server
    probe.gate.set()
    server.close()


def get(server: StatusServer, path: str, method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(server.address, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers["content-type"], response.read()
    finally:
        connection.close()


def ready(server: StatusServer) -> tuple[int, dict[str, object]]:
    code, content_type, body = get(server, "/readyz")
    assert content_type == "application/json"
    return code, json.loads(body)


def test_metrics_are_served_in_the_format_asked_for(server: StatusServer) -> None:
    code, content_type, body = get(server, "/metrics?x=1")
    assert (code, content_type.split(";")[0]) == (200, "text/plain")
    assert b"tightlip_build" in body
    _, content_type, body = get(server, "/metrics", accept="application/openmetrics-text")
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_health_is_told_without_asking_the_probe(server: StatusServer, probe: Probe) -> None:
    assert get(server, "/healthz") == (200, "text/plain; charset=utf-8", b"ok\n")
    assert get(server, "/healthz", "HEAD")[::2] == (200, b"")
    assert probe.calls == 0


def test_readiness_lists_each_check(server: StatusServer, probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "REUSE_SECONDS", 0)
    assert ready(server) == (200, {"ready": True, "edition": "e1", "checks": probe.checks})
    assert b"tightlip_ready 1.0" in get(server, "/metrics")[2]
    probe.checks["audit"] = False
    assert ready(server) == (503, {"ready": False, "edition": "e1", "checks": probe.checks})
    assert b"tightlip_ready 0.0" in get(server, "/metrics")[2]
    probe.checks = {}
    assert ready(server) == (503, {"ready": False, "edition": "e1", "checks": {}})


def test_asking_often_probes_once(server: StatusServer, probe: Probe) -> None:
    for _ in range(5):
        assert ready(server)[0] == 200
    assert probe.calls == 1


def test_a_failing_probe_is_not_ready_and_says_nothing(server: StatusServer, probe: Probe) -> None:
    probe.fails = True
    threading.excepthook, before = lambda args: None, threading.excepthook
    try:
        assert ready(server) == (503, {"ready": False, "edition": "e1", "checks": {"probe": False}})
    finally:
        threading.excepthook = before


def test_a_hanging_probe_is_not_ready_and_is_not_started_again(
    server: StatusServer, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(status, "REUSE_SECONDS", 0)
    probe.gate.clear()
    assert ready(server)[0] == 503
    assert ready(server)[0] == 503
    assert probe.calls == 1
    assert get(server, "/healthz")[0] == 200
    monkeypatch.setattr(status, "PROBE_SECONDS", 5)
    probe.gate.set()
    for _ in range(100):
        if ready(server)[0] == 200:
            return
    raise AssertionError("not ready again after the probe came back")


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "/", 404), ("GET", "/readyz/x", 404), ("POST", "/metrics", 501)]
)
def test_anything_else_is_refused(server: StatusServer, method: str, path: str, code: int) -> None:
    assert get(server, path, method)[0] == code


def test_idle_connections_are_bounded_and_end(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "CONNECTIONS", 2)
    server = StatusServer("127.0.0.1", 0, probe, lambda: "e1")
    host, _, port = server.address.rpartition(":")
    idle = [socket.create_connection((host, int(port)), 5) for _ in range(2)]
    try:
        with socket.create_connection((host, int(port)), 5) as third:
            assert third.recv(1) == b""
        for one in idle:
            one.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.0 200")
    finally:
        for one in idle:
            one.close()
        server.close()


def test_closing_frees_the_port_even_with_a_client_connected(probe: Probe) -> None:
    server = StatusServer("127.0.0.1", 0, probe, lambda: "e1")
    host, _, port = server.address.rpartition(":")
    with socket.create_connection((host, int(port)), 5):
        server.close()
    StatusServer(host, int(port), probe).close()


def test_a_taken_port_is_told(server: StatusServer, probe: Probe) -> None:
    host, _, port = server.address.rpartition(":")
    with pytest.raises(OSError, match="in use"):
        StatusServer(host, int(port), probe)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6_addresses_are_served_and_shown_in_brackets(probe: Probe) -> None:
    try:
        server = StatusServer("::1", 0, probe)
    except OSError:
        pytest.skip("no IPv6 loopback here")
    assert server.address.startswith("[::1]:")
    assert get(server, "/healthz")[0] == 200
    server.close()

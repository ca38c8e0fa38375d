"""HTTP/2: not offered where clients would keep a two-way stream open, and a body that never ends is refused."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.events
import pytest

from proxy.intercept.stream import PermittedStream
from tests.fakevendor import Step
from tests.proxy.intercept.conftest import InProcess

_OFFERED = ("h2", "http/1.1")
_PATIENCE_SECONDS = 60


def connected(running: InProcess, host: str, *offered: str) -> ssl.SSLSocket:
    """TLS to `host` through the proxy, by a client that would rather speak HTTP/2 unless told otherwise."""
    assert running.server is not None
    address = running.server.address
    plain = socket.create_connection((address.host, address.port), timeout=_PATIENCE_SECONDS)
    plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    assert plain.recv(4096).startswith(b"HTTP/1.1 200")
    trust = ssl.create_default_context(cafile=str(running.state_dir / "ca" / "tightlip-ca.pem"))
    trust.set_alpn_protocols(offered or _OFFERED)
    return trust.wrap_socket(plain, server_hostname=host)


@pytest.mark.parametrize(
    ("host", "chosen"),
    [
        ("api2.cursor.sh", "http/1.1"),
        ("agentn.global.api5.cursor.sh", "http/1.1"),
        ("api.openai.com", "h2"),
        ("api.anthropic.com", "h2"),
    ],
)
def test_http2_is_not_offered_to_clients_with_two_way_streams(running: InProcess, host: str, chosen: str) -> None:
    with connected(running, host) as client:
        assert client.selected_alpn_protocol() == chosen


@pytest.mark.parametrize(("host", "version"), [("api2.cursor.sh", b"1.1"), ("api.openai.com", b"2")])
def test_a_real_client_falls_back(running: InProcess, host: str, version: bytes) -> None:
    assert running.server is not None
    command = ["curl", "-q", "-sS", "-m", str(_PATIENCE_SECONDS), "--http2", "-w", " %{http_version}", "-d", "x"]
    command += ["-x", f"http://{running.server.address}", "-H", "content-type: application/connect+proto"]
    command += ["--cacert", str(running.state_dir / "ca" / "tightlip-ca.pem"), f"https://{host}/v1/responses"]
    answer = subprocess.run(command, capture_output=True, timeout=_PATIENCE_SECONDS + 5).stdout
    assert b"bad_frame" in answer
    assert answer.endswith(b" " + version)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PermittedStream, "unfinished_seconds", 0.3)


@pytest.mark.usefixtures("impatient")
def test_a_body_that_does_not_end_is_refused_over_http2(running: InProcess) -> None:
    running.vendor.reset()
    with connected(running, "api.openai.com") as client:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        connection.initiate_connection()
        names = {":method": "POST", ":scheme": "https", ":authority": "api.openai.com", ":path": "/v1/responses"}
        connection.send_headers(1, [*names.items(), ("content-type", "application/grpc"), ("te", "trailers")])
        connection.send_data(1, b"\0")
        client.sendall(connection.data_to_send())
        answer = next(event for event in _events(client, connection) if isinstance(event, h2.events.ResponseReceived))
    headers = dict(answer.headers)
    assert (headers[":status"], headers["grpc-status"]) == ("200", "3")
    assert "body_unfinished" in headers["grpc-message"]
    assert answer.stream_ended is not None
    assert running.vendor.requests == []


def _events(client: ssl.SSLSocket, connection: h2.connection.H2Connection) -> Iterator[h2.events.Event]:
    while data := client.recv(65536):
        yield from connection.receive_data(data)
        client.sendall(connection.data_to_send())


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("length", [None, 100])
def test_a_body_that_does_not_end_is_refused(running: InProcess, length: int | None) -> None:
    running.vendor.reset()
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    with connected(running, "api.anthropic.com", "http/1.1") as client:
        client.sendall(f"POST /v1/messages HTTP/1.1\r\nHost: api.anthropic.com\r\n{size}\r\n\r\n1\r\n{{".encode())
        received = b""
        while b"body_unfinished" not in received:
            received += client.recv(65536)
    assert running.vendor.requests == []
    assert [record["reason"] for record in running.records() if record["type"] == "decision"][-1] == "body_unfinished"


def test_bodies_that_end_in_time_are_sent(running: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that runs out later finds nothing to refuse."""
    monkeypatch.setattr(PermittedStream, "unfinished_seconds", 0.05)
    running.vendor.reset()
    with running.client(http2=True) as client:
        for _ in range(3):
            body = iter([b'{"model": "m", "messages": ', b"[]}"])
            answer = client.post("https://api.openai.com/v1/chat/completions", content=body)
            assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
    assert len(running.vendor.requests) == 3


@pytest.mark.usefixtures("impatient")
def test_a_websocket_outlives_the_clock(running: InProcess) -> None:
    running.vendor.reset()
    running.vendor.script(Step(frames=("noted",)))
    with running.socket("/v1/unknown-socket") as client:
        time.sleep(0.8)
        client.send("a short message")
        assert client.receive() == "noted"

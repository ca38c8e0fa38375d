"""A corporate parent proxy between Tightlip and the vendors: everything goes through it, with its own credentials."""

import base64
import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.compiled import share_rules
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.lab import Tightlip, configuration
from tests.fakevendor import Authority, FakeVendor
from tests.socketclient import Ended, SocketClient

pytestmark = pytest.mark.slow

_CREDENTIALS = "corp:gate"


class Parent:
    """Answers CONNECT with a blind relay to the vendor, and remembers what it was asked."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.heads: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.heads.append(head)
        if not head.startswith(b"CONNECT "):  # plain HTTP, asked for in absolute form
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            client.close()
            return
        host, _, port = self._vendor.rpartition(":")
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=_relay, args=(server, client), daemon=True).start()
        _relay(client, server)


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def parent(vendor: FakeVendor) -> Iterator[Parent]:
    made = Parent(vendor.address)
    yield made
    made.close()


@pytest.fixture
def behind(parent: Parent, vendor: FakeVendor, authority: Authority, tmp_path: Path) -> Iterator[Tightlip]:
    config = configuration(vendor.address, authority.ca)
    config["upstream"] = {"ca_file": str(authority.ca), "proxy": f"http://{_CREDENTIALS}@{parent.address}"}
    share_rules(tmp_path / "state")
    with Tightlip(tmp_path, config) as tightlip:
        yield tightlip


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_vendors_are_reached_through_the_parent(
    behind: Tightlip, parent: Parent, vendor: FakeVendor, version: str
) -> None:
    sent = values.chat("hello")
    assert curl(behind, CHAT, sent, version).status == 200
    assert vendor.last.body == sent
    assert parent.heads[-1].startswith(b"CONNECT api.openai.com:443 ")
    assert b" Basic " + base64.b64encode(_CREDENTIALS.encode()) + b"\r\n" in parent.heads[-1]
    assert _CREDENTIALS not in behind.log.read_text() + str(behind.audit())


def test_what_is_blocked_never_reaches_the_parent(behind: Tightlip, parent: Parent, vendor: FakeVendor) -> None:
    key = values.aws_key()
    assert curl(behind, CHAT, b'{"model": "m", "messages": [], "tool": {"%s": 1}}' % key.encode()).status == 400
    assert parent.heads == []
    assert curl(behind, CHAT, values.chat(f"key {key}")).status == 200
    assert key.encode() not in vendor.last.body


def test_other_hosts_are_tunnelled_through_the_parent_too(
    behind: Tightlip, parent: Parent, authority: Authority
) -> None:
    answer = curl(behind, "https://other.example/x", None, ca=str(authority.ca))
    assert answer.status in (200, 404)
    assert parent.heads[-1].startswith(b"CONNECT other.example:443 ")


def test_plain_http_carries_our_credential_to_the_parent_and_not_the_clients(behind: Tightlip, parent: Parent) -> None:
    theirs = ("-H", "Proxy-Authorization: Basic " + base64.b64encode(b"someone:else").decode())
    assert curl(behind, CHAT.replace("https:", "http:"), None, *theirs).status == 200
    (head,) = parent.heads
    assert head.startswith(b"GET http://api.openai.com/")
    assert b" Basic " + base64.b64encode(_CREDENTIALS.encode()) + b"\r\n" in head
    assert base64.b64encode(b"someone:else") not in head


def test_a_base_url_leads_through_the_parent_too(behind: Tightlip, parent: Parent, vendor: FakeVendor) -> None:
    sent = values.message("hello")
    assert httpx.post(f"{behind.proxy_url}/v/anthropic/v1/messages", content=sent, trust_env=False).status_code == 200
    assert vendor.last.body == sent
    assert parent.heads[-1].startswith(b"CONNECT api.anthropic.com:443 ")


def test_a_websocket_leads_through_the_parent_and_ends_with_a_stop(
    behind: Tightlip, parent: Parent, vendor: FakeVendor
) -> None:
    key = values.aws_key()
    with SocketClient(behind.listen, behind.ca) as client:
        client.send(json.dumps({"type": "response.create", "input": f"use {key}"}))
        client.receive_until("response.completed")
        assert parent.heads[-1].startswith(b"CONNECT api.openai.com:443 ")
        behind.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
        assert client.receive() == Ended(1001)
    assert b"[AWS_ACCESS_KEY:" in vendor.messages[0]
    assert behind.stop() == 0


def test_the_portal_is_not_asked_of_the_parent(behind: Tightlip, parent: Parent) -> None:
    assert curl(behind, "https://tightlip.local/ok", None).status == 200
    assert curl(behind, "http://tightlip.local/ok", None).status == 200
    assert httpx.get(f"{behind.proxy_url}/ok", trust_env=False).status_code == 200
    assert parent.heads == []

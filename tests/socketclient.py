"""A WebSocket client through the proxy, by wsproto: well-behaved by default, with a way to send any bytes."""

import base64
import contextlib
import os
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wsproto import ConnectionType, events
from wsproto.connection import Connection, ConnectionState
from wsproto.extensions import Extension, PerMessageDeflate
from wsproto.utilities import generate_accept_token

TIMEOUT_SECONDS = 20.0
RESPONSES = "/v1/responses"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the connection ended: 1006 when it did so without a word."""

    code: int
    reason: str = ""


class Refused(Exception):
    """The upgrade was answered with something else than 101."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


class SocketClient:
    """Without a CA it speaks to the proxy itself, under a base URL.

    Raises Refused when the upgrade is, and OSError when there is no answer to it.
    """

    def __init__(
        self,
        proxy: str,
        ca: Path | None,
        path: str = RESPONSES,
        *,
        host: str = "api.openai.com",
        deflate: bool = True,
        headers: tuple[tuple[str, str], ...] = (),
        extensions: str | None = None,
        alpn: tuple[str, ...] = (),
    ) -> None:
        self._socket = _connect(proxy) if ca is None else _tunnel(proxy, ca, host, alpn)
        self._key = base64.b64encode(os.urandom(16)).decode()
        offer = ("permessage-deflate; client_max_window_bits" if deflate else "") if extensions is None else extensions
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {self._key}", "Sec-WebSocket-Version: 13"]
        lines += [f"Sec-WebSocket-Extensions: {offer}"] if offer else []
        lines += [f"{name}: {value}" for name, value in headers]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.head, rest = _read_head(self._socket)
        self._check(rest)
        agreed: list[Extension] = []
        if b"permessage-deflate" in self.head:
            extension = PerMessageDeflate()
            extension.finalize(self.header("sec-websocket-extensions"))
            agreed.append(extension)
        self.wire = Connection(ConnectionType.CLIENT, agreed, rest)
        self.control: list[tuple[str, bytes]] = []
        self._pieces: list[str | bytes] = []
        self._ready: list[str | bytes | Ended] = []

    def __enter__(self) -> "SocketClient":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def header(self, name: str) -> str:
        lines = self.head.decode("latin-1").split("\r\n")
        return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith(f"{name}:")), "")

    def send(self, data: str | bytes, pieces: int = 1) -> None:
        """One message in so many frames."""
        size = max(1, -(-len(data) // pieces))
        for start in range(0, max(len(data), 1), size):
            part, last = data[start : start + size], start + size >= len(data)
            event = events.TextMessage(part, True, last) if isinstance(part, str) else None
            self.send_event(event or events.BytesMessage(bytes(part), True, last))  # type: ignore[arg-type]

    def send_event(self, event: events.Event) -> None:
        self.send_raw(self.wire.send(event))

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, timeout_seconds: float = TIMEOUT_SECONDS) -> str | bytes | Ended:
        """The next message, or how the connection ended. TimeoutError when nothing comes."""
        deadline = time.monotonic() + timeout_seconds
        while not self._ready:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self._socket.recv(65536)
            except (ConnectionError, ssl.SSLError):
                data = b""
            if not data:
                return Ended(1006)
            self.wire.receive_data(data)
            self._ready += self._events()
        return self._ready.pop(0)

    def receive_until(self, kind: str) -> list[str]:
        """Text messages up to and with the first of that type."""
        received: list[str] = []
        while True:
            message = self.receive()
            assert isinstance(message, str), message
            received.append(message)
            if f'"{kind}"' in message:
                return received

    def close(self, code: int = 1000, reason: str = "") -> Ended:
        """Closes as the RFC says and waits for the answer."""
        self.send_event(events.CloseConnection(code, reason))
        while not isinstance(answer := self.receive(), Ended):
            pass
        return answer

    def drop(self) -> None:
        """Leaves without a word."""
        self._socket.close()

    def _events(self) -> Iterator[str | bytes | Ended]:
        for event in self.wire.events():
            match event:
                case events.Message():
                    self._pieces.append(event.data)
                    if event.message_finished:
                        is_text = isinstance(event, events.TextMessage)
                        yield "".join(map(str, self._pieces)) if is_text else b"".join(self._pieces)  # type: ignore[arg-type]
                        self._pieces = []
                case events.Ping():
                    self.control.append(("ping", bytes(event.payload)))
                    self.send_event(event.response())
                case events.Pong():
                    self.control.append(("pong", bytes(event.payload)))
                case events.CloseConnection():
                    if self.wire.state is ConnectionState.REMOTE_CLOSING:
                        self.send_event(event.response())
                    yield Ended(int(event.code), event.reason or "")

    def _check(self, rest: bytes) -> None:
        status = int(self.head.split(b" ", 2)[1])
        if status != 101:
            length = int(self.header("content-length") or 0)
            while len(rest) < length and (more := self._socket.recv(65536)):
                rest += more
            self._socket.close()
            raise Refused(status, rest)
        if self.header("sec-websocket-accept") != generate_accept_token(self._key.encode()).decode():
            raise ConnectionError("the answer is to another handshake")


def _connect(proxy: str) -> socket.socket:
    address, _, port = proxy.rpartition(":")
    return socket.create_connection((address, int(port)), timeout=TIMEOUT_SECONDS)


def _tunnel(proxy: str, ca: Path, host: str, alpn: tuple[str, ...]) -> socket.socket:
    raw = _connect(proxy)
    raw.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    if b" 200" not in (connected := _read_head(raw)[0])[:13]:
        raise Refused(int(connected.split(b" ", 2)[1]), b"")
    trust = ssl.create_default_context(cafile=str(ca))
    if alpn:
        trust.set_alpn_protocols(list(alpn))
    return trust.wrap_socket(raw, server_hostname=host)


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError("no answer")
        received += data
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest

"""The load generator's connections: one TLS tunnel through a proxy, one request at a time, HTTP/1.1 or HTTP/2.

Raw asyncio protocols with no client library, so that what is measured is the proxy. A reply that isn't 200 is an error:
a bench that measures refusals measures nothing.
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Self

import h2.config
import h2.connection
import h2.events
import h2.settings

_WINDOW_BYTES = 1024 * 1024


class LoadError(Exception):
    """The proxy or the vendor answered something else than 200."""


@dataclass(frozen=True, slots=True)
class Target:
    """Through which proxy, to which host and path, trusting which CA."""

    proxy_host: str
    proxy_port: int
    ca_file: str
    host: str = "api.anthropic.com"
    path: str = "/v1/messages"


class Connection(asyncio.Protocol):
    """The tunnel. Subclasses speak HTTP inside it."""

    alpn = "http/1.1"

    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._received = bytearray()

    @classmethod
    async def open(cls, target: Target) -> Self:
        loop = asyncio.get_running_loop()
        connection = cls(target)
        transport, _ = await loop.create_connection(lambda: connection, target.proxy_host, target.proxy_port)
        connection._transport = transport
        connection._waiting = loop.create_future()
        authority = f"{target.host}:443".encode()
        transport.write(b"CONNECT " + authority + b" HTTP/1.1\r\nHost: " + authority + b"\r\n\r\n")
        head = await connection._waiting
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise LoadError(head.decode("latin-1"))
        connection._waiting = None
        context = ssl.create_default_context(cafile=target.ca_file)
        context.set_alpn_protocols([cls.alpn])
        secure = await loop.start_tls(transport, connection, context, server_hostname=target.host)
        assert secure is not None
        connection._transport = secure
        connection.begin()
        return connection

    def begin(self) -> None:
        """Once, inside the tunnel, before the first request."""

    async def request(self, body: bytes) -> float:
        """Seconds from the first byte written to the last byte read."""
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        started = loop.time()
        self.send(body)
        head = await self._waiting
        seconds = loop.time() - started
        if b"200" not in head[:16]:
            raise LoadError(head[:600].decode("latin-1"))
        return seconds

    def send(self, body: bytes) -> None:
        raise NotImplementedError

    def take(self, data: bytes) -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(data)

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if self._transport.get_extra_info("ssl_object") is None:
            self._received += data
            if b"\r\n\r\n" in self._received:
                self._finish(bytes(self._received))
            return
        self.take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(LoadError("the connection was closed"))

    def _finish(self, answer: bytes) -> None:
        self._received.clear()
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(answer)


class Http1(Connection):
    """Replies have a length or are chunked; a chunked one ends with the empty chunk."""

    def send(self, body: bytes) -> None:
        target = self._target
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.host}\r\nUser-Agent: bench\r\nAccept: */*\r\n"
            f"x-api-key: bench\r\nanthropic-version: 2023-06-01\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.write(head.encode() + body)

    def take(self, data: bytes) -> None:
        self._received += data
        head, found, rest = bytes(self._received).partition(b"\r\n\r\n")
        if found and _whole(head.lower(), rest):
            self._finish(head[9:] + b"\r\n\r\n" + rest)


def _whole(head: bytes, rest: bytes) -> bool:
    _, found, tail = head.partition(b"content-length:")
    if found:
        return len(rest) >= int(tail.partition(b"\r\n")[0])
    return rest.endswith(b"0\r\n\r\n")


class Http2(Connection):
    """One stream at a time; a body larger than the peer's window waits for it."""

    alpn = "h2"

    def begin(self) -> None:
        self._h2 = h2.connection.H2Connection(config=h2.config.H2Configuration(header_encoding=None))
        self._h2.local_settings = h2.settings.Settings(
            client=True, initial_values={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES}
        )
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(_WINDOW_BYTES)
        self._stream = 0
        self._left = memoryview(b"")
        self._status = b""
        self.write(self._h2.data_to_send())

    def send(self, body: bytes) -> None:
        target = self._target
        self._stream = self._h2.get_next_available_stream_id()
        self._left, self._status = memoryview(body), b""
        headers = [
            (":method", "POST"),
            (":path", target.path),
            (":scheme", "https"),
            (":authority", target.host),
            ("x-api-key", "bench"),
            ("anthropic-version", "2023-06-01"),
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
        ]
        self._h2.send_headers(self._stream, headers)
        self._pump()

    def take(self, data: bytes) -> None:
        for event in self._h2.receive_data(data):
            match event:
                case h2.events.ResponseReceived():
                    self._status = next(bytes(v) for k, v in event.headers or () if k == b":status")
                case h2.events.DataReceived():
                    if self._status != b"200":
                        self._received += event.data or b""
                    self._h2.acknowledge_received_data(event.flow_controlled_length or 0, self._stream)
                case h2.events.StreamEnded():
                    self._finish(self._status + b" " + bytes(self._received))
                case h2.events.StreamReset():
                    self._finish(b"stream reset")
        self._pump()

    def _pump(self) -> None:
        while self._left:
            room = self._h2.local_flow_control_window(self._stream)
            size = min(room, self._h2.max_outbound_frame_size, len(self._left))
            if size <= 0:
                break
            self._h2.send_data(self._stream, bytes(self._left[:size]), end_stream=size == len(self._left))
            self._left = self._left[size:]
        self.write(self._h2.data_to_send())


SPEAKERS: dict[str, type[Connection]] = {"http/1.1": Http1, "h2": Http2}

"""The load generator's connections: one TLS tunnel through a proxy, one request at a time, HTTP/1.1 or HTTP/2.

Raw asyncio protocols with no client library, so that what is measured is the proxy. A reply that isn't 200 is an error:
a bench that measures refusals measures nothing.
"""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Self

from bench import frames

_PATIENCE_SECONDS = 120.0
_MOMENT_SECONDS = 0.2


class LoadError(Exception):
    """The proxy or the vendor answered something else than 200."""


class Busy(LoadError):
    """There was too much to do, and the request may be sent again."""


@dataclass(frozen=True, slots=True)
class Target:
    """Through which proxy, to which host and path, trusting which CA."""

    proxy_host: str
    proxy_port: int
    ca_file: str
    host: str = "api.anthropic.com"
    path: str = "/v1/messages"


class Connection(asyncio.Protocol):
    """The tunnel. Subclasses speak HTTP inside it. With `arrivals` set, what comes is kept with the time it came."""

    alpn = "http/1.1"

    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._received = bytearray()
        self._secure = False
        self.refused = 0
        self.arrivals: list[tuple[float, bytes]] | None = None

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
        context = trusting(target.ca_file, cls.alpn)
        secure = await loop.start_tls(transport, connection, context, server_hostname=target.host)
        assert secure is not None
        connection._transport = secure
        connection._secure = True
        connection.begin()
        return connection

    def begin(self) -> None:
        """Once, inside the tunnel, before the first request."""

    async def request(self, body: bytes) -> float:
        """Seconds from the first byte written to the last byte read. Raises LoadError; TimeoutError after minutes."""
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        started = loop.time()
        self.send(body)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            head = await self._waiting
        seconds = loop.time() - started
        if b"200" not in head[:16]:
            raise (Busy if b"503" in head[:16] or b"(busy)" in head else LoadError)(head[:600].decode("latin-1"))
        return seconds

    async def insist(self, body: bytes) -> float:
        """The same with what a client does that is told to come again in a moment; `refused` counts how often."""
        started = asyncio.get_running_loop().time()
        while True:
            try:
                await self.request(body)
                return asyncio.get_running_loop().time() - started
            except Busy:
                self.refused += 1
                await asyncio.sleep(_MOMENT_SECONDS)

    def send(self, body: bytes) -> None:
        raise NotImplementedError

    def take(self, data: bytes) -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        assert self._transport is not None
        if data:
            self._transport.write(data)

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self.arrivals is not None:
            self.arrivals.append((asyncio.get_running_loop().time(), data))
        if self._secure:
            self.take(data)
            return
        self._received += data
        if b"\r\n\r\n" in self._received:
            self._finish(bytes(self._received))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(LoadError("the connection was closed"))

    def _finish(self, answer: bytes) -> None:
        self._received.clear()
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(answer)


@cache
def trusting(ca_file: str, alpn: str) -> ssl.SSLContext:
    """Made once: reading the CA's file takes longer than a handshake."""
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols([alpn])
    return context


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
        self._framing = frames.Framing(frames.PREFACE)
        self._stream = -1
        self._status = b""
        self._head = block_of(self._target)
        self.write(self._framing.take_out())

    def send(self, body: bytes) -> None:
        self._stream += 2
        self._status = b""
        self._framing.send(self._stream, self._head + frames.literal("content-length", str(len(body))), body)
        self.write(self._framing.take_out())

    def take(self, data: bytes) -> None:
        for frame in self._framing.feed(data):
            if frame.type == frames.HEADERS:
                self._status = b"200" if frames.status_is_200(frame.payload) else b"not the status hoped for"
            elif frame.type == frames.DATA and self._status != b"200":
                self._received += frame.payload
            elif frame.type in (frames.RESET, frames.GOAWAY):
                self._finish(b"stream reset or connection left")
            if frame.type in (frames.DATA, frames.HEADERS) and frame.flags & frames.END_STREAM:
                self._finish(self._status + b" " + bytes(self._received))
        self.write(self._framing.take_out())


def block_of(target: Target) -> bytes:
    """The header block of every request to a target, but for its length."""
    headers = (
        (":method", "POST"),
        (":path", target.path),
        (":scheme", "https"),
        (":authority", target.host),
        ("x-api-key", "bench"),
        ("anthropic-version", "2023-06-01"),
        ("content-type", "application/json"),
    )
    return b"".join(frames.literal(name, value) for name, value in headers)


SPEAKERS: dict[str, type[Connection]] = {"http/1.1": Http1, "h2": Http2}

"""The vendor of the bench: `python -m bench.vendor FOLDER` prints `listening HOST:PORT` and serves until terminated.

It parses no more than it must and answers with bytes made beforehand: what it takes of the machine, the proxies can't
have. A request that wants a stream gets one, at once or, if its body holds PACED, a token every few milliseconds, each
with the time it was written at in its text, by the clock that clients on this machine read too.
"""

import asyncio
import json
import re
import signal
import ssl
import sys
import time
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench import frames
from tests.fakevendor import anthropic_api, gemini_api, openai_api
from tests.fakevendor.authority import make_authority
from tests.fakevendor.step import Step

PACED: Final = b"bench-paced"
STAMP: Final = "@" * 16
STAMPED: Final = re.compile(rb"<(\d{16})>")
STAND_IN: Final = re.compile(rb"person-[0-9a-f]{8}@example\.com")
"""What the proxy puts in the place of an address, and what the stream then speaks of."""
TOKENS: Final = 40
GAP_SECONDS: Final = 0.004
_STREAMS: Final = re.compile(rb'"stream"\s*:\s*true')
_GEMINI: Final = "generativelanguage.googleapis.com"  # says in its path that a stream is wanted, and only that here
_BEGINNING: Final = 100_000
_OPENAI: Final = "api.openai.com"
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_APIS: Final = {
    "api.anthropic.com": anthropic_api.message_events,
    _OPENAI: openai_api.chat_events,
    f"{_OPENAI}/responses": openai_api.response_events,
    _GEMINI: gemini_api.generated_events,
}
_TYPES: Final = {False: "application/json", True: "text/event-stream"}


class Peer(asyncio.Protocol):
    """One connection, whichever HTTP it speaks."""

    transport: asyncio.Transport

    def __init__(self, names: "weakref.WeakKeyDictionary[Any, str]") -> None:
        self._names = names
        self._feed: Callable[[bytes], None] = self._feed1
        self._raw = bytearray()
        self._body_at = self._size = 0
        self._bodies: dict[int, list[bytes]] = {}
        self._framing = frames.Framing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        tls = transport.get_extra_info("ssl_object")
        self._host = self._names.get(tls, "")
        if tls.selected_alpn_protocol() == "h2":
            self._feed = self._feed2
            self._raw += b"preface"
            transport.write(self._framing.take_out())

    def data_received(self, data: bytes) -> None:
        self._feed(data)

    def _feed1(self, data: bytes) -> None:
        """One request after the other; its head is read once, and then bytes are counted."""
        self._raw += data
        if not self._size:
            end = self._raw.find(b"\r\n\r\n")
            if end < 0:
                return
            found = _LENGTH.search(self._raw, 0, end + 2)
            self._body_at = end + 4
            self._size = self._body_at + (int(found[1]) if found else 0)
        if len(self._raw) >= self._size:
            body = bytes(self._raw[self._body_at : self._size])
            self._raw, self._size = self._raw[self._size :], 0
            self._answer1(body)

    def _answer1(self, body: bytes) -> None:
        if not _wants_stream(self._host, body):
            self.transport.write(_whole1(self._host))
            return
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        asyncio.get_running_loop().create_task(self._play(body, head, _chunk, b"0\r\n\r\n"))

    def _feed2(self, data: bytes) -> None:
        if self._raw:  # the preface comes whole, with the settings behind it
            data, self._raw = data[len(frames.PREFACE) :], bytearray()
        for frame in self._framing.feed(data):
            if frame.type == frames.HEADERS:
                self._bodies[frame.stream] = []
            elif frame.type == frames.DATA:
                self._bodies[frame.stream].append(frame.payload)
            if frame.flags & frames.END_STREAM and frame.type in (frames.HEADERS, frames.DATA):
                self._answer2(frame.stream, b"".join(self._bodies.pop(frame.stream)))
        self.transport.write(self._framing.take_out())

    def _answer2(self, stream: int, body: bytes) -> None:
        if not _wants_stream(self._host, body):
            self._framing.send(stream, _block(False), _body(self._host))
            return

        def write(data: bytes) -> bytes:
            self._framing.piece(stream, data)
            return self._framing.take_out()

        self._framing.head(stream, _block(True))
        end = lambda: self._framing.open(stream, b"")  # noqa: E731
        asyncio.get_running_loop().create_task(self._play(body, b"", write, end))

    async def _play(
        self, body: bytes, head: bytes, frame: Callable[[bytes], bytes], end: bytes | Callable[[], None]
    ) -> None:
        """The stream's events; the first token goes out with what stands before it, as vendors send it."""
        paced, said = PACED in body, STAND_IN.search(body)
        is_response = self._host == _OPENAI and b'"messages":' not in body[:_BEGINNING]
        api = f"{self._host}/responses" if is_response else self._host
        events = _events(api, said[0].decode() if said else "")
        for event in events if paced else (b"".join(events),):
            stamp = b"%016d" % (time.monotonic_ns() // 1000)
            self.transport.write(head + frame(event.replace(STAMP.encode(), stamp)))
            head = b""
            if paced:
                await asyncio.sleep(GAP_SECONDS)
        if callable(end):
            end()
            end = self._framing.take_out()
        self.transport.write(end)


def _wants_stream(host: str, body: bytes) -> bool:
    return host == _GEMINI or _STREAMS.search(body) is not None


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@cache
def _events(api: str, stand_in: str) -> tuple[bytes, ...]:
    """A stream's writes: each holds one token. One in ten ends within the stand-in, if there is one."""
    half = len(stand_in) // 2
    words = [f" word <{STAMP}>"] * TOKENS
    if stand_in:
        words[5::10] = [f" <{STAMP}> {stand_in[:half]}"] * len(words[5::10])
        words[6::10] = [f"{stand_in[half:]} <{STAMP}>"] * len(words[6::10])
    step = Step(text=tuple(words))
    events = list(_APIS[api](step))
    first = next(number for number, event in enumerate(events) if STAMP.encode() in event) + 1
    last = max(number for number, event in enumerate(events) if STAMP.encode() in event)
    return (b"".join(events[:first]), *events[first:last], b"".join(events[last:]))


@cache
def _body(host: str) -> bytes:
    make = openai_api.chat if host == _OPENAI else anthropic_api.message
    return json.dumps(make(Step())).encode()


@cache
def _whole1(host: str) -> bytes:
    body = _body(host)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


@cache
def _block(streams: bool) -> bytes:
    return bytes([frames.STATUS_200]) + frames.literal("content-type", _TYPES[streams])


async def serve(folder: Path) -> None:
    names: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
    context = make_authority(folder).server_context()

    def keep(connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            names[connection] = name

    context.sni_callback = keep
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Peer(names), "127.0.0.1", 0, ssl=context, backlog=512)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"listening {host}:{port}", flush=True)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

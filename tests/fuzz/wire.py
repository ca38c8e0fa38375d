"""Laws of framings: read in any pieces the same comes out, and what is no frame is refused and not guessed at."""

import asyncio
import contextlib
import pickle
import socket
import struct
from typing import Any

from proxy.binary import envelope, eventstream, wire
from proxy.fleet.channel import Channel
from proxy.handover.channel import Channel as Line
from proxy.intercept.frame import Closing, Side, Whole
from proxy.proxyprotocol import V2_BYTES, BadHeader, missing, parse
from proxy.reason import RequestError

PIECE_BYTES = 5
LIMIT_BYTES = 1 << 16


def _cut(data: bytes) -> list[bytes]:
    return [data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]


def binary(data: bytes) -> None:
    """Messages, frames and fields lie one behind the other; an event stream's are written as they were read."""
    with contextlib.suppress(RequestError):
        end = 0
        for frame in envelope.frames(data):
            assert frame.start >= end
            end = frame.end
        assert end <= len(data)
    with contextlib.suppress(RequestError, ValueError):
        found = eventstream.messages(data)
        assert b"".join(eventstream.encode(message) for _, message in found) == data
        for _, message in found:
            assert all(header.end <= len(message.headers) for header in eventstream.headers(message.headers))
    with contextlib.suppress(RequestError):
        fields = wire.fields(data, 0, len(data), 1000, 20)
        assert all(field.start <= field.end <= len(data) for field in fields or ())


def proxyprotocol(data: bytes) -> None:
    """A header is whole at one length alone, and has been asked for no byte behind it."""
    taken = 0
    try:
        while taken < len(data) and (more := missing(data[:taken])):
            taken = min(taken + more, len(data))
            assert taken <= V2_BYTES
        if missing(data[:taken]):
            return
        client = parse(data[:taken])
    except BadHeader:
        return
    assert client is None or 0 <= client[1] <= 0xFFFF
    with contextlib.suppress(BadHeader):
        parse(data)
        assert taken == len(data)


def websocket(data: bytes) -> None:
    """Messages and faults are the same by any cut, none is longer than its bound, and nothing follows the end."""
    for deflated in (False, True):
        whole, cut = (_received(pieces, deflated=deflated) for pieces in ([data], _cut(data)))
        assert whole == cut
        closing = [at for at, event in enumerate(whole) if event is Closing or isinstance(event, Closing)]
        assert closing in ([], [len(whole) - 1])


def _received(pieces: list[bytes], *, deflated: bool) -> list[Any]:
    side = Side(faces_client=True, deflated=deflated, limit_bytes=LIMIT_BYTES)
    found = [event for piece in pieces for event in side.receive(piece)]
    assert all(len(getattr(event, "content", b"")) <= LIMIT_BYTES for event in found)
    return [_whatever_the_cut(event) for event in found]


def _whatever_the_cut(event: Any) -> Any:
    """Without the lengths of pieces, and without the code of a fault: of two in a frame either may be seen first."""
    match event:
        case Whole():
            return event.content, event.is_text
        case Closing(fault=True):
            return Closing
        case _:
            return event


def fleet(data: bytes) -> None:
    """What is sent comes as it was, in order, by any cut: the first bytes say how it is parted into messages.

    Both ends are ours, so only the framing is tried: a pickle that someone else wrote may do anything.
    """
    size = 1 + (data[0] if data else 0)
    bodies = [None if at % 3 == 2 else data[at : at + size] for at in range(0, len(data), size)]
    sent = [(number, body) for number, body in enumerate(bodies)]
    head = struct.Struct("!IQ")
    stream = b""
    for number, body in sent:
        content = pickle.dumps(number, protocol=5)
        stream += head.pack(len(content), 0 if body is None else len(body) + 1) + content + (body or b"")
    got: list[tuple[Any, bytes | None]] = []
    channel = Channel(lambda message, beside: got.append((message, beside)), lambda: None)
    at = 0
    while at < len(stream):
        room = channel.get_buffer(0)
        taken = stream[at : at + min(len(room), size)]
        assert taken
        room[: len(taken)] = taken
        room.release()
        channel.buffer_updated(len(taken))
        at += len(taken)
    assert got == sent


def handover(data: bytes) -> None:
    """What the other end says is a message, or the line is over."""
    asyncio.run(_said(data))


async def _said(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(data[:LIMIT_BYTES])
    with Line(ours) as line, contextlib.suppress(EOFError):
        while True:
            assert isinstance(await line.receive(), dict)

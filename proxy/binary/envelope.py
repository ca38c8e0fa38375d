"""The frames of Connect and gRPC streams: a flag byte, four bytes of length, and a message that may be compressed.

`unwrap` gives a body in which every message stands inflated, its flag as it came, so that everything in it has a place
of its own; `wrap` is the way back. Specifications: connectrpc.com/docs/protocol; grpc/doc/PROTOCOL-HTTP2.md and
PROTOCOL-WEB.md (read November 2026). Knows nothing of what is in a message.
"""

import base64
import binascii
import re
import struct
from typing import Final, NamedTuple

from proxy.body import Limits, decode, encode
from proxy.reason import Reason, RequestError

MAX_FRAMES: Final = 50_000

_HEAD: Final = struct.Struct(">BI")
_COMPRESSED: Final = 0x01
_PIECE: Final = re.compile(rb"[A-Za-z0-9+/]++=*+")


class Frame(NamedTuple):
    """One frame: where it begins, and where its message begins and ends."""

    at: int
    start: int
    end: int


class Wrapping(NamedTuple):
    """How a body's frames were sent: the coding of the compressed ones, and whether all of it is base64 (gRPC-Web)."""

    coding: str
    is_text: bool = False


def frames(data: bytes) -> list[Frame]:
    """Return the frames of a body, in order. RequestError BAD_FRAME unless they make up all of it.

    A request has data frames alone. The flags that end a stream, Connect's 0x02 and gRPC-Web's 0x80, belong to replies;
    with them, or any other, the frame is a bad one.
    """
    found: list[Frame] = []
    pos = 0
    while pos < len(data):
        start = pos + _HEAD.size
        if start > len(data) or data[pos] & ~_COMPRESSED or len(found) == MAX_FRAMES:
            raise RequestError(Reason.BAD_FRAME, pos)
        end = start + int.from_bytes(data[pos + 1 : start], "big")
        if end > len(data):
            raise RequestError(Reason.BAD_FRAME, pos)
        found.append(Frame(pos, start, end))
        pos = end
    return found


def unwrap(data: bytes, wrapping: Wrapping, limits: Limits) -> bytes:
    """Return the frames of `data` with their messages inflated.

    RequestError BAD_FRAME, also for base64 that is none; those of `body.decode` for a message that can't be inflated.
    The limits hold for all messages together.
    """
    if wrapping.is_text:
        data = _unquoted(data)
    pieces: list[bytes] = []
    left = limits.decoded_bytes
    free = max(limits.ratio_free_bytes, limits.ratio * len(data))
    for frame in frames(data):
        message = data[frame.start : frame.end]
        if data[frame.at] & _COMPRESSED:
            message = _inflated(message, wrapping.coding, limits)
        left -= len(message)
        free -= len(message)
        if left < 0 or free < 0:
            raise RequestError(Reason.TOO_LARGE if left < 0 else Reason.RATIO)
        pieces += head(data[frame.at], len(message)), message
    return b"".join(pieces)


def wrap(data: bytes, original: bytes, wrapping: Wrapping, limits: Limits) -> bytes:
    """Return `data` as it has to be sent: the reverse of `unwrap`.

    `original` is what was unwrapped; frames whose message is still the same are taken from it as they were.
    """
    if wrapping.is_text:
        original = _unquoted(original)
    pieces: list[bytes] = []
    for now, then in zip(frames(data), frames(original), strict=True):
        message = data[now.start : now.end]
        before = original[then.start : then.end]
        if data[now.at] & _COMPRESSED:
            if message == _inflated(before, wrapping.coding, limits):
                message = before
            else:
                message = encode(message, [wrapping.coding])
        pieces += head(data[now.at], len(message)), message
    wrapped = b"".join(pieces)
    return base64.b64encode(wrapped) if wrapping.is_text else wrapped


def head(flags: int, size: int) -> bytes:
    """Return what stands before a message of `size` bytes."""
    return _HEAD.pack(flags, size)


def _inflated(message: bytes, coding: str, limits: Limits) -> bytes:
    """A compressed message. A flag without a coding to undo is refused: readers would differ."""
    if coding in ("", "identity"):
        raise RequestError(Reason.BAD_FRAME)
    if not message:
        return message
    return decode(message, [coding], limits)


def _unquoted(data: bytes) -> bytes:
    """Undo base64 that may have been made piece by piece (PROTOCOL-WEB.md), so padding can stand within."""
    compact = data.translate(None, b"\r\n")
    pieces = _PIECE.findall(compact)
    if sum(map(len, pieces)) != len(compact):
        raise RequestError(Reason.BAD_FRAME)
    try:
        return b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
    except binascii.Error as err:
        raise RequestError(Reason.BAD_FRAME) from err

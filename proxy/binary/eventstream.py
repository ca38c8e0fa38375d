"""AWS event streams: `application/vnd.amazon.eventstream`, message by message, however the bytes were cut.

Undoes and makes the framing, checksums included, and knows nothing of what is in a payload. For request bodies and for
replies alike. Format: AWS Smithy specification, "Amazon Event Stream Specification" (read November 2026).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

MAX_HEADERS_BYTES: Final = 128 << 10
MAX_PAYLOAD_BYTES: Final = 24 << 20
"""What AWS allows. A length that says more is no length: nothing is kept in memory for it."""

_LENGTHS: Final = struct.Struct(">II")
_CRC: Final = struct.Struct(">I")
_PRELUDE_BYTES: Final = _LENGTHS.size + _CRC.size
_AROUND_BYTES: Final = _PRELUDE_BYTES + _CRC.size

_STRING: Final = 7
_BYTES: Final = 6
_WIDTHS: Final = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its type: booleans, integers, a timestamp, a UUID. Strings and bytes carry a length."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the header block as it came, and the payload."""

    headers: bytes = field(repr=False)
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Header:
    """One header of a block: its name, whether its value is a string, and where the value stands in the block."""

    name: str = field(repr=False)
    is_string: bool
    start: int
    end: int


class EventStreamDecoder:
    """Takes a stream in pieces and gives its messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending(self) -> bytes:
        """What was fed and is in no message yet. Not empty at the stream's end: it was cut short."""
        return bytes(self._buffer)

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that are complete now. `encode` makes of each the very bytes it came in.

        ValueError for what is no event stream, then and from then on; the messages before it were returned, or are
        still in `pending`.
        """
        self._buffer += chunk
        messages: list[Message] = []
        pos = 0
        while (found := _message_at(self._buffer, pos)) is not None:
            message, pos = found
            messages.append(message)
        del self._buffer[:pos]
        return messages


def encode(message: Message) -> bytes:
    """Return the message as it goes on the wire, lengths and checksums made for it."""
    total = _AROUND_BYTES + len(message.headers) + len(message.payload)
    lengths = _LENGTHS.pack(total, len(message.headers))
    sealed = b"".join((lengths, _CRC.pack(crc32(lengths)), message.headers, message.payload))
    return sealed + _CRC.pack(crc32(sealed))


def messages(data: bytes) -> list[tuple[int, Message]]:
    """Return every message of a whole stream with the offset at which it begins.

    ValueError when anything in it is not part of a sound message, the end included.
    """
    found: list[tuple[int, Message]] = []
    pos = 0
    while pos < len(data):
        one = _message_at(data, pos)
        if one is None:
            raise ValueError("the event stream ends within a message")
        found.append((pos, one[0]))
        pos = one[1]
    return found


def is_stream(data: bytes) -> bool:
    """Whether `data` is a sound event stream from end to end."""
    try:
        return bool(messages(data))
    except ValueError:
        return False


def payload_offset(message: Message) -> int:
    """Return where the payload begins, counted from the message's first byte."""
    return _PRELUDE_BYTES + len(message.headers)


HEADERS_OFFSET: Final = _PRELUDE_BYTES


def headers(block: bytes) -> Iterator[Header]:
    """Yield the headers of a block, in order. ValueError when it can't be read to its end."""
    pos = 0
    while pos < len(block):
        try:
            name_end = pos + 1 + block[pos]
            kind = block[name_end]
            start = name_end + 1
            if kind in (_STRING, _BYTES):
                start += 2
                end = start + int.from_bytes(block[start - 2 : start], "big")
            else:
                end = start + _WIDTHS[kind]
        except (IndexError, KeyError) as err:
            raise ValueError("an event stream's headers are broken") from err
        if end > len(block):
            raise ValueError("an event stream's headers are broken")
        yield Header(block[pos + 1 : name_end].decode("latin-1"), kind == _STRING, start, end)
        pos = end


def _message_at(data: bytes | bytearray, pos: int) -> tuple[Message, int] | None:
    """The message at `pos` and where it ends; None when it isn't complete. ValueError when it can't become one."""
    if len(data) - pos < _PRELUDE_BYTES:
        return None
    total, headers_bytes = _LENGTHS.unpack_from(data, pos)
    start = pos + _PRELUDE_BYTES
    if _CRC.unpack_from(data, start - _CRC.size)[0] != crc32(data[pos : start - _CRC.size]):
        raise ValueError("an event stream's lengths have the wrong checksum")
    payload_bytes = total - headers_bytes - _AROUND_BYTES
    if headers_bytes > MAX_HEADERS_BYTES or not 0 <= payload_bytes <= MAX_PAYLOAD_BYTES:
        raise ValueError("an event stream's lengths are not those of a message")
    end = pos + total
    if len(data) < end:
        return None
    seal = end - _CRC.size
    if _CRC.unpack_from(data, seal)[0] != crc32(memoryview(data)[pos:seal]):
        raise ValueError("an event stream's message has the wrong checksum")
    middle = start + headers_bytes
    return Message(bytes(data[start:middle]), bytes(data[middle:seal])), end

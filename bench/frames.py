"""HTTP/2 as client and vendor of the bench need it: frames in and out, windows kept, headers written but never read.

Both ends share the machine with what is measured, so they do as little as the protocol allows. Header blocks are
literal and leave the peer's table alone; of a received one only the first octet is looked at, which is the status.
RFC 9113 for frames and windows, RFC 7541 for header blocks.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
STATUS_200: Final = 0x88  # the static table's eighth entry, indexed
_WINDOW_BYTES: Final = (1 << 31) - 1  # the widest there is, so that nobody waits for us
_FIRST_WINDOW_BYTES: Final = 65_535
_FRAME_BYTES: Final = 16_384
_INITIAL_WINDOW: Final = 4
_TOP_UP_BYTES: Final = 1 << 28


@dataclass(frozen=True, slots=True)
class Frame:
    """One that client or vendor has to look at; the rest was dealt with."""

    type: int
    flags: int
    stream: int
    payload: bytes


class Framing:
    """One end of a connection. `out` is what is to be written; whoever calls empties it by `take_out()`."""

    def __init__(self, preface: bytes = b"") -> None:
        setting = struct.pack(">HI", _INITIAL_WINDOW, _WINDOW_BYTES)
        room = struct.pack(">I", _WINDOW_BYTES - _FIRST_WINDOW_BYTES)
        self._out = bytearray(preface + _frame(SETTINGS, 0, 0, setting) + _frame(WINDOW_UPDATE, 0, 0, room))
        self._in = bytearray()
        self._room = _FIRST_WINDOW_BYTES  # the connection's
        self._stream_room = _FIRST_WINDOW_BYTES  # each stream's, at its start
        self._rooms: dict[int, int] = {}
        self._waiting: dict[int, memoryview] = {}
        self._taken = 0

    def take_out(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out

    def send(self, stream: int, block: bytes, body: bytes) -> None:
        """Headers and a body that ends the stream; what has no room in the windows waits for it."""
        self._out += _frame(HEADERS, END_HEADERS, stream, block)
        self.open(stream, body)

    def head(self, stream: int, block: bytes) -> None:
        """Headers of a body that comes in pieces, by `piece()` and `open()` for the last."""
        self._out += _frame(HEADERS, END_HEADERS, stream, block)

    def piece(self, stream: int, data: bytes) -> None:
        """A small piece of a body, which is taken to have room."""
        self._room -= len(data)
        self._rooms[stream] = self._rooms.get(stream, self._stream_room) - len(data)
        self._out += _frame(DATA, 0, stream, data)

    def open(self, stream: int, body: bytes) -> None:
        """The rest of a stream's body."""
        self._rooms.setdefault(stream, self._stream_room)
        self._waiting[stream] = memoryview(body)
        self._pump(stream)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """What arrived, but for settings, windows and pings, which are answered here."""
        self._in += data
        at = 0
        while len(self._in) - at >= 9:
            size = int.from_bytes(self._in[at : at + 3])
            if len(self._in) - at < 9 + size:
                break
            kind, flags = self._in[at + 3], self._in[at + 4]
            stream = int.from_bytes(self._in[at + 5 : at + 9]) & 0x7FFF_FFFF
            payload = bytes(self._in[at + 9 : at + 9 + size])
            at += 9 + size
            if kind in (DATA, HEADERS, RESET, GOAWAY):
                self._count(kind, size)
                yield Frame(kind, flags, stream, payload)
            else:
                self._settle(kind, flags, stream, payload)
        del self._in[:at]

    def _count(self, kind: int, size: int) -> None:
        self._taken += size if kind == DATA else 0
        if self._taken > _TOP_UP_BYTES:
            self._out += _frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", self._taken))
            self._taken = 0

    def _settle(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == SETTINGS and not flags & ACK:
            for name, value in struct.iter_unpack(">HI", payload):
                if name == _INITIAL_WINDOW:
                    self._widen(value - self._stream_room)
            self._out += _frame(SETTINGS, ACK, 0, b"")
        elif kind == PING and not flags & ACK:
            self._out += _frame(PING, ACK, 0, payload)
        elif kind == WINDOW_UPDATE and stream == 0:
            self._room += int.from_bytes(payload)
        elif kind == WINDOW_UPDATE and stream in self._rooms:
            self._rooms[stream] += int.from_bytes(payload)
        for waiting in list(self._waiting):
            self._pump(waiting)

    def _widen(self, more: int) -> None:
        self._stream_room += more
        self._rooms = {stream: room + more for stream, room in self._rooms.items()}

    def _pump(self, stream: int) -> None:
        left = self._waiting[stream]
        while True:
            size = min(len(left), self._room, self._rooms[stream], _FRAME_BYTES)
            if size <= 0 < len(left):
                self._waiting[stream] = left
                return
            piece, left = left[:size], left[size:]
            self._room -= size
            self._rooms[stream] -= size
            self._out += _frame(DATA, 0 if left else END_STREAM, stream, bytes(piece))
            if not left:
                del self._waiting[stream], self._rooms[stream]
                return


def status_is_200(block: bytes) -> bool:
    """Whether a response's header block begins with 200; changes of the table's size may stand before it."""
    at = 0
    while at < len(block) and block[at] & 0xE0 == 0x20:
        at += 1 if block[at] & 0x1F != 0x1F else next(n for n in range(1, 9) if not block[at + n] & 0x80) + 1
    return at < len(block) and block[at] == STATUS_200


def literal(name: str, value: str) -> bytes:
    """A header that enters no table, neither name nor value compressed; both shorter than 127 octets."""
    parts = (text.encode() for text in (name, value))
    return b"\0" + b"".join(bytes([len(part)]) + part for part in parts)


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload

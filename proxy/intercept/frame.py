"""One side of a WebSocket: bytes in, whole messages and control frames out, and back. No I/O, no verdicts.

wsproto parses the frames; what it leaves open is bound here: how large a message may get, counted while its pieces
arrive and while they are inflated. What goes out is framed anew and never compressed, so that nothing of the client's
own framing, padding or compression reaches the vendor.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from wsproto import events
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.extensions import Extension
from wsproto.frame_protocol import CloseReason, FrameDecoder, FrameProtocol, Opcode, RsvBits

_PLAIN = RsvBits(False, False, False)
_MAY_DEFLATE = RsvBits(True, False, False)
_TAIL = b"\x00\x00\xff\xff"
"""Ends every deflated message and is not sent (RFC 7692, section 7.2.1)."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole message; text is UTF-8. `piece_chars` is its longest frame's length if it came in several, else None."""

    content: bytes = field(repr=False)
    is_text: bool
    piece_chars: int | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pong:
    """The payload is not kept: whoever asked is answered with his own."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The peer closes; with `fault`, what it sent can't be read any further and this is the code to close with."""

    code: int
    reason: str = field(default="", repr=False)
    fault: bool = False


Event = Whole | Ping | Pong | Closing


class Side:
    """What one peer sends and is sent. `faces_client` tells the client's side from the vendor's."""

    def __init__(self, *, faces_client: bool, deflated: bool, limit_bytes: int) -> None:
        kind = ConnectionType.SERVER if faces_client else ConnectionType.CLIENT
        self._wire = Connection(kind, [_Bound(limit_bytes, deflated)])
        self._pieces: list[str | bytes] = []
        self._frames: list[int] = [0]

    def receive(self, data: bytes) -> Iterator[Event]:
        """What these bytes complete, in order. Nothing more comes after a Closing."""
        if self._wire.state not in (ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING):
            return
        self._wire.receive_data(data)
        for event in self._wire.events():
            match event:
                case events.Message():
                    yield from self._joined(event)
                case events.Ping():
                    yield Ping(bytes(event.payload))
                case events.Pong():
                    yield Pong()
                case events.CloseConnection():
                    # wsproto reports its own complaint and the peer's frame alike, but knows which it was.
                    fault = self._wire.state in (ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING)
                    yield Closing(event.code, "" if fault else event.reason or "", fault)

    def message(self, content: bytes, *, is_text: bool, piece_chars: int | None = None) -> bytes:
        """A message as frames, of at most `piece_chars` each if given. ValueError for text that is no UTF-8."""
        data: str | bytes = content.decode("utf-8") if is_text else content
        size = max(piece_chars or len(data), 1)
        starts = range(0, max(len(data), 1), size)
        return b"".join(self._piece(data[start : start + size], start + size >= len(data)) for start in starts)

    def ping(self) -> bytes:
        return self._sent(events.Ping())

    def pong(self, payload: bytes) -> bytes:
        return self._sent(events.Pong(payload))

    def close(self, code: int, reason: str = "") -> bytes:
        """A close frame, or the answer to the peer's; b"" when there is nothing left to say."""
        if self._wire.state not in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
            return b""
        return self._wire.send(events.CloseConnection(code, reason or None))

    @property
    def is_closed(self) -> bool:
        """Whether both have said that they close."""
        return self._wire.state is ConnectionState.CLOSED

    def _piece(self, data: str | bytes, is_last: bool) -> bytes:
        if isinstance(data, str):
            return self._sent(events.TextMessage(data, message_finished=is_last))
        return self._sent(events.BytesMessage(data, message_finished=is_last))

    def _sent(self, event: events.Event) -> bytes:
        """A peer that is closing is told nothing more."""
        return self._wire.send(event) if self._wire.state is ConnectionState.OPEN else b""

    def _joined(self, event: events.Message) -> Iterator[Whole]:  # type: ignore[type-arg]
        self._pieces.append(event.data)
        self._frames[-1] += len(event.data)
        if event.frame_finished and not event.message_finished:
            self._frames.append(0)
        if event.message_finished:
            is_text = isinstance(event, events.TextMessage)
            content = "".join(map(str, self._pieces)).encode() if is_text else b"".join(self._pieces)  # type: ignore[arg-type]
            yield Whole(content, is_text, max(self._frames) if len(self._frames) > 1 else None)
            self._pieces, self._frames = [], [0]


class _Bound(Extension):
    """Counts the bytes of a message as they come and inflates them, for as long as there is room.

    The parameters that permessage-deflate was agreed on with don't matter to who only reads: the largest window reads
    every stream, and so does one that keeps what the peer forgets.
    """

    name = "permessage-deflate"

    def __init__(self, limit_bytes: int, deflated: bool) -> None:
        self._limit = limit_bytes
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if deflated else None
        self._room = limit_bytes
        self._is_control = False
        self._is_deflated = False

    def enabled(self) -> bool:
        return True

    def offer(self) -> bool | str:
        return True

    def frame_inbound_header(
        self, proto: FrameDecoder | FrameProtocol, opcode: Opcode, rsv: RsvBits, payload_length: int
    ) -> CloseReason | RsvBits:
        self._is_control = opcode.iscontrol()
        if self._is_control:
            return _PLAIN
        if opcode is not Opcode.CONTINUATION:
            self._is_deflated = rsv.rsv1
            self._room = self._limit
        if payload_length > self._room:
            return CloseReason.MESSAGE_TOO_BIG
        return _MAY_DEFLATE if self._inflater is not None and opcode is not Opcode.CONTINUATION else _PLAIN

    def frame_inbound_payload_data(self, proto: FrameDecoder | FrameProtocol, data: bytes) -> bytes | CloseReason:
        if self._is_control:
            return data
        return self._inflated(data) if self._is_deflated else self._counted(data)

    def frame_inbound_complete(self, proto: FrameDecoder | FrameProtocol, fin: bool) -> bytes | CloseReason | None:
        return self._inflated(_TAIL) if fin and self._is_deflated and not self._is_control else None

    def _inflated(self, data: bytes) -> bytes | CloseReason:
        if self._inflater is None:
            return CloseReason.PROTOCOL_ERROR
        try:
            # One byte beyond the room tells a message that just fits from one that goes on.
            inflated = self._inflater.decompress(data, self._room + 1)
        except zlib.error:
            return CloseReason.INVALID_FRAME_PAYLOAD_DATA
        if self._inflater.eof:  # a stream that ends would hide whatever follows it
            return CloseReason.INVALID_FRAME_PAYLOAD_DATA
        return self._counted(inflated)

    def _counted(self, data: bytes) -> bytes | CloseReason:
        self._room -= len(data)
        return data if self._room >= 0 else CloseReason.MESSAGE_TOO_BIG

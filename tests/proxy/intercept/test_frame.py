"""One side of a WebSocket: what is read does not depend on how it was framed, and is bounded however it was packed."""

import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType, events
from wsproto.connection import Connection
from wsproto.extensions import PerMessageDeflate

from proxy.intercept.frame import Closing, Event, Ping, Pong, Side, Whole

LIMIT = 4096
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
CONTROL = st.one_of(st.builds(events.Ping, st.binary(max_size=125)), st.builds(events.Pong, st.binary(max_size=125)))


@st.composite
def sessions(draw: st.DrawFn) -> tuple[list[str | bytes], list[events.Event]]:
    """Messages, and the events that send them: cut into frames, with control frames before, between and after."""
    messages = draw(st.lists(st.one_of(TEXT, st.binary(max_size=300)), max_size=5))
    sent: list[events.Event] = []
    for message in messages:
        cuts = sorted(draw(st.lists(st.integers(0, len(message)), max_size=4)))
        for number, start in enumerate([0, *cuts]):
            sent += draw(st.lists(CONTROL, max_size=2))
            last = number == len(cuts)
            part = message[start:] if last else message[start : cuts[number]]
            kind = events.TextMessage if isinstance(part, str) else events.BytesMessage
            sent.append(kind(part, True, last))  # type: ignore[arg-type]
    return messages, sent + draw(st.lists(CONTROL, max_size=2))


def deflate(no_takeover: bool) -> PerMessageDeflate:
    extension = PerMessageDeflate(client_no_context_takeover=no_takeover, server_no_context_takeover=no_takeover)
    extension.finalize("permessage-deflate")
    return extension


def cut(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    pieces, start = [], 0
    for size in sizes:
        pieces.append(data[start : start + size])
        start += size
    return [*pieces, data[start:]]


def side(*, faces_client: bool = True, deflated: bool = False, limit_bytes: int = LIMIT) -> Side:
    return Side(faces_client=faces_client, deflated=deflated, limit_bytes=limit_bytes)


def read(reader: Side, *pieces: bytes) -> list[Event]:
    return [event for piece in pieces for event in reader.receive(piece)]


@given(sessions(), st.booleans(), st.booleans(), st.booleans(), st.lists(st.integers(1, 200), max_size=20))
def test_messages_are_read_whole_and_in_order_however_they_come(
    session: tuple[list[str | bytes], list[events.Event]],
    faces_client: bool,
    deflated: bool,
    no_takeover: bool,
    sizes: list[int],
) -> None:
    messages, sent = session
    kind = ConnectionType.CLIENT if faces_client else ConnectionType.SERVER
    peer = Connection(kind, [deflate(no_takeover)] if deflated else [])
    data = b"".join(peer.send(event) for event in sent)
    found = read(side(faces_client=faces_client, deflated=deflated), *cut(data, sizes))
    wholes = [event for event in found if isinstance(event, Whole)]
    assert [(w.content, w.is_text) for w in wholes] == [
        (m.encode() if isinstance(m, str) else m, isinstance(m, str)) for m in messages
    ]
    pings = [event.payload for event in sent if isinstance(event, events.Ping)]
    assert [event.payload for event in found if isinstance(event, Ping)] == pings
    assert sum(isinstance(event, Pong) for event in found) == sum(isinstance(event, events.Pong) for event in sent)
    assert not any(isinstance(event, Closing) for event in found)


@given(st.lists(st.one_of(TEXT, st.binary(max_size=300)), max_size=4), st.none() | st.integers(1, 50))
def test_what_is_sent_is_what_the_peer_reads(messages: list[str | bytes], piece_chars: int | None) -> None:
    sender = side(faces_client=False)
    data = b"".join(
        sender.message(m.encode() if isinstance(m, str) else m, is_text=isinstance(m, str), piece_chars=piece_chars)
        for m in messages
    )
    wholes = [event for event in read(side(), data) if isinstance(event, Whole)]
    assert [w.content.decode() if w.is_text else w.content for w in wholes] == messages
    for whole, message in zip(wholes, messages, strict=True):
        several = piece_chars is not None and len(message) > piece_chars
        assert whole.piece_chars == (piece_chars if several else None)


def client(deflated: bool = False) -> Connection:
    return Connection(ConnectionType.CLIENT, [deflate(False)] if deflated else [])


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("pieces", [1, 7])
def test_the_limit_is_of_the_inflated_message_not_of_its_frames(deflated: bool, pieces: int) -> None:
    """As much as the limit passes, and again in the next message; a byte more does not."""
    for size, fits in ((LIMIT, True), (LIMIT + 1, False)):
        sender, reader = client(deflated), side(deflated=deflated)
        step = -(-size // pieces)
        for _ in range(2):
            parts = [b"x" * min(step, size - start) for start in range(0, size, step)]
            data = b"".join(
                sender.send(events.BytesMessage(part, True, number == len(parts) - 1))
                for number, part in enumerate(parts)
            )
            found = read(reader, data)
            if fits:
                assert [len(w.content) for w in found if isinstance(w, Whole)] == [size]
            else:
                assert found == [Closing(1009, fault=True)]
                break


def test_a_message_that_declares_too_much_is_refused_at_its_header() -> None:
    header = bytes([0x82, 0x80 | 127]) + (1 << 40).to_bytes(8) + b"mask"
    assert read(side(), header) == [Closing(1009, fault=True)]


def test_a_deflate_bomb_is_not_unpacked() -> None:
    """A gibibyte in a megabyte: whatever the chunk, no more than the limit is inflated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush(zlib.Z_SYNC_FLUSH)[:-4]
    frame = bytes([0xC1, 0x80 | 126]) + (0xFFFF).to_bytes(2) + b"\0\0\0\0" + packed[:0xFFFF]
    assert read(side(deflated=True), frame) == [Closing(1009, fault=True)]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x01x", 1002),  # a client must mask
        (b"\xc1\x81\0\0\0\0x", 1002),  # compressed, which was not agreed on
        (b"\xa1\x81\0\0\0\0x", 1002),  # another reserved bit
        (b"\x80\x81\0\0\0\0x", 1002),  # continues nothing
        (b"\x83\x81\0\0\0\0x", 1002),  # an opcode that there is none of
        (b"\x09\x80\0\0\0\0", 1002),  # a ping in pieces
        (b"\x89\xfe\x00\x7e\0\0\0\0" + bytes(126), 1002),  # a ping too long
        (b"\x81\x81\0\0\0\0\xff", 1007),  # not UTF-8
        (b"\x01\x81\0\0\0\0x\x81\x81\0\0\0\0y", 1002),  # a message inside another
        (b"\x88\x81\0\0\0\0x", 1002),  # half a close code
        (b"\x88\x82\0\0\0\0" + (1006).to_bytes(2), 1002),  # a code that nobody may send
    ],
)
def test_what_is_no_websocket_ends_it(frame: bytes, code: int) -> None:
    for pieces in ([frame], [frame[i : i + 1] for i in range(len(frame))]):
        reader = side()
        found = read(reader, *pieces)
        assert [(event.code, event.fault) for event in found if isinstance(event, Closing)] == [(code, True)]
        assert read(reader, b"\x81\x81\0\0\0\0x") == []


@pytest.mark.parametrize(
    "packed",
    [
        zlib.compress(b"hidden", 9, -15) + b"what follows a stream's end is not looked at by those who read only it",
        b"\xff\xff\xff",
    ],
)
def test_a_compressed_stream_that_ends_or_breaks_ends_the_connection(packed: bytes) -> None:
    frame = bytes([0xC1, 0x80 | len(packed)]) + b"\0\0\0\0" + packed
    assert read(side(deflated=True), frame) == [Closing(1007, fault=True)]


def test_a_close_is_told_with_its_reason_and_nothing_follows_it() -> None:
    sender, reader = client(), side()
    assert read(reader, sender.send(events.CloseConnection(4001, "why"))) == [Closing(4001, "why")]
    assert read(reader, b"\x81\x81\0\0\0\0x") == []
    assert reader.message(b"late", is_text=True) == b""
    assert reader.close(1000) != b""
    assert reader.close(1000) == b""


def test_text_that_is_no_utf8_can_not_be_sent() -> None:
    with pytest.raises(ValueError):
        side().message(b"\xff", is_text=True)


def test_no_content_shows() -> None:
    sender = client()
    data = sender.send(events.TextMessage("canary")) + sender.send(events.Ping(b"canary"))
    found = read(side(), data + sender.send(events.CloseConnection(1000, "canary")))
    assert len(found) == 3
    assert "canary" not in repr(found)

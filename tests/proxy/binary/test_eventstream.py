"""The framing of AWS event streams: vectors of the specification, every cut, every damaged byte."""

import itertools
import struct
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.eventstream import MAX_PAYLOAD_BYTES, EventStreamDecoder, Header, Message, encode, headers, messages

EVENT_ID = b"\x08event-id\x04\x00\x00\xa0\x0c"
VECTORS = {
    b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2H\xeb}\x98\xc8\xff": Message(b"", b""),
    b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfdR\x8cZ{'foo':'bar'}\xc3e96": Message(b"", b"{'foo':'bar'}"),
    b"\x00\x00\x00+\x00\x00\x00\x0e4\x8b\xec{" + EVENT_ID + b"{'foo':'bar'}\xd3\x89\x02\x85": Message(
        EVENT_ID, b"{'foo':'bar'}"
    ),
}
"""Of the test suites that AWS's own SDKs share."""

EVERY_TYPE = (
    b"\x01a\x00"
    b"\x01b\x01"
    b"\x01c\x02\xff"
    b"\x01d\x03\x00\x01"
    b"\x01e\x04\x00\x00\x00\x01"
    b"\x01f\x05" + bytes(8) + b"\x01g\x06\x00\x03raw"
    b"\x01h\x07\x00\x04text"
    b"\x01i\x08" + bytes(8) + b"\x01j\x09" + bytes(16)
)
MESSAGES = st.builds(Message, st.just(b"") | st.just(EVENT_ID) | st.just(EVERY_TYPE), st.binary(max_size=40))


def decoded(data: bytes, cuts: list[int]) -> tuple[list[Message], bytes]:
    decoder = EventStreamDecoder()
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    found = [one for start, end in itertools.pairwise(edges) for one in decoder.feed(data[start:end])]
    return found, decoder.pending


@pytest.mark.parametrize("wire", VECTORS)
def test_the_specifications_vectors(wire: bytes) -> None:
    assert encode(VECTORS[wire]) == wire
    assert decoded(wire, []) == ([VECTORS[wire]], b"")


@given(st.lists(MESSAGES, max_size=5), st.lists(st.integers(0, 1000)), st.integers(0, 30))
def test_a_stream_is_read_alike_however_it_was_cut(sent: list[Message], cuts: list[int], missing: int) -> None:
    wire = b"".join(map(encode, sent))
    wire = wire[: max(len(wire) - missing, 0)]
    found, pending = decoded(wire, cuts)
    assert found == sent[: len(found)]
    assert b"".join(map(encode, found)) + pending == wire
    if not missing:
        assert (found, pending) == (sent, b"")


@given(st.lists(MESSAGES, max_size=5))
def test_a_whole_stream_is_read_with_its_offsets(sent: list[Message]) -> None:
    wire = b"".join(map(encode, sent))
    found = messages(wire)
    assert [message for _, message in found] == sent
    assert all(wire.startswith(encode(message), offset) for offset, message in found)


@given(MESSAGES, st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_message_is_never_read(message: Message, at: int, change: int) -> None:
    wire = bytearray(encode(message))
    wire[at % len(wire)] ^= change
    with pytest.raises(ValueError, match="event stream"):
        messages(bytes(wire))


@pytest.mark.parametrize("rest", [b"\0", encode(Message(b"", b"x"))[:-1], b"{}" * 8])
def test_a_whole_stream_has_nothing_after_its_last_message(rest: bytes) -> None:
    with pytest.raises(ValueError, match="event stream"):
        messages(encode(Message(b"", b"x")) + rest)


@pytest.mark.parametrize(("total", "head"), [(15, 0), (0, 0), (20, 5), (MAX_PAYLOAD_BYTES + 17, 0), (1 << 20, 1 << 19)])
def test_lengths_that_no_message_has_are_refused_at_once(total: int, head: int) -> None:
    lengths = struct.pack(">II", total, head)
    decoder = EventStreamDecoder()
    with pytest.raises(ValueError, match="lengths"):
        decoder.feed(lengths + struct.pack(">I", crc32(lengths)))
    with pytest.raises(ValueError, match="lengths"):
        decoder.feed(b"")


def test_headers_of_every_type() -> None:
    found = list(headers(EVERY_TYPE))
    assert [header.name for header in found] == list("abcdefghij")
    assert [EVERY_TYPE[header.start : header.end] for header in found if header.name in "gh"] == [b"raw", b"text"]
    assert [header.name for header in found if header.is_string] == ["h"]
    assert found[-1] == Header("j", False, len(EVERY_TYPE) - 16, len(EVERY_TYPE))


@given(st.binary(max_size=30))
def test_a_header_block_is_read_to_its_end_or_not_at_all(block: bytes) -> None:
    try:
        found = list(headers(block))
    except ValueError:
        return
    assert (found[-1].end if found else 0) == len(block)


@pytest.mark.parametrize("block", [EVERY_TYPE[:-1], b"\x01a\x0a", b"\x01", b"\x01a\x07\x00", b"\x01a\x07\x00\x05text"])
def test_a_broken_header_block(block: bytes) -> None:
    with pytest.raises(ValueError, match="headers"):
        list(headers(block))


def test_nothing_of_a_message_is_shown() -> None:
    assert "secret" not in repr(Message(b"secret", b"secret"))
    assert "secret" not in repr(Header("secret", True, 0, 1))

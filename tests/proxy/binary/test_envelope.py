"""Frames of RPC streams: unpacked, and packed again so that what was not touched is sent as it came."""

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.envelope import MAX_FRAMES, Wrapping, frames, head, unwrap, wrap
from proxy.body import Limits, encode
from proxy.reason import Reason, RequestError

LIMITS = Limits()
CODINGS = ["gzip", "br", "zstd", "deflate"]
GZIP = Wrapping("gzip")
STREAMS = st.lists(st.tuples(st.booleans(), st.binary(max_size=50)), max_size=5)


def packed(stream: list[tuple[bool, bytes]], coding: str) -> bytes:
    return b"".join(frame(encode(data, [coding]) if squeezed else data, squeezed) for squeezed, data in stream)


def frame(data: bytes, flags: int = 0) -> bytes:
    return bytes([flags]) + len(data).to_bytes(4, "big") + data


def unpacked(stream: list[tuple[bool, bytes]]) -> bytes:
    return b"".join(frame(data, squeezed) for squeezed, data in stream)


def reason_of(data: bytes, wrapping: Wrapping = GZIP, limits: Limits = LIMITS) -> Reason:
    with pytest.raises(RequestError) as caught:
        unwrap(data, wrapping, limits)
    return caught.value.reason


@given(STREAMS, st.sampled_from(CODINGS), st.booleans())
def test_messages_are_unpacked_and_packed_again(stream: list[tuple[bool, bytes]], coding: str, is_text: bool) -> None:
    wrapping = Wrapping(coding, is_text)
    sent = packed(stream, coding)
    sent = base64.b64encode(sent) if is_text else sent
    data = unwrap(sent, wrapping, LIMITS)
    assert data == unpacked(stream)
    assert wrap(data, sent, wrapping, LIMITS) == sent


@given(STREAMS.filter(bool), st.sampled_from(CODINGS), st.data())
def test_only_a_changed_message_is_packed_anew(
    stream: list[tuple[bool, bytes]], coding: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(stream) - 1))
    changed = [*stream[:at], (stream[at][0], stream[at][1] + b"!"), *stream[at + 1 :]]
    # Packed at another level than ours, so that what is packed anew shows.
    sent = b"".join(frame(gzip.compress(raw, 1, mtime=7), 1) if squeezed else frame(raw) for squeezed, raw in stream)
    out = wrap(unpacked(changed), sent, Wrapping("gzip"), LIMITS)
    assert unwrap(out, Wrapping("gzip"), LIMITS) == unpacked(changed)
    before, after = frames(sent), frames(out)
    same = [number for number in range(len(stream)) if number != at]
    assert all(sent[before[n].at : before[n].end] == out[after[n].at : after[n].end] for n in same)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"\0\0\0\0",
        b"\0\0\0\0\2a",
        frame(b"a") + b"\0",
        frame(b"{}", 2),
        frame(b"{}", 3),
        frame(b"grpc-status: 0\r\n", 0x80),
        frame(b"a", 4),
        frame(b"") * (MAX_FRAMES + 1),
    ],
)
def test_what_is_no_stream_of_frames(data: bytes) -> None:
    assert reason_of(data) is Reason.BAD_FRAME


@pytest.mark.parametrize(
    ("data", "coding", "reason"),
    [
        (frame(gzip.compress(b"a", mtime=0), 1), "", Reason.BAD_FRAME),
        (frame(gzip.compress(b"a", mtime=0), 1), "identity", Reason.BAD_FRAME),
        (frame(gzip.compress(b"a", mtime=0), 1), "snappy", Reason.UNSUPPORTED_ENCODING),
        (frame(gzip.compress(b"a", mtime=0)[:-1], 1), "gzip", Reason.CORRUPT_ENCODING),
        (frame(gzip.compress(b"a", mtime=0) + b"b", 1), "gzip", Reason.CORRUPT_ENCODING),
        (frame(b"plain", 1), "gzip", Reason.CORRUPT_ENCODING),
    ],
)
def test_messages_that_can_not_be_inflated(data: bytes, coding: str, reason: Reason) -> None:
    assert reason_of(data, Wrapping(coding)) is reason


def test_frames_without_the_flag_are_plain_whatever_the_coding() -> None:
    assert unwrap(frame(b"plain"), Wrapping("snappy"), LIMITS) == frame(b"plain")


def test_an_empty_message_may_bear_the_flag() -> None:
    sent = frame(b"", 1)
    assert wrap(unwrap(sent, Wrapping("gzip"), LIMITS), sent, Wrapping("gzip"), LIMITS) == sent


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(decoded_bytes=2500), Reason.TOO_LARGE),
        (Limits(ratio=10, ratio_free_bytes=2500), Reason.RATIO),
    ],
)
def test_bounds_are_those_of_all_messages_together(limits: Limits, reason: Reason) -> None:
    one = frame(gzip.compress(bytes(1000)), 1)
    assert unwrap(one * 2, Wrapping("gzip"), limits)
    assert reason_of(one * 3, limits=limits) is reason


def test_base64_may_have_been_made_frame_by_frame() -> None:
    pieces = [frame(b"a"), frame(b"bcd"), frame(b"")]
    sent = b"".join(map(base64.b64encode, pieces))
    assert b"=" in sent[:-3]
    assert unwrap(sent, Wrapping("", True), LIMITS) == b"".join(pieces)


@pytest.mark.parametrize("sent", [b"AAAA!AAA", b"AAAAAA", b"=AAAA", b"AA AA", b"AAAAA"])
def test_what_is_no_base64(sent: bytes) -> None:
    assert reason_of(sent, Wrapping("", True)) is Reason.BAD_FRAME


def test_heads() -> None:
    assert head(1, 258) == b"\1\0\0\1\2"

"""Messages without a schema: every text is read, what could be two things is read as both."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.protobuf import Path, Reader
from proxy.binary.wire import is_message
from proxy.reason import Reason, RequestError
from proxy.segment import Label, Segment
from tests.proxy.binary.message import MESSAGES, TEXTS, Field, Group, write

CARD = 4111_1111_1111_1111
LONG = "a text that is long enough for its length to be a letter"


def read(data: bytes, most: int = 10_000, depth: int = 60) -> list[Segment]:
    def label(path: Path) -> Label:
        return Label.SYSTEM if path == ("9", "1") else Label.PROMPT

    return list(Reader(data, label, most, depth).message(0, len(data), "/"))


def brief(message: list[Field]) -> list[tuple[str, str, str]]:
    return [(segment.pointer, segment.label.value, segment.text) for segment in read(write(message))]


def texts(message: list[Field]) -> Iterator[str]:
    for _, value in message:
        match value:
            case str():
                yield value
            case list():
                yield from texts(value)
            case Group():
                yield from texts(value.fields)


@given(MESSAGES)
def test_every_text_is_read(message: list[Field]) -> None:
    read_texts = {segment.text for segment in read(write(message))}
    assert {text for text in texts(message) if not is_message(text.encode())} <= read_texts


@given(MESSAGES)
def test_segments_stand_where_their_text_does(message: list[Field]) -> None:
    data = write(message)
    for segment in read(data):
        if segment.label is not Label.BINARY:
            assert data[segment.start : segment.end] == segment.text.encode()


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except RequestError as err:
        assert err.reason is Reason.BAD_PROTOBUF
        assert not is_message(data)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ([], []),
        ([(1, "")], []),
        ([(1, "hello")], [("/1", "prompt", "hello")]),
        ([(1, "a"), (2, "b"), (1, "c")], [("/1", "prompt", "a"), ("/2", "prompt", "b"), ("/1[1]", "prompt", "c")]),
        ([(9, [(1, "é\0"), (2, 7)])], [("/9.1", "system", "é\0")]),
        ([(3, Group([(1, "in")])), (3, Group([(1, "out")]))], [("/3.1", "prompt", "in"), ("/3[1].1", "prompt", "out")]),
        ([(5, CARD), (6, 1763712000)], [("/5", "binary", str(CARD))]),
        ([(5, float(CARD)), (5, 0.0)], [("/5", "binary", str(CARD))]),
        ([(4, [(1, CARD), (2, "x")])], [("/4.1", "binary", str(CARD)), ("/4.2", "prompt", "x")]),
        ([(2, b"\xff\xfepassword\0")], [("/2", "binary", "password")]),
        ([(2, b"\xff\0")], []),
        # scalars alone, and readable: a word
        ([(1, "hi"), (2, "model")], [("/1", "prompt", "hi"), ("/2", "prompt", "model")]),
        # as likely a text as a message: read as both, changed as neither
        ([(1, [(4, LONG)])], [("/1", "binary", '"8' + LONG), ("/1.4", "binary", LONG)]),
        # hardly a text: read as one all the same
        ([(1, [(1, LONG)])], [("/1", "binary", "\n8" + LONG), ("/1.1", "prompt", LONG)]),
        # and once, however deep
        (
            [(1, [(1, [(1, LONG)])])],
            [("/1", "binary", "\n:\n8" + LONG), ("/1.1.1", "prompt", LONG)],
        ),
    ],
)
def test_what_a_field_is(message: list[Field], expected: list[tuple[str, str, str]]) -> None:
    assert brief(message) == expected


def test_readable_numbers_between_fields() -> None:
    number, text = read(b"\x09password\x12\x01x")
    assert (number.label, number.text, text.text) == (Label.BINARY, "\tpassword", "x")


def test_what_is_no_message_is_read_as_far_as_it_shows() -> None:
    reading = Reader(b"\0password=1", lambda _: Label.PROMPT, 10, 10).message(0, 11, "/")
    assert next(reading).text == "password=1"
    with pytest.raises(RequestError) as caught:
        next(reading)
    assert caught.value.reason is Reason.BAD_PROTOBUF


def nested(levels: int) -> bytes:
    data = b""
    for _ in range(levels):
        data = write([(1, data + b"\x10\x01")])
    return data


@pytest.mark.parametrize(
    ("data", "reason"),
    [(nested(61), Reason.TOO_DEEP), (b"\x0a\x01a" * 101, Reason.TOO_LARGE), (nested(59)[:-1], Reason.BAD_PROTOBUF)],
)
def test_bounds(data: bytes, reason: Reason) -> None:
    with pytest.raises(RequestError) as caught:
        read(data, most=100)
    assert caught.value.reason is reason


@given(TEXTS)
def test_nothing_is_shown(text: str) -> None:
    assert text not in repr(read(write([(1, text)]))) or len(text) < 20

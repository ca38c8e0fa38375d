"""Edits of binary bodies, held against an independent writer that makes the edited message anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary import eventstream
from proxy.binary.splice import splice
from proxy.body import Kind
from proxy.document import segments
from proxy.rewrite import Edit
from proxy.rewrite import splice as rewrite
from proxy.segment import Label, Segment
from tests.proxy.binary.message import MESSAGES, Field, replaced, write
from tests.proxy.binary.test_envelope import frame

MARK = st.sampled_from(["", "x", "[CREDIT_CARD:0a1b2c]", "long " * 60])


def read(data: bytes, kind: Kind) -> list[Segment]:
    return list(segments(data, kind, lambda _: Label.PROMPT))


@given(MESSAGES, st.data())
def test_lengths_follow_the_edits(message: list[Field], data: st.DataObject) -> None:
    places: dict[tuple[int, int], tuple[int, ...]] = {}
    body = write(message, places)
    edits: list[tuple[Segment, list[Edit]]] = []
    expected = message
    for segment in read(body, Kind.PROTOBUF):
        path = places.get((segment.start, segment.end))
        if segment.label is Label.PROMPT and path is not None and data.draw(st.booleans()):
            start = data.draw(st.integers(0, len(segment.text) - 1))
            end = data.draw(st.integers(start + 1, len(segment.text)))
            mark = data.draw(MARK)
            edits.append((segment, [Edit(start, end, mark)]))
            expected = replaced(expected, path, segment.text[:start] + mark + segment.text[end:])
    out = rewrite(body, Kind.PROTOBUF, edits)
    assert out == write(expected)
    framed = rewrite(frame(b"\x08\x01") + frame(body, 1), Kind.PROTOBUF_FRAMES, _moved(edits, 12))
    assert framed == frame(b"\x08\x01") + frame(write(expected), 1)


def _moved(edits: list[tuple[Segment, list[Edit]]], by: int) -> list[tuple[Segment, list[Edit]]]:
    return [(Segment(s.pointer, s.label, s.text, s.field, s.start + by, s.end + by), list(e)) for s, e in edits]


@given(MESSAGES)
def test_any_edit_leaves_a_message(message: list[Field]) -> None:
    """Also where a text is a message by chance."""
    body = write(message)
    found = [one for one in read(body, Kind.PROTOBUF) if one.label is Label.PROMPT]
    out = rewrite(body, Kind.PROTOBUF, [(segment, [Edit(0, len(segment.text), "#!")]) for segment in found])
    assert [s.text for s in read(out, Kind.PROTOBUF) if s.label is Label.PROMPT] == ["#!"] * len(found)


def test_a_length_that_grows_by_a_byte_lengthens_all_around_it() -> None:
    text = "é" * 60
    deep: list[Field] = [(1, [(2, [(3, text), (4, 1)]), (5, 2)]), (6, 3)]
    body = write(deep)
    (segment,) = [one for one in read(body, Kind.PROTOBUF) if one.label is Label.PROMPT]
    out = rewrite(body, Kind.PROTOBUF, [(segment, [Edit(1, 2, "x" * 20_000)])])
    assert out == write([(1, [(2, [(3, "é" + "x" * 20_000 + text[2:]), (4, 1)]), (5, 2)]), (6, 3)])


def test_json_frames() -> None:
    body = frame(b'{"a": "one"}') + frame(b'{"b": ["two", 4]}', 1) + frame(b"")
    a, _, two, four = [one for one in read(body, Kind.JSON_FRAMES) if one.label is not Label.KEY or one.text == "b"]
    assert [a.pointer, two.pointer, four.pointer] == ["frame:1/a", "frame:2/b/0", "frame:2/b/1"]
    out = rewrite(body, Kind.JSON_FRAMES, [(a, [Edit(0, 3, '"')]), (two, [Edit(1, 2, "")]), (four, [Edit(0, 1, "x")])])
    assert out == frame(b'{"a": "\\""}') + frame(b'{"b": ["to", "x"]}', 1) + frame(b"")


def test_event_streams() -> None:
    messages = [
        eventstream.Message(b"\x01h\x07\x00\x04text", b'{"a": "one"}'),
        eventstream.Message(b"", b"plain \xc3\xa9"),
        eventstream.Message(b"", b""),
    ]
    body = b"".join(map(eventstream.encode, messages))
    found = {one.pointer: one for one in read(body, Kind.EVENT_STREAM) if one.label is Label.PROMPT}
    assert list(found) == ["event:1/a", "event:2"]
    changes = [(found["event:1/a"], [Edit(0, 1, '"')]), (found["event:2"], [Edit(6, 7, "ö!")])]
    out = rewrite(body, Kind.EVENT_STREAM, changes)
    assert [message.payload for _, message in eventstream.messages(out)] == [
        b'{"a": "\\"ne"}',
        "plain ö!".encode(),
        b"",
    ]
    assert out.endswith(eventstream.encode(messages[2]))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (write([(1, "text")]), Kind.PROTOBUF),
        (frame(write([(1, "text")])), Kind.PROTOBUF_FRAMES),
        (eventstream.encode(eventstream.Message(b"", b"text")), Kind.EVENT_STREAM),
        (b"no message", Kind.PROTOBUF),
    ],
)
def test_an_edit_of_nothing_that_was_read_is_refused(data: bytes, kind: Kind) -> None:
    for span, leaf in (((0, 1, b"xx"), (0, 1)), ((len(data), len(data) + 1, b""), (len(data), len(data) + 1))):
        with pytest.raises(ValueError, match="an edit stands in no"):
            splice(data, kind, [span], [leaf])


def test_nothing_to_do() -> None:
    assert splice(b"no message", Kind.PROTOBUF, [], []) == b"no message"

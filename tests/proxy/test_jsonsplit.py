import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.jsonsplit import CHUNK_BYTES, NOTHING_KNOWN, UNSETTLED_CHUNKS, Split, known_from, split
from proxy.jsontext import Leaf
from proxy.reason import Reason
from tests.law import often
from tests.proxy.reading import documents, outcome


def pieces(data: bytes) -> list[Leaf] | Reason | None:
    """What the skeleton and the chunks give together; None when `split` gives up."""
    if (parts := split(data)) is None:
        return None
    outer = outcome(parts.skeleton)
    if isinstance(outer, Reason):
        return outer
    found = [leaf._replace(start=parts.offset(leaf.start), end=parts.offset(leaf.end)) for leaf in outer]
    for chunk in parts.chunks:
        inner = outcome(data, start=chunk.start, end=chunk.end, prefix=chunk.path)
        if isinstance(inner, Reason):
            return inner
        found += inner
    return sorted(found, key=lambda leaf: leaf.start)


@often(400)
@given(documents())
def test_split_loses_nothing(data: bytes) -> None:
    whole = outcome(data)
    if isinstance(whole, Reason):
        assert not isinstance(pieces(data), list)
    else:
        assert pieces(data) == whole


@often(600)
@given(documents(), st.data())
def test_split_hides_no_fault(data: bytes, draw: st.DataObject) -> None:
    broken = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(broken)))
        cut = draw.draw(st.integers(0, 3))
        broken[at : at + cut] = draw.draw(
            st.sampled_from([b"", b'"', b"\\", *(bytes([c]) for c in b"{}[],:0 \x00\xff")])
        )
    whole = outcome(bytes(broken))
    if isinstance(whole, Reason):
        assert not isinstance(pieces(bytes(broken)), list)
    else:
        assert pieces(bytes(broken)) == whole


@st.composite
def conversations(draw: st.DrawFn) -> list[bytes]:
    """Two bodies of one conversation: the later one resent with turns added, and perhaps changed or taken out."""
    turns = draw(st.lists(st.text("ab{}[],: ", min_size=60, max_size=160) | st.integers(), min_size=1, max_size=14))
    later = list(turns)
    if draw(st.booleans()):
        del later[draw(st.integers(0, len(later) - 1))]
    if later and draw(st.booleans()):
        later[draw(st.integers(0, len(later) - 1))] = "changed " * 20
    later += draw(st.lists(st.text(max_size=200), max_size=3))
    tools = [{"name": "t", "note": "words " * 30}] * draw(st.integers(0, 6))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    return [
        json.dumps({"messages": [{"content": turn} for turn in each], "tools": tools}, separators=separators).encode()
        for each in (turns, later)
    ]


def forgetful(parts: Split | None) -> object:
    """A split without what it says of an earlier body."""
    return parts and (parts.skeleton, parts.chunks, [array[:-1] for array in parts.arrays])


@often(300)
@given(documents(), st.data())
def test_split_with_an_earlier_body_is_the_same(data: bytes, draw: st.DataObject) -> None:
    later = bytearray(data)
    at = draw.draw(st.integers(0, len(later)))
    later[at : at + draw.draw(st.integers(0, 2))] = draw.draw(
        st.sampled_from([b"", b'"', b"\\", *(bytes([c]) for c in b"{}[],:0 ")])
    )
    parts = split(data)
    known = known_from(data, parts) if parts else NOTHING_KNOWN
    assert forgetful(split(bytes(later), known)) == forgetful(split(bytes(later)))
    assert forgetful(split(data, known)) == forgetful(parts)


@often(300)
@given(conversations())
def test_a_resent_conversation_splits_as_if_it_were_new(bodies: list[bytes]) -> None:
    first, later = bodies
    parts = split(first)
    assert parts is not None
    known = known_from(first, parts)
    again = split(later, known)
    assert again is not None
    assert forgetful(again) == forgetful(split(later))
    for array in again.arrays:
        for chunk in again.chunks[array.first : array.first + array.same]:
            assert known.chunks[chunk.path] == later[chunk.start : chunk.end]


def test_what_stays_of_a_conversation_is_taken_in_one_piece() -> None:
    turns = [{"role": "user", "content": f"{number} " * 80} for number in range(20)]
    first = json.dumps({"messages": turns}).encode()
    parts = split(first)
    assert parts is not None
    more = split(json.dumps({"messages": [*turns, turns[0]]}).encode(), known_from(first, parts))
    assert more is not None
    assert [array.same for array in more.arrays] == [20 - UNSETTLED_CHUNKS]


def test_split_agrees_at_every_truncation_of_a_conversation() -> None:
    data = conversation()
    for end in range(len(data)):
        assert not isinstance(pieces(data[:end]), list), end
    for tail in (b"}", b"]", b",", b"null", b'"', b"\0"):
        assert not isinstance(pieces(data + tail), list), tail


def conversation() -> bytes:
    long = 'say "hi" to [them] {now}, ' * 6
    body = {
        "model": "m",
        "system": [{"type": "text", "text": long}],
        "request": {"contents": [{"parts": [{"text": long}]}, {"parts": []}]},
        "tools": [{"name": "t", "schema": {"enum": ["a", "b"], "default": 1.5e3, "note": long}}],
        "messages": [{"role": "user", "content": long}, {"role": "user", "content": "short"}, long],
        "vector": [0.25] * 40,
    }
    return json.dumps(body).encode()


def test_split_cuts_out_the_elements_of_a_conversation() -> None:
    parts = split(conversation())
    assert parts is not None
    assert [chunk.path for chunk in parts[1]] == [
        ("system", 0),
        ("request", "contents", 0),
        ("tools", 0),
        ("messages", 0),
        ("messages", 2),
    ]
    assert json.loads(parts[0])["messages"] == [None, {"role": "user", "content": "short"}, None]


@pytest.mark.parametrize("depth", [11, 12, 13, 14, 50, 150, 100_000])
def test_split_hops_over_any_depth(depth: int) -> None:
    data = b'{"messages": [' + b"[" * depth + b'"]"' + b"]" * depth + b',"' + b"x" * CHUNK_BYTES + b'"]}'
    assert pieces(data) == outcome(data)

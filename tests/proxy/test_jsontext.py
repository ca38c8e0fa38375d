import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.jsontext import CHUNK_BYTES, Leaf, LeafKind, leaves, split
from proxy.reason import Reason, RequestError

TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
TREES = st.recursive(
    SCALARS | st.text('ab"\\\n{}[],:é', min_size=100, max_size=200),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """JSON texts in the many ways of writing one."""
    tree = draw(TREES)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\r\n", "\t: ")]))
    indent = draw(st.sampled_from([None, 0, 2]))
    text = json.dumps(tree, ensure_ascii=draw(st.booleans()), separators=separators, indent=indent)
    blank = draw(st.sampled_from(["", " ", "\n\t"]))
    return (blank + text + blank).encode(errors="surrogatepass")


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def outcome(data: bytes, **where: Any) -> list[Leaf] | Reason:
    try:
        return list(leaves(data, **where))
    except RequestError as err:
        return err.reason


def expected(data: bytes) -> Counter[tuple[str, str]]:
    """Every key, string and number of `data`, by an independent reader."""
    found: Counter[tuple[str, str]] = Counter()

    class Number(str):
        pass

    def walk(value: Any) -> None:
        match value:
            case Number():
                found["number", str(value)] += 1
            case str():
                found["string", value] += 1
            case list():
                for item in value:
                    walk(item)
            case dict():
                for key, item in value.items():
                    found["key", key] += 1
                    walk(item)

    walk(json.loads(data, parse_int=Number, parse_float=Number))
    return found


@settings(deadline=None, max_examples=300)
@given(documents())
def test_walk_loses_nothing(data: bytes) -> None:
    if not is_utf8(data):
        assert outcome(data) is Reason.BAD_UTF8
        return
    found = list(leaves(data))
    assert Counter((leaf.kind.value, leaf.text) for leaf in found) == expected(data)
    assert [leaf.start for leaf in found] == sorted({leaf.start for leaf in found})


@settings(deadline=None, max_examples=200)
@given(documents().filter(is_utf8))
def test_paths_and_offsets_lead_to_the_value(data: bytes) -> None:
    tree = json.loads(data, parse_int=str, parse_float=str)
    for leaf in leaves(data):
        token = data[leaf.start : leaf.end]
        assert (token.decode() if leaf.kind is LeafKind.NUMBER else json.loads(token)) == leaf.text
        value = tree
        for step in leaf.path[:-1] if leaf.kind is LeafKind.KEY else leaf.path:
            value = value[step]
        assert leaf.text in value if leaf.kind is LeafKind.KEY else leaf.text == value


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


@settings(deadline=None, max_examples=400)
@given(documents())
def test_split_loses_nothing(data: bytes) -> None:
    whole = outcome(data)
    if isinstance(whole, Reason):
        assert not isinstance(pieces(data), list)
    else:
        assert pieces(data) == whole


@settings(deadline=None, max_examples=600)
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


@settings(deadline=None, max_examples=200)
@given(documents(), st.data())
def test_split_with_an_earlier_body_is_the_same(data: bytes, draw: st.DataObject) -> None:
    later = bytearray(data)
    at = draw.draw(st.integers(0, len(later)))
    later[at : at + draw.draw(st.integers(0, 2))] = draw.draw(
        st.sampled_from([b"", b'"', b"\\", *(bytes([c]) for c in b"{}[],:0 ")])
    )
    parts = split(data)
    known = {chunk.path: data[chunk.start : chunk.end] for chunk in parts[1]} if parts else {}
    assert split(bytes(later), known) == split(bytes(later))
    assert split(data, known) == parts


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


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.BAD_JSON),
        (b"  ", Reason.BAD_JSON),
        (b"{", Reason.BAD_JSON),
        (b"[1,]", Reason.BAD_JSON),
        (b'{"a":1,}', Reason.BAD_JSON),
        (b'{"a" 1}', Reason.BAD_JSON),
        (b"{a:1}", Reason.BAD_JSON),
        (b"['a']", Reason.BAD_JSON),
        (b"[1 2]", Reason.BAD_JSON),
        (b"[1]]", Reason.BAD_JSON),
        (b"[1}", Reason.BAD_JSON),
        (b"{} {}", Reason.BAD_JSON),
        (b"[]\0", Reason.BAD_JSON),
        (b"[\x0c1]", Reason.BAD_JSON),
        (b"[\xc2\xa01]", Reason.BAD_JSON),
        (b"[NaN]", Reason.BAD_JSON),
        (b"[Infinity]", Reason.BAD_JSON),
        (b"[-Infinity]", Reason.BAD_JSON),
        (b"[+1]", Reason.BAD_JSON),
        (b"[01]", Reason.BAD_JSON),
        (b"[1.]", Reason.BAD_JSON),
        (b"[.5]", Reason.BAD_JSON),
        (b"[1e]", Reason.BAD_JSON),
        (b"[-]", Reason.BAD_JSON),
        (b"[0x1]", Reason.BAD_JSON),
        ("[١]".encode(), Reason.BAD_JSON),
        (b"[True]", Reason.BAD_JSON),
        (b"[nul]", Reason.BAD_JSON),
        (b"[1] // note", Reason.BAD_JSON),
        (b'["a\nb"]', Reason.BAD_JSON),
        (b'["a\x00b"]', Reason.BAD_JSON),
        (b'["\\x41"]', Reason.BAD_JSON),
        (b'["\\u12"]', Reason.BAD_JSON),
        (b'["\\u+123"]', Reason.BAD_JSON),
        (b'["\\u 123"]', Reason.BAD_JSON),
        (b'["open]', Reason.BAD_JSON),
        (b'["open\\"]', Reason.BAD_JSON),
        (b'["\xff"]', Reason.BAD_UTF8),
        (b'["\xc0\xaf"]', Reason.BAD_UTF8),
        (b'["\xed\xa0\x80"]', Reason.BAD_UTF8),
        (b'{"\xff": 1}', Reason.BAD_UTF8),
        (b'["\\n\xff"]', Reason.BAD_UTF8),
        (b"\xff\xfe[\x001\x00]\x00", Reason.BAD_JSON),
        (b"[\xef\xbb\xbf1]", Reason.BAD_JSON),
        (b'{"a": 1, "a": 2}', Reason.DUPLICATE_KEY),
        (b'{"a": 1, "\\u0061": 2}', Reason.DUPLICATE_KEY),
        (b'[{"x": {"a": 1, "b": [], "a": {}}}]', Reason.DUPLICATE_KEY),
        (b"[" * 201 + b"]" * 201, Reason.TOO_DEEP),
        (b'{"a":' * 100_000, Reason.TOO_DEEP),
    ],
)
def test_refuses(data: bytes, reason: Reason) -> None:
    assert outcome(data) is reason


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"\xef\xbb\xbf{}", []),
        (b'"root"', ["root"]),
        (b" -1.5E+09 ", ["-1.5E+09"]),
        (b"[" + b"7" * 5000 + b"]", ["7" * 5000]),
        (b'["\\ud83d\\ude00"]', ["\U0001f600"]),
        (b'["\\ud83d", "\\ude00", "\\ud83d\\ud83d\\ude00"]', ["\ud83d", "\ude00", "\ud83d\U0001f600"]),
        (b'["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\x7f"]', ['"\\/\b\f\n\r\té\x7f']),
        (b'{"": {"": ""}}', ["", "", ""]),
        (b'[{"a": 1}, {"a": 1}]', ["a", "1", "a", "1"]),
        (b"[" * 200 + b"]" * 200, []),
        (b"[null, true, false, {}, []]", []),
    ],
)
def test_reads(data: bytes, texts: list[str]) -> None:
    assert [leaf.text for leaf in leaves(data)] == texts


def test_paths_keep_their_prefix_and_its_depth() -> None:
    data = b'xx{"a": [1, "b"]}yy'
    where: dict[str, Any] = {"start": 2, "end": 17, "prefix": ("messages", 3)}
    assert outcome(data, **where) == [
        Leaf(("messages", 3, "a"), LeafKind.KEY, 3, 6, "a"),
        Leaf(("messages", 3, "a", 0), LeafKind.NUMBER, 9, 10, "1"),
        Leaf(("messages", 3, "a", 1), LeafKind.STRING, 12, 15, "b"),
    ]
    assert outcome(data, **where, max_depth=4) != Reason.TOO_DEEP
    assert outcome(data, **where, max_depth=3) is Reason.TOO_DEEP


def test_values_are_counted() -> None:
    assert outcome(b"[1, 2, 3]", max_leaves=4) != Reason.TOO_LARGE
    assert outcome(b"[1, 2, 3]", max_leaves=3) is Reason.TOO_LARGE


def test_nothing_printed_holds_the_text() -> None:
    leaf = next(leaves(b'["canary"]'))
    assert "canary" not in repr(leaf)
    with pytest.raises(RequestError) as caught:
        list(leaves(b'["canary\\q"]'))
    assert "canary" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

from proxy.jsontext import Leaf, LeafKind, leaves
from proxy.reason import Reason, RequestError
from tests.law import often
from tests.proxy.reading import documents, is_utf8, outcome


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


@often(300)
@given(documents())
def test_walk_loses_nothing(data: bytes) -> None:
    if not is_utf8(data):
        assert outcome(data) is Reason.BAD_UTF8
        return
    found = list(leaves(data))
    assert Counter((leaf.kind.value, leaf.text) for leaf in found) == expected(data)
    assert [leaf.start for leaf in found] == sorted({leaf.start for leaf in found})


@often(200)
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

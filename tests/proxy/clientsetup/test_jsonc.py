"""Edits of settings files: they say what was meant, comments stay, and what is put in can be taken out again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.clientsetup import jsonc

_NAMES = st.text('ab."\\\n\u00e9/*', max_size=4)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_NAMES, below, max_size=3),
    max_leaves=8,
)
_TREES = st.dictionaries(_NAMES, _VALUES, max_size=4)
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map(tuple)
_COMMENTS = st.sampled_from(["", " ", "\n", "// note, {\n", '/* " } */', "\r\n\t", "/**/ // x\n"])

COMMENTED = """\
// Settings, with a word before
{
\t"editor.fontSize": 13, // small
\t/* the theme
\t   of the month */
\t"theme": "dark",
\t"env": {
\t\t"A": "1" // one
\t},
\t"list": [1, 2, /* three */ 3,],
}
"""


@st.composite
def _texts(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A text with comments anywhere and the tree that it says."""
    tree = draw(_TREES)
    return draw(_COMMENTS) + _written(draw, tree) + draw(_COMMENTS), tree


def _written(draw: st.DrawFn, value: Any) -> str:
    gap = lambda: draw(_COMMENTS)  # noqa: E731
    if isinstance(value, dict | list):
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        items = [
            f"{json.dumps(item)}{gap()}:{gap()}{_written(draw, value[item])}"
            if isinstance(value, dict)
            else _written(draw, item)
            for item in value
        ]
        last = "," if items and draw(st.booleans()) else ""
        return opened + gap() + f"{gap()},{gap()}".join(items) + gap() + last + gap() + closed
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


def _with(tree: dict[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    return {**tree, keys[0]: _with(tree.get(keys[0], {}), keys[1:], value) if keys[1:] else value}


@given(_texts())
def test_a_text_with_comments_is_read(made: tuple[str, dict[str, Any]]) -> None:
    text, tree = made
    assert jsonc.read(text) == tree


@given(_texts(), _PATHS, st.text(max_size=5) | st.booleans())
def test_what_is_put_in_is_there_and_nothing_else_changes(
    made: tuple[str, dict[str, Any]], keys: tuple[str, ...], value: object
) -> None:
    text, tree = made
    try:
        after = jsonc.put(text, keys, value)
    except jsonc.JsoncError as err:  # a value that is no object is in the way
        assert "in the way" in str(err)
        return
    assert jsonc.read(after) == _with(tree, keys, value)
    assert jsonc.get(after, keys) == value


@given(_texts(), _PATHS)
def test_what_was_put_in_can_be_taken_out(made: tuple[str, dict[str, Any]], keys: tuple[str, ...]) -> None:
    text, tree = made
    if jsonc.get(text, keys[:1]) is not jsonc.MISSING:
        return
    assert jsonc.read(jsonc.drop(jsonc.put(text, keys, "x"), keys)) == tree


@given(_TREES, _PATHS, st.sampled_from([None, 2, 4, "\t"]))
def test_a_plain_file_gets_back_to_the_letter(
    tree: dict[str, Any], keys: tuple[str, ...], indent: int | str | None
) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=False)
    if keys[0] not in tree:
        assert jsonc.drop(jsonc.put(text, keys, "x"), keys) == text


def test_comments_and_layout_stay() -> None:
    after = jsonc.put(jsonc.put(COMMENTED, ("env", "B"), "2"), ("http.proxy",), "http://x")
    assert after == COMMENTED.replace('\t\t"A": "1" // one\n', '\t\t"A": "1", // one\n\t\t"B": "2"\n').replace(
        "3,],\n", '3,],\n\t"http.proxy": "http://x",\n'
    )
    assert jsonc.put(COMMENTED, ("theme",), "light") == COMMENTED.replace("dark", "light")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", '{\n  "a": {\n    "b": "x"\n  }\n}\n'),
        ("// mine\n", '// mine\n{\n  "a": {\n    "b": "x"\n  }\n}\n'),
        ("{}", '{\n  "a": {\n    "b": "x"\n  }\n}'),
        ('{"c": 1}', '{"c": 1, "a": {"b": "x"}}'),
        ('{\r\n    "c": 1\r\n}\r\n', '{\r\n    "c": 1,\r\n    "a": {\r\n        "b": "x"\r\n    }\r\n}\r\n'),
        ('\ufeff{\n  "c": 1\n}', '\ufeff{\n  "c": 1,\n  "a": {\n    "b": "x"\n  }\n}'),
    ],
)
def test_the_layout_is_the_files_own(text: str, after: str) -> None:
    assert jsonc.put(text, ("a", "b"), "x") == after


_BROKEN = """{ | } | {"a"} | {"a": } | {"a": 1 "b": 2} | {a: 1} | {'a': 1} | {"a": 1} x | /* {} | {,} | [1"""
_ODD = ('{"a": 1, "a": 2}', '{"a": "\n"}', '{"a": "\\x"}', '{"a": tru}', "[" * 200)


@pytest.mark.parametrize("text", [*_BROKEN.split(" | "), *_ODD])
def test_a_broken_file_is_not_touched(text: str) -> None:
    with pytest.raises(jsonc.JsoncError):
        jsonc.put(text, ("k",), "v")


def test_a_value_in_the_way_is_not_replaced() -> None:
    with pytest.raises(jsonc.JsoncError, match="in the way"):
        jsonc.put('{"env": "x"}', ("env", "A"), "1")
    with pytest.raises(jsonc.JsoncError, match="in the way"):
        jsonc.put("[]", ("env",), "1")


def test_what_is_not_there_can_be_dropped() -> None:
    for keys in (("no",), ("env", "no"), ("theme", "no")):
        assert jsonc.drop(COMMENTED, keys) == COMMENTED

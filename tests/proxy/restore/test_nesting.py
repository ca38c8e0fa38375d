"""The level at which a place stands in the source of a JSON document, however deep strings hold more of it."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.formats import Writing
from proxy.restore.nesting import Nesting
from tests.proxy.restore.pairs import CARD, NAME, NUMBER, TOKEN, restored

AWKWARD = TOKEN.value


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0),
        ('{"a": ', 0),
        ('{"a": "', 1),
        ('{"a": "b", "c', 1),
        ('{"a": "b\\\\', 1),
        ('{"a": "b\\\\"', 0),
        ('{"a": "x = \\"', 2),
        ('{"a": "x = \\"y\\" ', 1),
        ('{"a": "x = \\"\\\\\\"', 3),
        ('{"a": "{\\"b\\":\\"{\\\\\\"c\\\\\\":\\\\\\"', 3),
        ('{"a": "{\\"b\\":\\"{\\\\\\"c\\\\\\":1}\\"', 1),
        ('{"a": "5\\" of rain\\n', 1),
        ('{"a": "5\\" of rain\\\\n', 2),
        ('{"a": "\\"one\\\\nline\\n', 1),
        ('{"a": "\\"open", "b": "', 1),
    ],
)
def test_depths(text: str, depth: int) -> None:
    for size in (1, 2, 3, 1000):
        nesting = Nesting()
        for start in range(0, len(text), size):
            nesting.feed(text[start : start + size])
        assert nesting.depth == depth


def _nested(value: Any, levels: int) -> str:
    text = json.dumps(value)
    for _ in range(levels):
        text = json.dumps({"content": text, "note": "plain"})
    return text


def _opened(text: str, levels: int) -> Any:
    for _ in range(levels):
        text = json.loads(text)["content"]
    return json.loads(text)


@pytest.mark.parametrize("levels", range(4))
@given(st.data())
def test_a_value_is_escaped_as_often_as_strings_hold_it(levels: int, data: st.DataObject) -> None:
    around = st.text(st.sampled_from('a :,{}[]\n\\"\té'), max_size=8)
    before, behind = data.draw(around), data.draw(around)
    inner = {"to": f"{before.replace(chr(34), '')} {TOKEN.surrogate} {behind}", "n": [1, TOKEN.surrogate]}
    text = _nested(inner, levels)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    pieces = [text[start:end] for start, end in itertools.pairwise([0, *cuts, len(text)])]
    opened = _opened(restored(pieces, writing=Writing.JSON), levels)
    assert opened == json.loads(json.dumps(inner).replace(TOKEN.surrogate, json.dumps(AWKWARD)[1:-1]))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{"card":4000001234567899}', {"card": 4111111111111111}),
        ('{"ssn":900123456}', {"ssn": 123456789}),
        ('[4000001234567899, "4000 0012 3456 7899"]', [4111111111111111, "4111 1111 1111 1111"]),
        ('{"Tovina Kelder":{"x":"Tovina\\nKelder"}}', {"Maria Lopez": {"x": "Maria\nLopez"}}),
    ],
)
def test_numbers_stay_numbers(source: str, expected: Any) -> None:
    assert json.loads(restored(list(source), writing=Writing.JSON)) == expected
    assert {CARD, NAME, NUMBER}  # of these


def test_prose_has_no_levels() -> None:
    assert restored([f'He said "{TOKEN.surrogate}".']) == f'He said "{AWKWARD}".'

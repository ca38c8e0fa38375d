"""Values written like the pseudonyms they replace."""

import json

import pytest

from proxy.restore.lexicon import Match
from proxy.restore.pair import Pair
from proxy.restore.surrounding import as_token, write


def _written(form: str, surrogate: str, value: str, depth: int | None = 0, grouped: bool = False) -> str:
    return write(form, Match(0, len(form), Pair(surrogate, value), grouped), depth)


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("Tovina Kelder", "Maria\tde Lopez", "Maria\tde Lopez"),
        ("Tovina\n  Kelder", "Maria de Lopez", "Maria de Lopez"),  # no place for a third word
        ("Tovina** Kelder", "Maria", "Maria**"),
        ("Tovina%20Kelder", "Maria de/Lopez", "Maria%20de%2FLopez"),
        ("TOVINA KELDER", "maria lopez", "maria lopez"),
        ("Tovina&nbsp;Kelder", "R&D <x>", "R&amp;D&nbsp;&lt;x&gt;"),
        ("Tovina+Kelder", "R&D x", "R%26D+x"),
        ("T\\u006fvina Kelder", 'Größe "1"', 'Gr\\u00f6\\u00dfe \\"1\\"'),
        ("T\\\\u006fvina Kelder", 'A "1"', 'A \\\\\\"1\\\\\\"'),
    ],
)
def test_words(form: str, value: str, expected: str) -> None:
    assert _written(form, "Tovina Kelder", value) == expected


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("4000-0012", "4111 1111", "4111-1111"),
        ("4000-0012", "4111 1111 1", "4111 1111 1"),
        ("4000-0012", "x/y", "x/y"),
        ("4000 0012", "4111  1111", "4111  1111"),
        ("4000%200012", "41111111", "4111%201111"),
    ],
)
def test_groups(form: str, value: str, expected: str) -> None:
    assert _written(form, "4000 0012", value, grouped=True) == expected


@pytest.mark.parametrize("depth", range(4))
def test_each_level_of_quotes_escapes_once_more(depth: int) -> None:
    text = _written("tok-1", "tok-1", 'a"\\\n\u00e9', depth)
    for _ in range(depth):
        text = json.loads(f'"{text}"')
    assert text == 'a"\\\n\u00e9'


@pytest.mark.parametrize(
    ("text", "token"),
    [("123", "123"), ("0", "0"), ("-1.5", "-1.5"), ("012", '"012"'), ("1-2", '"1-2"'), ("x", '"x"'), ("", '""')],
)
def test_a_number_that_is_none_becomes_a_string(text: str, token: str) -> None:
    assert as_token(text) == token


def test_a_token_of_json_is_written_as_one() -> None:
    assert _written("9001234", "9001234", "0123456", None, grouped=True) == '"0123456"'
    assert _written("tok-1", "tok-1", "x", None) == "x"

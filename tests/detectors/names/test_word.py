"""Words and what is told of one alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.names.gazetteer import Gazetteer
from detectors.names.word import ending, norm, shape, traits, words

KNOWN = Gazetteer({"jane": "30000", "o'neill": "03000", "patient": "00020"}, {"patient", "the"})


def test_words_numbers_signs_and_line_ends() -> None:
    text = "Dr. O’Neill's\tx_1\n(42)"
    found = list(words(text))
    assert [one.text for one in found] == ["Dr", ".", "O’Neill's", "x", "_", "1", "\n", "(", "42", ")"]
    assert all(text[one.start : one.end] == one.text for one in found)
    assert [one.text for one in found if one.spaced] == [".", "O’Neill's"]


def test_signs_that_glue_names_together_part_words() -> None:
    text = "PID|ROE^JANE~x=Jane:Roe\"Roe'"
    assert [one.text for one in words(text) if one.text.isalpha()] == ["PID", "ROE", "JANE", "x", "Jane", "Roe", "Roe"]


def test_a_part_of_a_text_is_read_where_it_stands() -> None:
    assert [(one.text, one.start) for one in words("one two three", 4, 7)] == [("two", 4)]


@given(st.text(), st.integers(0, 30), st.integers(0, 30))
def test_words_stand_where_they_are_said_to_and_nothing_is_left_out(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    found = words(text, start, end)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.spaced == (text[one.end : one.end + 1] in set(" \t\r\u00a0")) for one in found)
    assert "".join(one.text for one in found) == re.sub(r"[^\S\n]", "", text[start:end])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Jane", "Xx"),
        ("ROE", "XX"),
        ("J", "X"),
        ("jane", "xx"),
        ("a", "x"),
        ("JavaScript", "XxX"),
        ("iPhone", "xX"),
        ("2026", "dddd"),
        ("1234567", "ddddd"),
        ("^", "^"),
        ("王", "~"),
        ("Élodie", "Xx"),
        ("O'Neill", "XxX"),
    ],
)
def test_shapes(word: str, expected: str) -> None:
    assert shape(word) == expected


def test_a_name_is_known_by_its_traits_and_never_by_heart() -> None:
    assert (norm("Patient", KNOWN), norm("Jane", KNOWN), norm("Xyzzy", KNOWN)) == ("patient", "?", "?")
    assert (traits("Jane", KNOWN), traits("O’Neill", KNOWN), traits("Xyzzy", KNOWN)) == ("30000", "03000", "00000")
    assert (ending("Kowalska", KNOWN), ending("Patient", KNOWN), ending("42", KNOWN)) == ("ska", "", "")
    assert (norm("7", KNOWN), norm("(", KNOWN)) == ("0", "(")

"""The lists' file."""

import pytest

from detectors.names.uncased import lists
from detectors.names.uncased.lists import FAMILY, GIVEN, fold, pack, unpack


def test_what_is_packed_is_read_again() -> None:
    made = unpack(pack({"a": {"": "one two"}, "b": {"3": "x", "-1": "y z"}}))
    assert made.words("a") == {"one", "two"}
    assert made.numbers("b") == {"x": 3, "y": -1, "z": -1}
    assert made.costs("b") == {"x": 1.5, "y": -0.5, "z": -0.5}
    assert made.labels("b")["x"] == "3"


def test_equal_groups_give_equal_bytes() -> None:
    assert pack({"b": {"2": "x", "1": "y"}, "a": {}}) == pack({"a": {}, "b": {"1": "y", "2": "x"}})


@pytest.mark.parametrize(
    ("written", "as_written_too"),
    [("أحمد", "احمد"), ("مُحَمَّد", "محمد"), ("علی", "علي"), ("نیک‌پور", "نيكپور"), ("שָׂרָה", "שרה"), ("ज़ैदी", "जैदी")],
)
def test_spellings_of_a_word_are_one(written: str, as_written_too: str) -> None:
    assert fold(written) == fold(as_written_too)


def test_the_bundled_lists_are_small_and_know_usual_names() -> None:
    assert lists.FILE.stat().st_size < 350_000
    bundled = lists.bundled()
    assert bundled.numbers("spaced")[fold("محمد")] & GIVEN
    assert bundled.numbers("spaced")["शर्मा"] & FAMILY
    assert bundled.costs("zh.family")["王"] < bundled.costs("zh.family")["欧阳"]
    assert "佐藤" in bundled.words("ja.family")
    assert "민수" in bundled.words("ko.given")

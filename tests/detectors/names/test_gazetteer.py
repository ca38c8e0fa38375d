"""The list of words, and the one that comes along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, PLACE, UNKNOWN, Gazetteer, bundled, pack, unpack

WORDS = st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=12)
TRAITS = st.text("0123", min_size=5, max_size=5)


@given(st.dictionaries(WORDS, TRAITS, min_size=1), st.sets(WORDS))
def test_what_is_packed_is_read_again(known: dict[str, str], vocabulary: set[str]) -> None:
    read = unpack(pack(known, vocabulary))
    assert read.vocabulary == vocabulary
    assert all(read.traits(word) == digits for word, digits in known.items())
    assert all(read.traits(word) == UNKNOWN for word in vocabulary - known.keys())


def test_the_genitive_is_the_names() -> None:
    assert Gazetteer({"jane": "31000"}, ()).traits("jane's") == "31000"


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("jane", GIVEN),
        ("mohammed", GIVEN),
        ("giulia", GIVEN),
        ("smith", FAMILY),
        ("nguyen", FAMILY),
        ("kowalski", FAMILY),
        ("berlin", PLACE),
        ("london", PLACE),
        ("table", COMMON),
        ("wanna", COMMON),
        ("function", COMMON),
    ],
)
def test_the_usual_is_known(word: str, place: int) -> None:
    assert bundled().traits(word)[place] >= "2"


@pytest.mark.parametrize("word", ["jane", "nguyen", "kowalski", "giulia"])
def test_names_are_no_plain_words_and_the_model_cannot_know_them_by_heart(word: str) -> None:
    assert bundled().traits(word)[COMMON] <= "1"
    assert word not in bundled().vocabulary

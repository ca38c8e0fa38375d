"""Invented names: the script and the case of the name, its particles, and nothing of its words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.pseudonym.draw import Draw
from proxy.pseudonym.invented import MIN_CHARS, invented_words, renamed


def renaming(text: str) -> str | None:
    words = invented_words(text, lambda word: Draw(b"k" * 32, word))
    return renamed(text, words) if words else None


def scripts(text: str) -> set[str]:
    return {unicodedata.name(char).partition(" ")[0] for char in text if char.isalpha()}


@pytest.mark.parametrize(
    "name",
    [
        "Jane Roe",
        "Иван Петров",
        "Μαρία Παπά",
        "王小明",
        "김철수",
        "やまだ",
        "ヤマダ",
        "محمد علي",
        "דוד לוי",
        "सीता",
        "สมชาย",
    ],
)
def test_the_script_stays(name: str) -> None:
    made = renaming(name)
    assert made is not None
    assert made != name
    assert scripts(made) == scripts(name)
    assert not set(made.split()) & set(name.split())


@pytest.mark.parametrize(
    "name", ["Jane Roe", "JANE ROE", "jane roe", "ROE^JANE", "Roe, Jane", "jane_roe", "Ludwig van Beet"]
)
def test_the_form_stays(name: str) -> None:
    made = renaming(name)
    assert made is not None
    assert [char for char in made if not char.isalpha()] == [char for char in name if not char.isalpha()]
    assert made.isupper() is name.isupper()
    assert made.islower() is name.islower()


def test_the_same_word_is_the_same_name_everywhere() -> None:
    full, family = renaming("Jane Roe"), renaming("Mr. Roe")
    assert full is not None
    assert family is not None
    assert full.split()[1] == family.split()[1]
    assert renaming("JANE ROE") == full.upper()


@pytest.mark.parametrize("name", ["Dr. Maria de la Cruz", "Jan van der Berg Jr.", "Prof. Anna von Trapp PhD"])
def test_titles_and_particles_stay(name: str) -> None:
    made = renaming(name)
    assert made is not None
    kept = {"Dr.", "de", "la", "van", "der", "Jr.", "Prof.", "von", "PhD"}
    assert [word for word in made.split() if word in kept] == [word for word in name.split() if word in kept]


def test_initials_become_those_of_the_new_name() -> None:
    made = renaming("J. Roe")
    assert made is not None
    assert made.startswith("X. ")


@pytest.mark.parametrize("text", ["", "42", "J.", "Mr.", "☃", "12 Main"])
def test_what_is_no_name(text: str) -> None:
    made = renaming(text)
    assert made is None or "12 " in made


@given(st.from_regex(r"[A-Z][a-z]{1,12}", fullmatch=True))
def test_invented_words_can_be_told_from_others(word: str) -> None:
    made = renaming(word)
    assert made is None or len(made) >= MIN_CHARS


@given(st.text(max_size=30))
def test_any_text(text: str) -> None:
    renaming(text)

"""Which stand-in a value gets: stable, unique, apart for each user and vendor, and never what the prompt holds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category
from proxy.pseudonym.pseudonymiser import Known, Pseudonym, Pseudonymiser

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
CARD = "5200 8282" + " 8282 8210"
NAMES = st.from_regex(r"[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}", fullmatch=True)
SAMPLES = [
    ("CREDIT_CARD", CARD),
    ("US_SSN", "123-45-6780"),
    ("EMAIL_ADDRESS", "jane.roe" + "@contoso.com"),
    ("PERSON", "Jane Roe"),
    ("DATE_OF_BIRTH", "1980-01-02"),
    ("PHONE_NUMBER", "+1 212 736 5000"),
]


def given_for(pseudonyms: Pseudonymiser, entity: str, text: str) -> str:
    return pseudonyms.stand_in(Category.PII, entity, text, restored=True)[2]


def one(
    scope: str = "ann\0openai", key: bytes = KEY, content: bytes = b"", known: dict[str, str] | None = None
) -> Pseudonymiser:
    return Pseudonymiser(key, Known(scope, known or {}), content)


@pytest.mark.parametrize(("entity", "text"), SAMPLES)
def test_the_same_in_every_turn(entity: str, text: str) -> None:
    assert given_for(one(), entity, text) == given_for(one(content=b"more"), entity, text)


@pytest.mark.parametrize(("entity", "text"), SAMPLES)
def test_another_for_another_user_vendor_and_installation(entity: str, text: str) -> None:
    made = {given_for(one(scope), entity, text) for scope in ("ann\0openai", "bob\0openai", "ann\0anthropic")}
    made.add(given_for(one(key=OTHER_KEY), entity, text))
    assert len(made) == 4


@pytest.mark.parametrize(("entity", "text"), SAMPLES)
def test_never_what_the_prompt_holds(entity: str, text: str) -> None:
    before = one()
    first = given_for(before, entity, text)
    assert given_for(one(content=f"x {first} y".encode()), entity, text) != first
    known = {surrogate: pseudonym.value for surrogate, pseudonym in before.given.items()}
    assert given_for(one(content=first.encode(), known=known), entity, text) == first


@pytest.mark.parametrize(("entity", "text"), SAMPLES)
def test_never_what_stands_for_another_value(entity: str, text: str) -> None:
    first = given_for(one(), entity, text)
    assert given_for(one(known={first: "another"}), entity, text) != first


@given(st.lists(st.from_regex(r"[1-8][0-9]{2}-[1-9][0-9]-[1-9][0-9]{3}", fullmatch=True), unique=True, max_size=30))
def test_each_value_has_its_own(values: list[str]) -> None:
    pseudonyms = one()
    made = [given_for(pseudonyms, "US_SSN", value) for value in values]
    assert len(set(made)) == len(values)
    assert not set(made) & set(values)
    assert {pseudonyms.given[surrogate].value for surrogate in made} == set(values)


@given(st.lists(NAMES, unique=True, max_size=20))
def test_a_name_comes_back_whole_and_word_by_word(names: list[str]) -> None:
    pseudonyms = one()
    for name in names:
        made = given_for(pseudonyms, "PERSON", name)
        assert pseudonyms.given[made].value == name
        for word, invented in zip(name.split(), made.split(), strict=True):
            assert invented == word or pseudonyms.given[invented].value == word


def test_only_the_address_is_given_one() -> None:
    text = "OWNER=" + SAMPLES[2][1]
    start, end, made = one().stand_in(Category.PII, "EMAIL_ADDRESS", text, restored=True)
    assert (start, end) == (6, len(text))
    assert made == given_for(one(), "EMAIL_ADDRESS", text[6:])


def test_when_all_shapes_are_taken_it_is_told_in_brackets() -> None:
    pseudonyms = one(
        content=b"".join(b"198.%d.%d.%d " % (18 + n // 65536, n // 256 % 256, n % 256) for n in range(1 << 17))
    )
    assert re.fullmatch(r"\[IP_ADDRESS:[0-9a-f]{8}\]", given_for(pseudonyms, "IP_ADDRESS", "8.8.8.8"))


def test_a_stand_in_is_known_again_and_so_is_a_part_of_it() -> None:
    pseudonyms = one(known={"4000 0070 2838 4433": CARD})
    text = "card 4000 0070 2838 4433."
    assert pseudonyms.stands_in(text, 5, 24)
    assert pseudonyms.stands_in(text, 5, 9)
    assert not pseudonyms.stands_in(text, 0, 24)
    assert not pseudonyms.stands_in("card 4000 0070 1111", 5, 14)


def test_nothing_prints_a_value() -> None:
    pseudonym = Pseudonym("4000 0070 2838 4433", CARD, True)
    assert "4" not in repr(pseudonym)
    assert CARD not in repr(Known("ann", {"a": CARD}))

"""Suggested rules: they find values like those they were made from, prove themselves, and quote none of them."""

import json
import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Engine
from detectors.rule import Rule
from detectors.rulecheck import check
from detectors.ruleset import RuleSet, digest
from detectors.suggest import Suggestion, suggest

ALNUM = string.ascii_letters + string.digits


def drawn(alphabet: str, count: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=count))


def values(form: str, *alphabets: tuple[str, int], number: int = 3) -> list[str]:
    """Values of a form such as `acme_{}-{}`, each gap filled anew."""
    return [
        form.format(*(drawn(alphabet, count, 100 * n + i) for i, (alphabet, count) in enumerate(alphabets)))
        for n in range(number)
    ]


def rule_of(suggestion: Suggestion) -> Rule:
    return Rule.model_validate(stanza(suggestion))


def stanza(suggestion: Suggestion) -> dict[str, object]:
    keys = {name: getattr(suggestion, name) for name in Suggestion.__slots__}
    return {"id": "new", "description": "New.", "category": "custom", "entity": "NEW", **keys}


CASES = [
    (values("acme_dt_{}", (ALNUM, 32)), (), r"acme_dt_[A-Za-z0-9]{32}"),
    (values("acme-{}-{}", (string.digits, 6), ("0123456789abcdef", 40)), (), r"acme\-[0-9]{6}\-[0-9a-f]{40}"),
    (values("AKME{}", (string.ascii_uppercase + "234567", 16)), (), r"AKME[A-Z2-7]{16}"),
    (values("glx.{}.{}", (ALNUM, 20), (ALNUM + "_-", 43)), (), None),
    (values("{}", ("0123456789abcdef", 32)), ("umbrella",), r"[0-9a-f]{32}"),
    (values("{}", (string.digits, 11)), ("ticket no",), r"[0-9]{11}"),
    (["ord-" + drawn(string.digits, count, count) for count in (6, 7, 9)], (), r"ord\-[0-9]{6,9}"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("given_values", "keywords", "inner"), CASES)
def test_a_suggestion_proves_itself_and_finds_the_values(
    tmp_path: Path, given_values: list[str], keywords: tuple[str, ...], inner: str | None
) -> None:
    suggestion = suggest(given_values, keywords)
    assert inner is None or f"(?<![A-Za-z0-9]){inner}(?!" in suggestion.pattern
    (tmp_path / "new.yaml").write_text(json.dumps({"rules": [stanza(suggestion)]}))
    assert check([tmp_path]) == []
    rule = rule_of(suggestion)
    engine = Engine(RuleSet((rule,), digest((rule,))), bytes(32))
    for value in given_values:
        text = f"{keywords[0]} = {value}" if keywords else f"x = '{value}'"
        assert [text[found.start : found.end] for found in engine.scan(text).findings] == [value]


@given(st.lists(st.text(ALNUM, min_size=12, max_size=30), min_size=3, max_size=5, unique=True))
def test_nothing_of_one_value_alone_is_in_it(tails: list[str]) -> None:
    """But for what is as short as chance."""
    shown = json.dumps(stanza(suggest([f"acme_{tail}" for tail in tails])))
    for tail in tails:
        others = [other for other in tails if other != tail]
        for at in range(len(tail) - 5):
            piece = tail[at : at + 6]
            assert piece not in shown or all(piece in other for other in others) or piece in NAMES


NAMES = (
    json.dumps(
        [
            "acme_",
            "description",
            "category",
            "custom",
            "entity",
            "pattern",
            "keywords",
            "near_chars",
            "entropy",
            "examples",
        ]
    )
    + "counterexamples A-Za-z0-9 digits lower upper alnum base32 base64url hex token NEW New."
)


@pytest.mark.parametrize(
    ("given_values", "expected"),
    [
        ([], "2 different values"),
        (["acme_1", "acme_1"], "2 different values"),
        (["acme_1 2", "acme_3 4"], "without blanks"),
        (["acmé_12", "acmé_34"], "printable ASCII"),
        (["acme_", "acme_12345"], "none is the beginning"),
        (["1a2b3c4d", "9f8e7d6c"], "begin alike, or a keyword"),
    ],
)
def test_too_little_is_told_without_a_value(given_values: list[str], expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        suggest(given_values)
    assert not any(value in str(caught.value) for value in given_values)

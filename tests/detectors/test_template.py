"""Templates: deterministic, nested, and shell variables left alone."""

import pytest

from detectors.checks.table import CHECKS
from detectors.template import ALPHABETS, expand


@pytest.mark.parametrize("kind", ALPHABETS)
def test_each_alphabet_gives_its_characters(kind: str) -> None:
    text = expand(f"<${{{kind}:300}}>", "rule", 0)
    assert len(text) == 302
    assert set(text[1:-1]) <= set(ALPHABETS[kind])
    assert len(set(text[1:-1])) > len(ALPHABETS[kind]) // 2


def test_the_same_everywhere_and_different_for_each_example() -> None:
    assert expand("${alnum:12}", "rule", 0) == "s6clhLOygadx"
    assert expand("${alnum:12}", "rule", 0) != expand("${alnum:12}", "rule", 1)
    assert expand("${alnum:12}", "rule", 0) != expand("${alnum:12}", "other", 0)


def test_checks_complete_what_they_hold() -> None:
    token = expand("${check:github-crc32:gh${}p_${alnum:30}}", "rule", 0)
    assert token.startswith("ghp" + "_")
    assert CHECKS["github-crc32"](token) is True


@pytest.mark.parametrize("text", ["${HOME}", "${DB_PASSWORD:-x}", "$x", "${", "}", "plain", "$${{ secrets.X }}"])
def test_other_dollars_stay(text: str) -> None:
    assert expand(text, "rule", 0) == text


def test_nothing_is_nothing() -> None:
    assert expand("AK${}IA", "rule", 0) == "AK" + "IA"


@pytest.mark.parametrize("text", ["${nosuch:3}", "${check:nosuch:12}"])
def test_unknown_names_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected one of .*, found 'nosuch'"):
        expand(text, "rule", 0)

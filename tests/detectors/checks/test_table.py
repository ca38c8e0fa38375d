"""Checks: published numbers pass, one changed character fails, and a completed body always passes."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.checks.table import CHECKS, complete

ALNUM = string.ascii_letters + string.digits

PUBLISHED = [
    ("luhn", "79927398713", True),
    ("luhn", "79927398710", False),
    ("card", "4111 1111 1111 1111", True),
    ("card", "4111 1111 1111 1112", False),
    ("card", "1234 5678 9012 3452", False),  # passes Luhn, but nobody issues it
    ("npi", "1234567893", True),  # the CMS example
    ("npi", "1234567890", False),
    ("npi", "9234567895", False),
    ("dea", "AB1234563", True),
    ("dea", "AB1234567", False),
    ("dea", "A1234563", False),
    ("iban", "GB82 WEST 1234 5698 7654 32", True),
    ("iban", "GB82 WEST 1234 5698 7654 33", False),
    ("ssn", "536-90-4399", True),
    ("ssn", "666-12-3456", False),
    ("ssn", "078-05-1120", False),  # the wallet insert's
    ("itin", "912-90-3456", True),
    ("itin", "912-03-3456", False),
    ("aba", "111000025", True),
    ("aba", "111000026", False),
    ("uk-nhs", "943 476 5870", True),
    ("aws-base32", "AKIA" + "0" * 16, False),
    ("aws-base32", "AKIA" + "7" * 16, False),  # an account number of 13 digits
    ("aws-base32", "AKIA" + "A" * 16, None),
    ("jwt", "eyJhbGciOiJIUzI1NiJ9.e30.x", True),
    ("jwt", "eyJmb28iOiJiYXIifQ.e30.x", False),
    ("jwt", "eyJ!.e30.x", False),
    ("github-crc32", "ghp_" + "a" * 20, None),
    ("gitlab-routable", "glpat-" + "a" * 20, None),
    ("grafana-crc32", "glsa_" + "a" * 12, None),
    ("pypi-macaroon", "pypi-AgEIcHlwaS5vcmc", False),
    ("pypi-macaroon", "pypi-x", False),
]


@pytest.mark.parametrize(("name", "value", "expected"), PUBLISHED)
def test_published_values(name: str, value: str, expected: bool | None) -> None:
    assert CHECKS[name](value) is expected


@given(st.text(ALNUM, min_size=30, max_size=30), st.integers(0, 29))
def test_base62_checksum_notices_a_changed_character(body: str, at: int) -> None:
    token = complete("github-crc32", f"ghp_{body}")
    assert len(token) == 40
    assert CHECKS["github-crc32"](token) is True
    changed = token[: 4 + at] + ("A" if token[4 + at] != "A" else "B") + token[5 + at :]
    assert CHECKS["github-crc32"](changed) is False


def test_base62_checksum_of_the_published_example() -> None:
    """An expired token that its owner published to explain the format (coolaj86's gist)."""
    assert complete("github-crc32", "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ").endswith("0mLq17")


BODIES = {
    "luhn": st.text(string.digits, min_size=5, max_size=18),
    "npi": st.from_regex(r"\A[12][0-9]{8}\Z"),
    "dea": st.from_regex(r"\A[A-Z][A-Z9][0-9]{6}\Z"),
    "npm-crc32": st.text(ALNUM, min_size=30, max_size=30).map(lambda body: f"npm_{body}"),
    "grafana-crc32": st.text(ALNUM, min_size=32, max_size=32).map(lambda body: f"glsa_{body}"),
    "gitlab-routable": st.text(ALNUM, min_size=27, max_size=80).map(lambda body: f"glpat-{body}"),
    "iban": st.from_regex(r"\ALT[0-9]{16}\Z"),
    "aba": st.from_regex(r"\A0[1-9][0-9]{6}\Z"),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_was_completed_passes(name: str) -> None:
    @given(BODIES[name])
    def law(body: str) -> None:
        assert CHECKS[name](complete(name, body)) is True

    law()


def test_only_some_checks_can_be_completed() -> None:
    with pytest.raises(ValueError, match=r"expected one of .*found 'jwt'"):
        complete("jwt", "x")


@pytest.mark.parametrize("name", CHECKS)
def test_any_text_is_answered(name: str) -> None:
    for value in ("", "x", "0", "-", "\ud800", "é" * 40, "9" * 400, "_" * 36):
        assert CHECKS[name](value) in (True, False, None), value

"""Shapes: a sketch hits inside whatever its pattern matches, wherever that stands."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from detectors.prefilter import PlainPrefilter, VectorPrefilter, encode
from detectors.shape import WIDTH_CAP, shape_of
from tests.law import often

PATTERNS = [
    r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])",
    r"gh[pousr]_[A-Za-z0-9]{36}",
    r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)",
    r"(?<![\w.])[\w.+-]{1,20}@[\w-]{1,20}(?:\.[\w-]{1,10}){1,3}",
    r"(?i)secret[\ _-]{0,3}key\s{0,3}[:=]\s{0,3}(?P<value>[^\s\"]{4,30})",
    r"-----BEGIN\ [A-Z\ ]{0,20}KEY-----[\s\S]{0,600}?-----END",
    r"(?:a{0,3}b|[^\n]{2}c){2,4}",
    r"x(?i:yz)?[^a-zäß?]{2}q",
    r"[äöü]{2,5}ß",
    r"(?<=key=)[0-9a-f]{8}",
    r"\b[a-z]{3,9}\b\s[A-Z]",
    r"(?<!a)(?<![0-9])z[0-9]{2,40}$",
    r"(?>ab|a)c++[^\w]",
    r"\d{4,9}",
    r"(?s:a.b).c",
]


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_sketch_hits_in_every_match(pattern: str) -> None:
    shape = shape_of(pattern)
    assert shape is not None
    prefilters = [make([shape.sketch]) for make in (VectorPrefilter, PlainPrefilter)]
    compiled = regex.compile(pattern, regex.VERBOSE | regex.ASCII)
    around = st.text("aZ0 -_\n?é漢@\ud800", max_size=6)

    @often(150)
    @given(around, st.from_regex(_plain(pattern), fullmatch=True), around)
    def law(before: str, inside: str, after: str) -> None:
        text = before + inside + after
        for match in compiled.finditer(text):
            for prefilter in prefilters:
                ends = [end for _, end in prefilter.hits(text)]
                assert any(end - shape.reach <= match.start() and match.end() <= end + shape.width for end in ends), (
                    match,
                    ends,
                )

    law()


def _plain(pattern: str) -> str:
    """The pattern in the dialect of the standard library, and consuming what it looks behind at, for hypothesis."""
    flags, plain = ("(?xi)", pattern[4:]) if pattern.startswith("(?i)") else ("(?x)", pattern)
    for special, simple in (("(?P<value>", "(?:"), ("c++", "c+"), ("(?>", "(?:"), ("(?<=key=)", "key=")):
        plain = plain.replace(special, simple)
    return flags + plain


@pytest.mark.parametrize(
    ("pattern", "width", "bounded"),
    [
        (r"ab{2,5}", 6, True),
        (r"ab{0,9}", 10, True),
        (r"ab+", WIDTH_CAP, False),
        (r"(?:x(?:ab*)){2}", WIDTH_CAP, False),
        (r"a[\s\S]{1,90000}b", WIDTH_CAP, True),
        (r"(?<!a{2})b(?=c+)", 1, True),
    ],
)
def test_widths(pattern: str, width: int, bounded: bool) -> None:
    shape = shape_of(pattern)
    assert shape is not None
    assert (shape.width, shape.bounded) == (width, bounded)


@pytest.mark.parametrize("pattern", [r"\p{L}+", r"(?P<a>x)(?P=a)", r"(", r"a{3,2}"])
def test_what_the_standard_parser_cannot_read_has_no_shape(pattern: str) -> None:
    assert shape_of(pattern) is None


def test_a_varying_run_hits_once_not_at_every_byte() -> None:
    """Encoded data is one long run of such a class; a hit per byte would make it slow."""
    shape = shape_of(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==")
    assert shape is not None
    assert len(VectorPrefilter([shape.sketch]).hits("A" * 5000)) == 0
    bounded = shape_of(r"(?<![a-z])[a-z]{20,40}(?![a-z])")
    assert bounded is not None
    assert len(VectorPrefilter([bounded.sketch]).hits("a" * 5000)) <= 1


def test_one_byte_per_code_point() -> None:
    assert encode("aé漢\ud800😀") == b"a\xe9???"

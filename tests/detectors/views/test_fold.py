"""The normalised view's table."""

import unicodedata

import pytest

from detectors.views import fold


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("Ａ", "A"),
        ("４", "4"),
        ("٤", "4"),
        ("𝟜", "4"),
        ("𝓚", "K"),
        ("ﬁ", "fi"),
        ("\u00a0", " "),
        ("\u2011", "-"),
        ("“", '"'),
        ("’", "'"),
        ("\u200b", ""),
        ("\ufe0f", ""),
        ("\U000e0041", "A"),
        ("А", "A"),
        ("ο", "o"),
    ],
)
def test_what_looks_like_ascii_reads_as_ascii(character: str, expected: str) -> None:
    assert fold.table()[character] == expected


def test_every_replacement_is_ascii_and_every_character_is_not() -> None:
    for character, replacement in fold.table().items():
        assert len(character) == 1 and not character.isascii()
        assert replacement.isascii()


def test_every_decimal_digit_of_every_script_is_there() -> None:
    digits = [chr(point) for point in range(0x80, 0x1FC00) if unicodedata.decimal(chr(point), None) is not None]
    assert len(digits) > 600
    assert all(fold.table()[digit] == str(unicodedata.decimal(digit)) for digit in digits)


def test_letters_of_other_scripts_are_left_alone() -> None:
    assert fold.present("Grüße, 漢字, שלום, café") == ""
    assert fold.present("plain") == ""
    assert fold.present("a\u200bb“c”") == "\u200b“”"

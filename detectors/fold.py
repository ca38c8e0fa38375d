"""Characters that stand for others: the table of the normalised view.

Maps a character to the ASCII text it looks like or stands for, or to nothing when it can't be seen. Characters without
an ASCII reading are left alone, since no rule looks for them. Built from the interpreter's Unicode tables.
"""

import re
import unicodedata
from functools import cache

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206b\u206c"
    "\u206d\u206e\u206f\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
)
_INVISIBLE_RANGES = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF), (0x1D173, 0x1D17A))
_TAGS = (0xE0020, 0xE007E)
"""Tag characters: invisible copies of ASCII, which models read."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\u30fc\u02d7\u1806"
_QUOTES = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u201b": "'",
    "\u2032": "'",
    "\u02bc": "'",
} | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')

# Letters of other scripts drawn like Latin ones (the single-character part of Unicode's confusables, UTS 39,
# for Cyrillic, Greek and Armenian), pairs of look-alike and Latin.
_LOOKALIKES = (
    "АAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGԚQԜWҮYаaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwɡgгrкkпnвbмmтtиu"
    "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaγyιiκkνvοoρpτtυuχx"
    "օoսuոnհhցgյjՏSՕO"
)


def _ascii_reading(character: str) -> str | None:
    """The ASCII text of a compatibility form or foreign decimal digit, or None."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded != character and folded.isascii() else None


@cache
def table() -> dict[str, str]:
    """Character to replacement, for every character that has one. Takes about 30 ms to build, once."""
    found = {}
    for point in (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x10000, 0x1FC00)):
        if (reading := _ascii_reading(chr(point))) is not None:
            found[chr(point)] = reading
    found |= dict(zip(_LOOKALIKES[0::2], _LOOKALIKES[1::2], strict=True))
    found |= dict.fromkeys(_DASHES, "-") | _QUOTES | dict.fromkeys(_INVISIBLE, "")
    for low, high in _INVISIBLE_RANGES:
        found |= {chr(point): "" for point in range(low, high + 1)}
    found |= {chr(point): chr(point - 0xE0000) for point in range(_TAGS[0], _TAGS[1] + 1)}
    return found


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def present(text: str) -> str:
    """The characters of `table` that occur in the text, sorted; most texts have none or a few."""
    characters = set(_NOT_ASCII.findall(text))
    return "".join(sorted(characters & table().keys())) if characters else ""

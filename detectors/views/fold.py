"""Characters that stand for others: the table of the normalised view.

Maps a character to the ASCII text it looks like or stands for, or to nothing when it can't be seen. Characters without
an ASCII reading are left alone, since no rule looks for them. Built from the interpreter's Unicode tables.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from detectors.views.lookalike import ENCLOSED, LOOKALIKES

_INVISIBLE_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Unicode's default-ignorable code points, and the interlinear marks."""

TAGS = (0xE0020, 0xE007E)
"""Tag characters: invisible copies of ASCII, which models read."""

_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")

_MARK_BLOCKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
"""Combining marks of no script's own; those of Arabic, Hebrew and Indic scripts stand on letters no rule looks for."""

_MORE_DASHES = "\u2212\u2043\u30fc\u02d7\u1806"
"""Beside those of the category of dashes."""

_SPACES = dict.fromkeys("\u1680\u2800", " ") | dict.fromkeys("\u0085\u2028\u2029", "\n")
_MARKS_OF_NUMBERS = {
    "\u00b7": ".", "\u2219": ".", "\u22c5": ".", "\u30fb": ".", "\uff65": ".", "\u2027": ".",
    "\u2044": "/", "\u2215": "/", "\u29f8": "/", "\u2236": ":", "\ua789": ":", "\u0589": ":",
    "\u066b": ".", "\u066c": ",",
}  # fmt: skip
_QUOTES = dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u2039\u203a", "'") | dict.fromkeys(
    "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'
)


def _ascii_reading(character: str) -> str | None:
    """The ASCII text of a compatibility form or foreign decimal digit, or None."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) == "Pd":
        return "-"
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded != character and folded.isascii() else None


@cache
def table() -> dict[str, str]:
    """Character to replacement, for every character that has one. Takes about 30 ms to build, once."""
    found = {}
    for point in (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x10000, 0x1FC00)):
        if (reading := _ascii_reading(chr(point))) is not None:
            found[chr(point)] = reading
    found |= dict(zip(LOOKALIKES[0::2], LOOKALIKES[1::2], strict=True))
    found |= {chr(point): reading for point, reading in ENCLOSED}
    found |= dict.fromkeys(_MORE_DASHES, "-") | _SPACES | _MARKS_OF_NUMBERS | _QUOTES
    for low, high in (*_INVISIBLE_RANGES, *_MARK_BLOCKS):
        found |= {chr(point): "" for point in range(low, high + 1)}
    found |= {chr(point): chr(point - 0xE0000) for point in range(TAGS[0], TAGS[1] + 1)}
    return found


def without_tags(character: str) -> str:
    """As the table reads it, but tag characters are nothing: noise between the letters that show."""
    return "" if TAGS[0] <= ord(character) <= TAGS[1] else table()[character]


def smuggled(text: str) -> Iterator[tuple[int, int, str]]:
    """Texts written in variation selectors, one a byte: start, end, what it says."""
    for match in _SELECTORS.finditer(text):
        points = map(ord, match[0])
        raw = bytes(point - 0xFE00 if point < 0x10000 else point - 0xE0100 + 16 for point in points)
        yield match.start(), match.end(), raw.decode("utf-8", "replace")


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def present(text: str) -> str:
    """The characters of `table` that occur in the text, sorted; most texts have none or a few."""
    characters = set(_NOT_ASCII.findall(text))
    return "".join(sorted(characters & table().keys())) if characters else ""

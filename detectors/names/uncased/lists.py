"""What is known of names in scripts without capitals: `uncased.bin`, made by `training/names/uncased.py`.

Groups of words by section and label. What a label means is the section's: a cost in half nats, or bits.
"""

import json
import unicodedata
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[2] / "models" / "names" / "uncased.bin"

GIVEN, FAMILY, COMMON = 1, 2, 4
"""Bits of what a word of a spaced script is: a given name, a family name, a plain word."""

STEPS_A_NAT: Final = 2

Groups = Mapping[str, Mapping[str, str]]
"""Words parted by spaces, by section and label."""

_LETTERS: Final = str.maketrans("أإآٱىیکۀةھ", "ااااييكههه", "\u0640\u200c\u200d\u093c")
"""Letters of Arabic script that are one to most writers; strokes, joiners and dots that come and go are left out."""


class Lists:
    """Sections of groups, as sets or as numbers by word. Immutable."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups

    def words(self, section: str) -> frozenset[str]:
        return frozenset(word for held in self._groups[section].values() for word in held.split())

    def numbers(self, section: str) -> dict[str, int]:
        """Each word's label as a number."""
        return {word: int(label) for label, held in self._groups[section].items() for word in held.split()}

    def costs(self, section: str) -> dict[str, float]:
        """Each word's cost in nats: the negative logarithm of how probable it is."""
        return {word: number / STEPS_A_NAT for word, number in self.numbers(section).items()}

    def labels(self, section: str) -> dict[str, str]:
        return {word: label for label, held in self._groups[section].items() for word in held.split()}


def fold(word: str) -> str:
    """The word as it is listed: without marks that may be left out, of letters that are one to most writers one."""
    if "\u0590" <= word[0] <= "\u06ff":
        word = "".join(one for one in unicodedata.normalize("NFC", word) if not unicodedata.combining(one))
    return word.translate(_LETTERS)


_used: list[Lists] = []


def bundled() -> Lists:
    """The lists that come along. Read once in a process."""
    if not _used:
        _used.append(unpack(FILE.read_bytes()))
    return _used[0]


def pack(groups: Groups) -> bytes:
    return zlib.compress(json.dumps(groups, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(), 9)


def unpack(packed: bytes) -> Lists:
    return Lists(json.loads(zlib.decompress(packed)))

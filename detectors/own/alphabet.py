"""Characters as own data compares them: one table from code points to what they count as.

Two alphabets: that of values knows no case and no accents, that of source code leaves names as they are. Everything
else separates words, but for marks that only decorate the character before them.
"""

import unicodedata
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from detectors.own.array import Flags, Places

_UNKNOWN = 0
_DECORATES = 1
_SEPARATES = 2
"""No character that counts has these code points."""

IDEOGRAPHS = 0x2E80
"""From here on scripts are written without spaces: each character is a word."""

MAX_EXPANSION = 3
_EXPANDED = 0x110000
"""From here on numbers stand for more than one character."""

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode takes for letters of their own and most people's keyboards don't have."""


def of_value(character: str) -> str:
    """What a character of a value counts as: no case, no accents; empty when it separates words."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    folded = character.casefold()
    wide = ord(character) >= IDEOGRAPHS
    spelt = unicodedata.normalize("NFKC", folded) if wide else unicodedata.normalize("NFKD", folded)
    plain = spelt.casefold().translate(_LETTERS)
    return "".join(one for one in plain if one.isalnum() and not unicodedata.combining(one))


def of_code(character: str) -> str:
    """What a character of source code counts as: letters, digits and `_` as they are."""
    return character if character.isalnum() or character == "_" else ""


class Folded(NamedTuple):
    """The characters that count, in order. `places` are their offsets in the text; `near` differs by 1 exactly where
    nothing that separates words stands between them.
    """

    characters: npt.NDArray[Any]
    near: Places
    places: Places


class Alphabet:
    """What characters count as, by `fold`; worked out when they are first met."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        self._fold = fold
        self._expansions: list[str] = []
        self._narrow = np.array([ord(fold(chr(code)) or "\0") for code in range(128)], np.uint8)

    @cached_property
    def _wide(self) -> npt.NDArray[np.uint32]:
        return np.zeros(0x110000, np.uint32)

    def folded(self, text: str) -> Folded:
        if text.isascii():
            narrow = self._narrow[np.frombuffer(text.encode("ascii"), np.uint8)]
            places = np.flatnonzero(narrow > 0)
            return Folded(narrow[places], places, places)
        characters = self._known(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4"))
        kept = np.flatnonzero(characters != _DECORATES)
        characters = characters[kept]
        near = np.flatnonzero(characters > _SEPARATES)
        return self._expanded(Folded(characters[near], near, kept[near]))

    def stands_alone(self, characters: npt.NDArray[Any]) -> Flags:
        """Which characters start a word because they are one, or come after one."""
        alone: Flags = characters >= IDEOGRAPHS
        starts = alone.copy()
        starts[1:] |= alone[:-1]
        return starts

    def _known(self, codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        characters = self._wide[codes]
        unknown = codes[characters == _UNKNOWN]
        if not len(unknown):
            return characters
        for code in np.unique(unknown):
            self._wide[code] = self._learnt(chr(code))
        return self._wide[codes]

    def _learnt(self, character: str) -> int:
        counts_as = self._fold(character)[:MAX_EXPANSION]
        if not counts_as:
            return _DECORATES if unicodedata.category(character) in ("Mn", "Cf") else _SEPARATES
        if len(counts_as) == 1:
            return ord(counts_as)
        self._expansions.append(counts_as)
        return _EXPANDED + len(self._expansions) - 1

    def _expanded(self, folded: Folded) -> Folded:
        characters, near, places = folded
        more = np.flatnonzero(characters >= _EXPANDED)
        if not len(more):
            return folded
        written = [self._expansions[number - _EXPANDED] for number in characters[more]]
        times = np.ones(len(characters), np.int64)
        times[more] = [len(one) for one in written]
        characters = np.repeat(characters, times)
        first = (np.cumsum(times) - times)[more]
        for at, one in zip(first, written, strict=True):
            characters[at : at + len(one)] = [ord(letter) for letter in one]
        return Folded(characters, np.repeat(near, times), np.repeat(places, times))

"""Dates as people and programs write them, found among the words of a text: day, month and year in any usual order.

Where an order is ambiguous both readings count; the values that are looked for decide.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from detectors.own.array import NO_NUMBERS, NO_PLACES, Numbers, Places

if TYPE_CHECKING:
    from detectors.own.candidate import Candidates

_MONTHS = (
    "january januar jan janvier janv enero ene gennaio gen",
    "february februar feb fevrier fevr febrero febbraio",
    "march marz maerz mar mrz mars marzo",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag",
    "june juni jun juin junio giugno giu",
    "july juli jul juillet juil julio luglio lug",
    "august aug aout agosto ago",
    "september sep sept septembre septiembre settembre set",
    "october oktober oct okt octobre octubre ottobre ott",
    "november nov novembre noviembre",
    "december dezember dec dez decembre diciembre dicembre dic",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

_FIRST_YEAR, _LAST_YEAR = 1880, 2079
_GAP_CHARS = 3
_ZERO = 48
_THREE = np.arange(3)
_TENS = np.array([1000, 100, 10, 1])

Found = tuple[Places, Places, Numbers]
NOTHING: Found = (NO_PLACES, NO_PLACES, NO_NUMBERS)


def day_number(year: int, month: int, day: int) -> int:
    """What stands for a date: its digits, year first."""
    return (year * 100 + month) * 100 + day


def dates(candidates: "Candidates") -> Found:
    """First word, word after the last, and the day's number, for each reading."""
    reading = _Reading(candidates)
    parts = [NOTHING, *reading.with_year(), *reading.short(), *reading.whole()]
    if len(parts) == 1:
        return NOTHING
    first, after, days = (np.concatenate(side) for side in zip(*parts, strict=True))
    return first, after, days


class _Reading:
    """Most texts hold few numbers and no date: each step looks only where the one before left something."""

    def __init__(self, candidates: "Candidates") -> None:
        self._candidates = candidates
        self._chunk = candidates.chunk
        self._digits = candidates.digit_words
        self._lengths = self._chunk.lengths[self._digits]

    def with_year(self) -> Iterator[Found]:
        """Three words of which one is a year of four digits: `1980-05-01`, `1.5.1980`, `5/1/1980`, `May 1st, 1980`."""
        words = self._digits[self._lengths == 4]
        years = self._number(words, 0, 4)
        fits = (years >= _FIRST_YEAR) & (years <= _LAST_YEAR)
        words, years = words[fits], years[fits]
        ahead = words + 2 < self._chunk.count
        yield from self._read(words[ahead], years[ahead], 1, 2)
        behind = words >= 2
        words, years = words[behind] - 2, years[behind]
        yield from self._read(words, years, 1, 0)
        yield from self._read(words, years, 0, 1)

    def short(self) -> Iterator[Found]:
        """Three numbers of which the last is a year of two digits, one sign between them."""
        digits, lengths = self._digits, self._lengths
        if len(digits) < 3:
            return
        near = (digits[2:] - digits[:-2] == 2) & (lengths[:-2] <= 2) & (lengths[1:-1] <= 2) & (lengths[2:] == 2)
        first = digits[:-2][near]
        starts, ends = self._chunk.starts, self._chunk.ends
        first = first[(starts[first + 1] - ends[first] == 1) & (starts[first + 2] - ends[first + 1] == 1)]
        year = self._number(first + 2, 0, 2)
        for century in (1900, 2000):
            yield from self._read(first, century + year, 1, 0)
            yield from self._read(first, century + year, 0, 1)

    def whole(self) -> Iterator[Found]:
        """One word of eight digits."""
        words = self._digits[self._lengths == 8]
        if len(words):
            for year, month, day in ((0, 4, 6), (4, 2, 0), (4, 0, 2)):
                parts = (self._number(words, year, 4), self._number(words, month, 2), self._number(words, day, 2))
                yield _found(words, *parts, words=1)

    def _read(self, first: Places, year: Places, month: int, day: int) -> Iterator[Found]:
        """Three words each, with the year known and month and day at these places of the three."""
        if not len(first):
            return
        starts, ends = self._chunk.starts, self._chunk.ends
        near = (starts[first + 1] - ends[first] <= _GAP_CHARS) & (starts[first + 2] - ends[first + 1] <= _GAP_CHARS)
        first, year = first[near], year[near]
        if len(first):
            yield _found(first, year, self._month(first + month), self._leading(first + day), words=3)

    def _month(self, words: Places) -> Places:
        """The month that each word names or counts; -1 for others."""
        month = np.where(self._candidates.is_digits(words), self._leading(words), -1)
        lettered = np.flatnonzero(month < 0)
        if len(lettered):
            hashes = self._candidates.word_hashes()[words[lettered]].tolist()
            month[lettered] = [self._candidates.months.get(value, -1) for value in hashes]
        return month

    def _leading(self, words: Places) -> Places:
        """The one or two digits that a word begins with (`1st`, `01T00`); -1 when it begins with none or with more."""
        lengths = self._chunk.lengths[words][:, None]
        values = (
            self._candidates.padded_characters[self._chunk.bounds[words][:, None] + _THREE].astype(np.int64) - _ZERO
        )
        are = (values >= 0) & (values <= 9) & (lengths > _THREE)
        value = np.where(are[:, 1], values[:, 0] * 10 + values[:, 1], values[:, 0])
        return np.where(are[:, 0] & ~are.all(axis=1), value, -1)

    def _number(self, words: Places, at: int, digits: int) -> Places:
        """The number that so many digits make; all of the words are digits, and long enough."""
        places = self._chunk.bounds[words][:, None] + np.arange(at, at + digits)
        number: Places = (self._chunk.characters[places].astype(np.int64) - _ZERO) @ _TENS[-digits:]
        return number


def _found(first: Places, year: Places, month: Places, day: Places, words: int) -> Found:
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= _FIRST_YEAR) & (year <= _LAST_YEAR)
    number = (year * 100 + month) * 100 + day
    return first[fits], first[fits] + words, number[fits].astype(np.uint64)

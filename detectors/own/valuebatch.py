"""Values of one column, a batch at a time, hashed as lookups hash what they meet in texts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from detectors.own.array import Flags, Numbers, Places, among, mixed, sums
from detectors.own.candidate import Candidates, Reader
from detectors.own.valuekind import MAX_WORDS, STRINGS, ValueKind, day
from detectors.own.word import CHUNK_CHARS

SHORTEST_CHARS = 2
LEAST_ALONE_CHARS = 5
LEAST_ALONE_DIGITS = 7
LEAST_ALONE_LETTERS = 8


class Hashed(NamedTuple):
    """Arrays of one entry a value. `valid`: is of its kind; `weak`: so short or plain that alone it says nothing."""

    first: Numbers
    second: Numbers
    valid: Flags
    weak: Flags
    words: Places
    chars: Places
    digital: Flags
    """Has a digit."""


class Batcher:
    """Hashes values of any kind. `stops` are words that tell nobody from anybody, folded."""

    def __init__(self, reader: Reader, stops: frozenset[str], calling_code: str) -> None:
        self._reader = reader
        self._calling_code = calling_code
        self._stops = np.sort(np.array([reader.polynomials[0].of_word(w) for w in stops if 0 < len(w) < 32], np.uint64))

    def hashed(self, values: Sequence[str], kind: ValueKind) -> Hashed:
        if kind.is_date:
            return self._days(values, kind)
        form, code = STRINGS[kind.value], self._calling_code
        parts = [self._slice(part, kind) for part in _slices([form(value, code) for value in values])]
        return Hashed(*(np.concatenate(side) for side in zip(*parts, strict=True)))

    def _days(self, values: Sequence[str], kind: ValueKind) -> Hashed:
        days = np.array([day(value, kind) for value in values], np.uint64)
        first, second = (self._reader.day_hashes(which, days) for which in (0, 1))
        count = len(values)
        ones, eights, yes = np.ones(count, np.int64), np.full(count, 6, np.int64), np.ones(count, np.bool_)
        return Hashed(mixed(first), second, days > 0, yes, ones, eights, yes)

    def _slice(self, values: Sequence[str], kind: ValueKind) -> Hashed:
        text = "\n".join(values).replace("\r", " ") + "\n"
        if text.count("\n") != len(values):  # line ends inside of values
            text = "\n".join(value.replace("\n", " ") for value in values) + "\n"
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        ends = np.cumsum(lengths + 1)
        chunk = self._reader.chunk(text)
        inner = Candidates(self._reader, chunk, text, slice(0, chunk.count))
        first = np.searchsorted(chunk.starts, ends - lengths - 1)
        after = np.searchsorted(chunk.starts, ends)
        words, chars = after - first, chunk.bounds[after] - chunk.bounds[first]
        digits = inner.digits_before[after] - inner.digits_before[first]
        digital, all_digits = digits > 0, digits == chars.astype(np.uint64)
        valid = (words > 0) & (words <= MAX_WORDS) & (chars >= SHORTEST_CHARS)
        if chunk.count:
            hashes = [self._hashes(inner, which, first * valid, after * valid, kind) for which in (0, 1)]
            known = sums(among(inner.word_hashes(), self._stops))
            plain = known[after] - known[first] == words.astype(np.uint64)
        else:
            hashes = [np.zeros(len(values), np.uint64)] * 2
            plain = np.ones(len(values), np.bool_)
        weak = plain | (chars < LEAST_ALONE_CHARS) | (all_digits & (chars < LEAST_ALONE_DIGITS))
        weak |= ~digital & (words == 1) & ((chars < LEAST_ALONE_LETTERS) | (kind is ValueKind.NAME))
        return Hashed(mixed(hashes[0]), hashes[1], valid, weak, words, chars, digital)

    def _hashes(self, inner: Candidates, which: int, first: Places, after: Places, kind: ValueKind) -> Numbers:
        if kind is ValueKind.NAME:
            return inner.unordered(which, first, after)
        return inner.chunk.joined(which, first, after)


def _slices(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many values at a time as fit into one chunk."""
    start = size = 0
    for at, value in enumerate(values):
        if size + len(value) + 1 > CHUNK_CHARS:
            yield values[start:at]
            start, size = at, 0
        size += len(value) + 1
    yield values[start:]

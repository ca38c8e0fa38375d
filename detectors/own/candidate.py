"""The runs of words in a text that could be values, by the shape that values of a column have.

Hashes of runs are what the builder computes of values; dates and telephone numbers are hashed in one form, however they
are written. Says too much rather than too little: filters and tags decide.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from detectors.own import calendar
from detectors.own.alphabet import Alphabet, of_value
from detectors.own.array import NO_NUMBERS, NO_PLACES, U64, Flags, Numbers, Places, mixed, sums
from detectors.own.secret import Secret
from detectors.own.tag import coefficients
from detectors.own.word import Chunk, Polynomial, chunks

Shape = tuple[str, str]
"""What values look like, and a number of words or a country's calling code."""

MAX_DIGIT_WORDS = 6
PHONE_DIGITS = (7, 15)
_ZERO = 48
_BEFORE_AT = range(1, 7)
_AFTER_AT = range(2, 7)


class Runs(NamedTuple):
    """Runs of words, from `first` up to `after`, with the first of their two hashes; `second` gives that of some."""

    first: Places
    after: Places
    hashes: Numbers
    second: Callable[[Places], Numbers]


NO_RUNS = Runs(NO_PLACES, NO_PLACES, NO_NUMBERS, lambda selected: NO_NUMBERS)


class Reader:
    """Reads texts as values: hashes by one key, folds by one alphabet. Lasts; makes tables once."""

    def __init__(self, secret: Secret) -> None:
        first, second = coefficients(secret)
        self.polynomials = (Polynomial(first), Polynomial(second))
        self._alphabet = Alphabet(of_value)
        self.months = {int(self.polynomials[0].of_word(name)): number for name, number in calendar.MONTHS.items()}

    def candidates(self, text: str) -> Iterator[tuple[int, "Candidates"]]:
        """Those of each chunk of a text, with its offset."""
        for offset, window, stretch, chunk in chunks(text, self.chunk):
            yield offset, Candidates(self, chunk, stretch, window)

    def chunk(self, text: str) -> Chunk:
        return Chunk(self.polynomials, self._alphabet, text)

    def day_hashes(self, which: int, days: Numbers) -> Numbers:
        hashes: Numbers = days * self.polynomials[which].powers[7]
        return hashes


class Candidates:
    """Those of one chunk. `text` is the chunk's own; `window` are the words that count."""

    def __init__(self, reader: Reader, chunk: Chunk, text: str, window: slice) -> None:
        self.chunk = chunk
        self.months = reader.months
        self._text = text
        self._window = window
        self._reader = reader
        self._polynomials = reader.polynomials
        self._known: dict[Shape, Runs] = {}

    def of(self, shape: Shape) -> Runs:
        runs = self._known.get(shape)
        if runs is None:
            name, argument = shape
            runs = self._known[shape] = _SHAPES[name](self, argument)
        return runs

    def joined(self, argument: str) -> Runs:
        """Any run of so many words, written as one."""
        return self._runs(*self._neighbours(int(argument)))

    def coded(self, argument: str) -> Runs:
        """Runs of so many words with a digit in them."""
        first, after = self._neighbours(int(argument))
        having = self.digits_before[after] > self.digits_before[first]
        return self._runs(first[having], after[having])

    def named(self, argument: str) -> Runs:
        """Runs of so many words, in any order."""
        first, after = self._neighbours(int(argument))

        def hashes(which: int, selected: Places | slice) -> Numbers:
            return self.unordered(which, first[selected], after[selected])

        return Runs(first, after, mixed(hashes(0, slice(None))), lambda selected: hashes(1, selected))

    def digits(self, argument: str) -> Runs:
        """Runs of words that are nothing but digits."""
        return self._runs(*self._digit_runs(int(argument)))

    def email(self, _: str) -> Runs:
        """Words around an @ sign."""
        chunk = self.chunk
        signs = np.array(_places(self._text, "@"), np.int64)
        behind = np.searchsorted(chunk.starts, signs)
        fits = (behind > 0) & (behind < chunk.count)
        signs, behind = signs[fits], behind[fits]
        behind = behind[(chunk.starts[behind] == signs + 1) & (chunk.ends[behind - 1] == signs)]
        if not len(behind):
            return NO_RUNS
        shapes = [(behind - before, behind + after) for before in _BEFORE_AT for after in _AFTER_AT]
        first, last = (np.concatenate(side) for side in zip(*shapes, strict=True))
        inside = (first >= (self._window.start or 0)) & (last <= self._window.stop)
        return self._runs(first[inside], last[inside])

    def phone(self, calling_code: str) -> Runs:
        """Digits that make an international number, or one of the country with that calling code."""
        runs = [self._digit_runs(words) for words in range(1, MAX_DIGIT_WORDS + 1)]
        first, after = (np.concatenate(side) for side in zip(*runs, strict=True))
        chunk = self.chunk
        length = chunk.bounds[after] - chunk.bounds[first]
        fits = (length >= PHONE_DIGITS[0]) & (length <= PHONE_DIGITS[1] + 3)
        first, after = first[fits], after[fits]
        zeros = self._leading_zeros(first)
        trunk = (after - first > 2) & self._is_zero(np.minimum(first + 1, chunk.count - 1)) & (zeros == 0)
        forms = [
            (first[zeros == 0], after[zeros == 0], 0, ""),  # international, with + or bare
            (first[zeros == 0], after[zeros == 0], 0, calling_code),  # without a trunk prefix
            (first[zeros == 1], after[zeros == 1], 1, calling_code),  # with one
            (first[zeros == 2], after[zeros == 2], 2, ""),  # 00 for +
        ]
        parts = [self._phone_hashes(*form) for form in forms]
        parts.append(self._with_trunk(first[trunk], after[trunk]))
        firsts, afters, hashes, seconds = (np.concatenate(side) for side in zip(*parts, strict=True))
        return Runs(firsts, afters, mixed(hashes), lambda selected: seconds[selected])

    def date(self, _: str) -> Runs:
        """Words that can be read as a date."""
        reader = self._reader
        first, after, days = calendar.dates(self)
        return Runs(
            first, after, mixed(reader.day_hashes(0, days)), lambda selected: reader.day_hashes(1, days[selected])
        )

    # What the shapes are made of.

    def unordered(self, which: int, first: Places, after: Places) -> Numbers:
        """Hashes of words in any order: sums of the words' own."""
        before = self._words_before(which)
        return before[after] - before[first]

    def word_hashes(self) -> Numbers:
        return self._word_hashes

    def is_digits(self, words: Places) -> Flags:
        count = self.digits_before[words + 1] - self.digits_before[words]
        only: Flags = count == self.chunk.lengths[words].astype(np.uint64)
        return only

    @cached_property
    def digit_words(self) -> Places:
        low, high = self._window.start or 0, self._window.stop
        return np.flatnonzero(self.is_digits(np.arange(low, high))) + low

    @cached_property
    def padded_characters(self) -> npt.NDArray[Any]:
        """The characters with some more behind, so that a word's first three can be looked at."""
        return np.append(self.chunk.characters, (0, 0, 0))

    @cached_property
    def _word_hashes(self) -> Numbers:
        return self.chunk.joined(0, slice(0, -1), slice(1, None))

    @cached_property
    def _first_words(self) -> Numbers:
        return sums(mixed(self._word_hashes))

    @cached_property
    def _second_words(self) -> Numbers:
        return sums(mixed(self.chunk.joined(1, slice(0, -1), slice(1, None))))

    def _words_before(self, which: int) -> Numbers:
        return self._first_words if which == 0 else self._second_words

    @cached_property
    def digits_before(self) -> Numbers:
        """How many digits stand before each word, and in all."""
        characters, bounds = self.chunk.characters, self.chunk.bounds
        if not len(characters):
            return np.zeros(1, np.uint64)
        return sums(np.add.reduceat(characters <= _ZERO + 9, bounds[:-1], dtype=np.int64))

    def _neighbours(self, words: int) -> tuple[Places, Places]:
        first = np.arange(self._window.start or 0, max(self._window.start or 0, self._window.stop - words + 1))
        return first, first + words

    def _runs(self, first: Places, after: Places) -> Runs:
        chunk = self.chunk
        hashes = mixed(chunk.joined(0, first, after))
        return Runs(first, after, hashes, lambda selected: chunk.joined(1, first[selected], after[selected]))

    def _digit_runs(self, words: int) -> tuple[Places, Places]:
        digits = self.digit_words
        if len(digits) < words:
            return NO_PLACES, NO_PLACES
        first = digits[: len(digits) - words + 1]
        first = first[digits[words - 1 :] - first == words - 1]
        return first, first + words

    def _leading_zeros(self, words: Places) -> Places:
        """0, 1 or 2."""
        chunk = self.chunk
        at = chunk.bounds[words]
        one = chunk.characters[at] == _ZERO
        two = one & (chunk.lengths[words] > 1) & (self.padded_characters[at + 1] == _ZERO)
        zeros: Places = one.astype(np.int64) + two
        return zeros

    def _is_zero(self, words: Places) -> Flags:
        chunk = self.chunk
        if not len(words):
            return np.zeros(0, np.bool_)
        alone: Flags = (chunk.lengths[words] == 1) & (chunk.characters[chunk.bounds[words]] == _ZERO)
        return alone

    def _phone_hashes(self, first: Places, after: Places, zeros: int, code: str) -> "_Phones":
        """Hashes of the digits from `first` without so many zeros, after a calling code."""
        if not len(first):
            return _NO_PHONES
        both = []
        for which, polynomial in enumerate(self._polynomials):
            before, start = self.chunk.before(which)[first], self.chunk.bounds[first]
            for _ in range(zeros):
                before = before + polynomial.powers[start] * U64(_ZERO)
                start = start + 1
            both.append(polynomial.after(code, polynomial.of_rest(self.chunk.before(which)[after] - before, start)))
        return _Phones(first, after, *both)

    def _with_trunk(self, first: Places, after: Places) -> "_Phones":
        """`+49 (0)30 1234567`: the zero doesn't count."""
        if not len(first):
            return _NO_PHONES
        both = []
        for which, polynomial in enumerate(self._polynomials):
            code = self.chunk.joined(which, first, first + 1)
            rest = self.chunk.joined(which, first + 2, after)
            both.append(code + polynomial.powers[self.chunk.lengths[first]] * rest)
        return _Phones(first, after, *both)


class _Phones(NamedTuple):
    first: Places
    after: Places
    hashes: Numbers
    second: Numbers


_NO_PHONES = _Phones(NO_PLACES, NO_PLACES, NO_NUMBERS, NO_NUMBERS)

_SHAPES: dict[str, Callable[[Candidates, str], Runs]] = {
    "joined": Candidates.joined,
    "coded": Candidates.coded,
    "named": Candidates.named,
    "digits": Candidates.digits,
    "email": Candidates.email,
    "phone": Candidates.phone,
    "date": Candidates.date,
}


def _places(text: str, sign: str) -> list[int]:
    found = []
    at = text.find(sign)
    while at >= 0:
        found.append(at)
        at = text.find(sign, at + 1)
    return found

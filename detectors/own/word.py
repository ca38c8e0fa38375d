"""A text as words, in arrays: where each stands, and hashes of any run of them in one step.

Words are runs of letters and digits as `alphabet` folds them; what stands between them doesn't count, so that
`K-48213`, `k 48213` and `K48213` hash alike. Long texts come in chunks that overlap.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.own.alphabet import Alphabet
from detectors.own.array import Numbers, Places, powers, sums

CHUNK_CHARS = 1 << 16
OVERLAP_CHARS = 1 << 10
"""No run of words that is looked up is longer."""

_EXPANSION = 3
_SPAN = _EXPANSION * (CHUNK_CHARS + OVERLAP_CHARS)


class Polynomial:
    """Hashes words' characters c0, c1, ... as the sum of ci * r^(i+S), modulo 2^64; S is the same for all."""

    def __init__(self, coefficient: np.uint64) -> None:
        self.powers = powers(coefficient, _SPAN + 32)

    def at_bounds(self, characters: npt.NDArray[Any], bounds: Places) -> Numbers:
        """The hash, not yet shifted, of everything before each bound."""
        if not len(characters):
            return np.zeros(1, np.uint64)
        return sums(np.add.reduceat(self.powers[: len(characters)] * characters, bounds[:-1]))

    def of(self, before: Numbers, bounds: Places, first: Places | slice, after: Places | slice) -> Numbers:
        """The hashes of the words from `first` up to `after`."""
        return self.of_rest(before[after] - before[first], bounds[first])

    def of_rest(self, difference: Numbers, starts: Places) -> Numbers:
        """The hashes of what adds so much to the sums, from the character `starts` on."""
        hashes: Numbers = difference * self.powers[_SPAN - starts]
        return hashes

    def of_word(self, word: str) -> np.uint64:
        """The hash of a short word that is folded already."""
        codes = np.array([ord(letter) for letter in word], np.uint64)
        return np.uint64((codes * self.powers[_SPAN : _SPAN + len(word)]).sum(dtype=np.uint64))

    def after(self, word: str, hashes: Numbers) -> Numbers:
        """The hashes of the same with a word before it."""
        joined: Numbers = self.of_word(word) + self.powers[len(word)] * hashes
        return joined


class Chunk:
    """The words of one stretch of a text. `starts` and `ends` are offsets in the whole text.

    `bounds` are where words start among the characters that count, with the end of the last: each word ends where the
    next one starts.
    """

    def __init__(self, polynomials: tuple[Polynomial, Polynomial], alphabet: Alphabet, text: str) -> None:
        self._polynomials = polynomials
        self.characters, near, places = alphabet.folded(text)
        count = len(self.characters)
        opens = np.empty(count, np.bool_)
        if count:
            opens[0] = True
            np.greater(near[1:] - near[:-1], 1, out=opens[1:])
            if self.characters.dtype.itemsize > 1:
                opens |= alphabet.stands_alone(self.characters)
        first = np.flatnonzero(opens)
        self.bounds: Places = np.append(first, count)
        self.starts: Places = places[first]
        self.ends: Places = places[self.bounds[1:] - 1] + 1 if count else self.starts

    @property
    def count(self) -> int:
        return len(self.starts)

    @cached_property
    def lengths(self) -> Places:
        return self.bounds[1:] - self.bounds[:-1]

    def before(self, which: int) -> Numbers:
        return self._first_before if which == 0 else self._second_before

    @cached_property
    def _first_before(self) -> Numbers:
        return self._polynomials[0].at_bounds(self.characters, self.bounds)

    @cached_property
    def _second_before(self) -> Numbers:
        return self._polynomials[1].at_bounds(self.characters, self.bounds)

    def joined(self, which: int, first: Places | slice, after: Places | slice) -> Numbers:
        """Hashes of runs of words written as one: from each word in `first` up to that in `after`."""
        return self._polynomials[which].of(self.before(which), self.bounds, first, after)

    def within(self, low: bool, high: bool) -> slice:
        """The words that no edge of the chunk cuts, where it has one: words that touch a cut edge are left out."""
        return slice(int(low and self.count > 0), self.count - int(high and self.count > 0))


def chunks(text: str, make: Callable[[str], Chunk]) -> Iterator[tuple[int, slice, str, Chunk]]:
    """Each chunk of a text: its offset, the words to look at, its text and itself. Every run of words stands whole in
    one.
    """
    for start in range(0, max(len(text), 1), CHUNK_CHARS):
        low, high = max(0, start - OVERLAP_CHARS), start + CHUNK_CHARS
        stretch = text[low:high]
        chunk = make(stretch)
        yield low, chunk.within(low > 0, high < len(text)), stretch, chunk

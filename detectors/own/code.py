"""Source code as the words that reformatting leaves alone, and hashes of so many of them in a row.

Words are names, as they are written. What formatters, comment strippers, editors and diffs change is no word: white
space, punctuation and quotes, numbers (a line's among them), comments, one or two letters; nor are lines that import
and words that all code is full of, which tell nothing of whose it is.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from detectors.own.alphabet import Alphabet, of_code
from detectors.own.array import Flags, Numbers, Places, among, mixed, sums
from detectors.own.secret import Secret
from detectors.own.tag import coefficients
from detectors.own.word import Chunk, Polynomial, chunks

GRAM_WORDS = 8
"""In a row. Fewer say too little, more break too often."""

WINDOW_GRAMS = 2
"""Of so many neighbouring runs at least one is kept (winnowing): 9 words in a row leave at least one."""

LEAST_LETTERS = 3
"""Of a word. Shorter ones are loop variables, prefixes of strings, codes of countries."""

COMMON = frozenset(
    """
    abstract and args as assert async await auto bool boolean break byte case catch char class const constexpr continue
    def default defer del delete do double dict elif else end enum except export extends extern False false final
    finally float fn for foreach from func function get global go goto if impl implements import in include inline
    instanceof int interface is isinstance kwargs lambda len let list long loop match mod module mut namespace new nil
    None nonlocal not null object of or override package pass print private protected pub public raise range readonly
    ref require return self set short signed sizeof static str string String struct super switch template then this
    throw throws trait True true try tuple type typedef typename typeof uint undefined union unsafe unsigned use using
    value val var virtual void volatile when where while with yield
    """.split()
)
_IMPORTING = frozenset("from import include package require use using".split())

_LINE_END = 10
_HASH, _STAR, _SLASH, _SPACE = b"#*/ "
_FORGIVEN = np.zeros(256, np.bool_)
_FORGIVEN[list(b" \t\r+->|:?0123456789")] = True
"""What editors and diffs put before a line: numbers, `+`, `-`, `|`, an arrow (which is no Latin-1)."""


class Grams(NamedTuple):
    """Runs of words: where each starts and ends in the text, and the first of two hashes; `second` gives the other."""

    starts: Places
    ends: Places
    hashes: Numbers
    second: Numbers


class CodeReader:
    """Reads texts as source code, with the hashes of one key. Lasts; makes tables once."""

    def __init__(self, secret: Secret) -> None:
        first, second = coefficients(secret)
        self._polynomials = (Polynomial(first), Polynomial(second))
        self._alphabet = Alphabet(of_code)
        self._common = self._hashes(COMMON)
        self._importing = self._hashes(_IMPORTING)

    def grams(self, text: str) -> Iterator[Grams]:
        """All runs of words in a text, chunk by chunk."""
        for offset, window, stretch, chunk in chunks(text, lambda part: Chunk(self._polynomials, self._alphabet, part)):
            words = np.arange(chunk.count)[window]
            if len(words) >= GRAM_WORDS:
                hashes = chunk.joined(0, words, words + 1)
                kept = self._kept(stretch, chunk, words, hashes)
                if len(kept) >= GRAM_WORDS:
                    yield self._grams(chunk, words[kept], hashes[kept], offset)

    def _hashes(self, words: frozenset[str]) -> Numbers:
        return np.sort(np.array([self._polynomials[0].of_word(word) for word in words], np.uint64))

    def _kept(self, text: str, chunk: Chunk, words: Places, hashes: Numbers) -> Places:
        """Which of the words count."""
        lines = _Lines(text)
        starts = chunk.starts[words]
        line = lines.of(starts)
        digits = chunk.characters <= ord("9")
        numeric = np.logical_and.reduceat(digits, chunk.bounds[:-1])[words]
        counts = ~numeric & (chunk.lengths[words] >= LEAST_LETTERS)
        named = np.flatnonzero(~numeric)
        first = named[np.append(True, line[named][1:] != line[named][:-1])] if len(named) else named
        importing = line[first[among(hashes[first], self._importing)]]
        dropped = lines.commented.copy()
        dropped[importing] = True
        counts &= ~dropped[line] & (starts < lines.code_ends[line])
        counts &= ~among(hashes, self._common)
        return np.flatnonzero(counts)

    def _grams(self, chunk: Chunk, words: Places, hashes: Numbers, offset: int) -> Grams:
        first, last = words[: len(words) - GRAM_WORDS + 1], words[GRAM_WORDS - 1 :]
        spread = [mixed(hashes), mixed(chunk.joined(1, words, words + 1))]
        joined = [self._joined(which, spread[which]) for which in (0, 1)]
        return Grams(chunk.starts[first] + offset, chunk.ends[last] + offset, mixed(joined[0]), joined[1])

    def _joined(self, which: int, hashes: Numbers) -> Numbers:
        polynomial = self._polynomials[which]
        before = sums(hashes * polynomial.powers[: len(hashes)])
        starts = np.arange(len(hashes) - GRAM_WORDS + 1)
        return polynomial.of_rest(before[GRAM_WORDS:] - before[:-GRAM_WORDS], starts)


class _Lines:
    """Where a text's lines start, which are comments, and where the code of each ends."""

    def __init__(self, text: str) -> None:
        self._bytes = np.frombuffer(text.encode("latin-1", "replace") + b"\n\n", np.uint8)
        self._ends = np.flatnonzero(self._bytes == _LINE_END)
        self._starts = np.append(0, self._ends[:-1] + 1)

    def of(self, places: Places) -> Places:
        """The line that each place is in."""
        return np.searchsorted(self._ends, places)

    @cached_property
    def commented(self) -> Flags:
        """Which lines are comments and nothing else."""
        told = np.append(np.flatnonzero(~_FORGIVEN[self._bytes[:-1]]), len(self._bytes) - 2)
        at = told[np.minimum(np.searchsorted(told, self._starts), len(told) - 1)]
        here, there = self._bytes[at], self._bytes[at + 1]
        comment: Flags = (here == _HASH) | (here == _STAR)
        comment |= (here == _SLASH) & ((there == _SLASH) | (there == _STAR))
        return comment

    @cached_property
    def code_ends(self) -> Places:
        """Where a comment behind the code of each line begins, or the line's end."""
        data = self._bytes
        marks = self._spaced(data[1:-1] == _HASH, data[2:] == _SPACE)
        slashes = (data[2:] == _SLASH) | (data[2:] == _STAR)
        marks = np.sort(np.append(marks, self._spaced(data[1:-1] == _SLASH, slashes)))
        ends = self._ends.copy()
        lines = np.searchsorted(self._ends, marks)
        ends[lines[::-1]] = marks[::-1]  # the first of a line is written last
        return ends

    def _spaced(self, here: Flags, there: Flags) -> Places:
        """Places of a sign, told by it and what follows, with a blank before it."""
        return np.flatnonzero(here & there & (self._bytes[:-2] <= _SPACE)) + 1

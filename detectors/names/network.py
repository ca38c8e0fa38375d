"""The model's arithmetic: which probability it gives each word of being part of a name.

spaCy trains the model and its files hold it (`model.py` reads them); here its layers run on words that are looked up in
a table, a few at a time. What the first layer makes of a word depends on the word alone, so it is worked out once and
kept; what is left are a few small matrix products, and none of spaCy's documents, whose vocabulary would grow with all
that is ever typed. `tests/detectors/names/test_network.py` holds that both give the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

KEPT_WORDS = 20_000
"""Rows of the table before it is begun anew: 5 MB, whatever words come."""

_NOWHERE = 0
"""The table's row of what stands between stretches: nothing."""

_NEIGHBOURS = np.arange(-1, 2)

EPSILON = 1e-8
"""What thinc adds to a variance."""


class Layer(NamedTuple):
    """A maxout and the layer normalisation behind it."""

    weight: Floats  # (inputs, pieces x width)
    bias: Floats  # (pieces x width)
    gain: Floats  # (width)
    shift: Floats  # (width)

    def normalised(self, pieces: Floats) -> Floats:
        """The largest of the pieces, (words, pieces x width) to (words, width), normalised."""
        width = len(self.gain)
        chosen = pieces[:, :width]
        for start in range(width, pieces.shape[1], width):
            chosen = np.maximum(chosen, pieces[:, start : start + width])
        chosen -= (chosen @ _mean(width))[:, None]
        spread = (chosen * chosen) @ _mean(width)
        spread += EPSILON
        np.sqrt(spread, out=spread)
        chosen /= spread[:, None]
        chosen *= self.gain
        chosen += self.shift
        return chosen

    def convolve(self, rows: Floats, wanted: NDArray[np.intp]) -> None:
        """Adds to `wanted` rows of (words, width) what each and its neighbours give; the first and last never are."""
        seen = rows[wanted[:, None] + _NEIGHBOURS].reshape(len(wanted), 3 * rows.shape[1])
        pieces = seen @ self.weight
        pieces += self.bias
        rows[wanted] += self.normalised(pieces)


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that is told of a word, given with whether white space follows, and its share of the first layer.

    There are few values, so what each gives is kept: `share` is asked once.
    """

    of: Callable[[str, bool], str | int]
    share: Callable[[str | int], Floats]  # (pieces x width)
    _kept: dict[str | int, Floats] = field(default_factory=dict)

    def part(self, word: str, spaced: bool) -> Floats:
        value = self.of(word, spaced)
        kept = self._kept.get(value)
        if kept is None:
            if len(self._kept) >= KEPT_WORDS:
                self._kept.clear()
            kept = self._kept[value] = self.share(value)
        return kept


@dataclass(frozen=True, slots=True)
class Weights:
    """What a trained model consists of."""

    traits: tuple[Trait, ...]
    mixed: Layer
    layers: tuple[Layer, ...]
    weight: Floats  # (width, labels)
    bias: Floats  # (labels)
    labels: tuple[str, ...]


class Network:
    """Runs the model."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._width = len(weights.weight)
        self._numbers: dict[tuple[str, bool], int] = {}
        self._table = np.zeros((KEPT_WORDS + 1, self._width), np.float32)
        self.labels = weights.labels

    @property
    def reach(self) -> int:
        """How many words on either side of one count."""
        return len(self._weights.layers)

    def probabilities(
        self, stretches: Sequence[Sequence[tuple[str, bool]]], wanted: Sequence[Sequence[int]]
    ) -> list[Floats]:
        """For each stretch of words, given as (word, whether white space follows), an array (wanted words, labels).

        `wanted` are places in the stretch, in order. What none of them depends on isn't worked out.
        """
        gap = self.reach + 1  # as spaCy has it, words of another stretch out of reach; and one that is never wanted
        numbers: list[int] = []
        starts: list[int] = []
        for known in self._numbered(stretches):
            numbers += [_NOWHERE] * gap
            starts.append(len(numbers))
            numbers += known
        numbers += [_NOWHERE] * gap
        rows = self._table[numbers]
        asked = np.array([start + at for start, places in zip(starts, wanted, strict=True) for at in places], np.intp)
        mask = np.zeros(len(rows), np.bool_)
        mask[asked] = True
        needed = [asked]
        for _ in range(self.reach - 1):
            mask[1:-1] |= mask[2:] | mask[:-2]
            needed.append(np.flatnonzero(mask))
        for layer, places in zip(self._weights.layers, reversed(needed), strict=True):
            layer.convolve(rows, places)
        scores = rows[asked] @ self._weights.weight
        scores += self._weights.bias
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return np.split(scores, np.cumsum([len(places) for places in wanted[:-1]], dtype=np.intp)) if stretches else []

    def _numbered(self, stretches: Sequence[Sequence[tuple[str, bool]]]) -> list[list[int]]:
        numbers = self._numbers
        fresh = list(dict.fromkeys(word for stretch in stretches for word in stretch if word not in numbers))
        if len(numbers) + len(fresh) > KEPT_WORDS:
            numbers.clear()
            fresh = list(dict.fromkeys(word for stretch in stretches for word in stretch))
        if fresh:
            first = len(numbers) + 1
            if first + len(fresh) > len(self._table):  # one call's words alone are more
                self._table = np.zeros((first + len(fresh), self._width), np.float32)
            self._table[first : first + len(fresh)] = self._embedded(fresh)
            numbers |= {word: first + place for place, word in enumerate(fresh)}
        return [[numbers[word] for word in stretch] for stretch in stretches]

    def _embedded(self, words: Sequence[tuple[str, bool]]) -> Floats:
        mixed = self._weights.mixed
        pieces = np.empty((len(words), len(mixed.bias)), np.float32)
        for row, (word, spaced) in zip(pieces, words, strict=True):
            row[:] = mixed.bias
            for trait in self._weights.traits:
                row += trait.part(word, spaced)
        return mixed.normalised(pieces)


@cache
def _mean(width: int) -> Floats:
    """What a row is multiplied by for its mean: faster than asking for it."""
    return np.full(width, 1 / width, np.float32)

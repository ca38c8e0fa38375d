"""One score from several sources of evidence.

What the model says of a stretch of words, what the gazetteer knows of them and what they stand in are features of a
logistic regression, one for each entity, fitted by `training/names/weigh.py` on texts that the model wasn't trained on.
Their weighted parts add up, so each can be told: what spoke for the name, and by how much.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from detectors.evidence import Evidence
from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, PLACE, THING, UNKNOWN
from detectors.names.surrounding import Kind
from detectors.names.word import Word, shape

MODEL: Final = "model"
MODEL_BEST: Final = "model: best"
MODEL_ALL: Final = "model: all"
GAZETTEER: Final = "gazetteer"
SOURCES: Final = frozenset({MODEL, GAZETTEER})

_FLOOR: Final = 1e-4
_TRAITS: Final = tuple(
    (place, tuple(f"gazetteer: {name} {digit}" for digit in range(4)), f"gazetteer: {name} all")
    for name, place in (("given", GIVEN), ("family", FAMILY), ("place", PLACE), ("common", COMMON), ("thing", THING))
)
"""Position, the features' names by the largest digit, and the one of words that all have some of it."""

_KINDS: Final = {
    "given": "a given name",
    "family": "a family name",
    "place": "a place",
    "common": "a plain word",
    "thing": "a thing's name",
}
_MUCH: Final = {"0": "not known as", "1": "rare as", "2": "known as", "3": "usual as", "all": "every word is known as"}

_TOLD_PARTS: Final = 3
"""Of what the gazetteer said, in the evidence."""

_KEPT: Final = 4096
"""Weighed spans of one entity, all different: 2 MB."""


@dataclass(frozen=True, slots=True, repr=False)
class Span:
    """Words that may be one name, what the gazetteer knows of each, and the model's probabilities for the entity.

    Holds the text's words, so it is never shown.
    """

    words: Sequence[Word]
    traits: Sequence[str]
    probabilities: Sequence[float]
    kind: Kind

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end

    @property
    def best(self) -> float:
        """The model's word on the surest of the words, as a logit."""
        return _logit(max(self.probabilities))

    @property
    def all(self) -> float:
        """The model's word on all of them, as a logit."""
        return _logit(sum(self.probabilities) / len(self.probabilities))

    @property
    def seen(self) -> "Seen":
        return tuple(self.traits), tuple([shape(word.text) for word in self.words]), self.kind


Seen = tuple[tuple[str, ...], tuple[str, ...], Kind]
"""All that counts of a span but the model's word: traits and shapes of its words, and what they stand in. The same ones
come again and again."""


def features(span: Span) -> dict[str, float]:
    """What is weighed, by name; those of the model begin with `model`, those of the gazetteer with `gazetteer`."""
    return {MODEL_BEST: span.best, MODEL_ALL: span.all} | dict.fromkeys(_features_of(span.seen), 1.0)


def _features_of(seen: Seen) -> list[str]:
    """Those that are there or not."""
    traits_of, shapes, kind = seen
    letters = [pair for pair in zip(shapes, traits_of, strict=True) if pair[0][0] in "xX~"]
    whole = [pair for pair in letters if len(pair[0]) > 1] or letters
    found = []
    for place, by_digit, by_all in _TRAITS:
        digits = [int(traits[place]) for _, traits in whole]
        found.append(by_digit[max(digits)])
        if len(digits) > 1 and min(digits):
            found.append(by_all)
    if len(whole) > 1 and whole[0][1][GIVEN] >= "1" and whole[-1][1][FAMILY] >= "1":
        found.append("gazetteer: given and family name")
    if any(traits == UNKNOWN for _, traits in whole):
        found.append("gazetteer: unknown word")
    found.append(f"words: {min(len(whole), 4)}")
    found.append(f"stands in: {kind}")
    forms = {form for form, _ in whole}
    if forms <= {"xx", "x"}:
        found.append("words: lower case")
    elif forms <= {"XX", "X"}:
        found.append("words: capitals")
        if len(whole) == 1:
            found.append("words: 1 in capitals")
    return found


class Scales:
    """The fitted weights of one entity. Without a source of evidence its features are left out, and the rest weighs by
    weights of its own."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._best, self._all = weights.get(MODEL_BEST, 0.0), weights.get(MODEL_ALL, 0.0)
        self._weighed = lru_cache(maxsize=_KEPT)(self._weigh)

    def judge(self, span: Span, label: str) -> tuple[float, tuple[Evidence, ...]]:
        """How sure it is that the span is one name of the entity, 0..1, and the parts of that which say most, in the
        words of `features`: never the text's."""
        model = self._best * span.best + self._all * span.all
        rest, told = self._weighed(span.seen)
        if model:
            told = (Evidence("model", f"{label} in this place", round(model, 2)), *told)
        return 1 / (1 + math.exp(-rest - model)), told

    def _weigh(self, seen: Seen) -> tuple[float, tuple[Evidence, ...]]:
        """The part of the score that isn't the model's, as a logit, and what the gazetteer said to it."""
        weights = {name: self._weights.get(name, 0.0) for name in _features_of(seen)}
        known = [(weight, name) for name, weight in weights.items() if weight and name.startswith(GAZETTEER)]
        known.sort(key=lambda one: (abs(one[0]), one), reverse=True)
        told = (Evidence("gazetteer", _worded(name.partition(": ")[2]), round(weight, 2)) for weight, name in known)
        return self._weights[""] + sum(weights.values()), tuple(islice(told, _TOLD_PARTS))


def _worded(detail: str) -> str:
    """`given 3` and its like as people say it."""
    kind, _, much = detail.partition(" ")
    if kind not in _KINDS or much not in _MUCH:
        return detail
    return f"{_MUCH[much]} {_KINDS[kind]}"


def chosen(found: dict[str, float], sources: frozenset[str]) -> dict[str, float]:
    """The features of some sources alone, and those of no source."""
    if sources == SOURCES:
        return found
    return {name: value for name, value in found.items() if name.partition(":")[0] in sources | {"words", "stands in"}}


def load(file: Path) -> dict[str, dict[str, Scales]]:
    """Scales by the sources they weigh, joined by `+`, and by entity."""
    read = json.loads(file.read_text(encoding="utf-8"))
    return {sources: {entity: Scales(weights) for entity, weights in of.items()} for sources, of in read.items()}


def _logit(probability: float) -> float:
    kept = min(max(probability, _FLOOR), 1 - _FLOOR)
    return math.log(kept / (1 - kept))

"""One score from several sources of evidence.

What the model says of a stretch of words, what the gazetteer knows of them and what they stand in are features of a
logistic regression, one for each entity, fitted by `training/names/weigh.py` on texts that the model wasn't trained on.
Their weighted parts add up, so each can be told: what spoke for the name, and by how much.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detectors.evidence import Evidence
from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, PLACE, THING
from detectors.names.surrounding import Kind
from detectors.names.word import Word, shape

MODEL: Final = "model"
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


def features(span: Span) -> dict[str, float]:
    """What is weighed, by name; those of the model begin with `model`, those of the gazetteer with `gazetteer`."""
    letters = [(word, traits) for word, traits in zip(span.words, span.traits, strict=True) if word.text[0].isalpha()]
    whole = [pair for pair in letters if len(pair[0].text) > 1] or letters
    best = max(span.probabilities)
    mean = sum(span.probabilities) / len(span.probabilities)
    found = {"model: best": _logit(best), "model: all": _logit(mean)}
    for place, by_digit, by_all in _TRAITS:
        digits = [int(traits[place]) for _, traits in whole]
        found[by_digit[max(digits)]] = 1.0
        if len(digits) > 1 and min(digits):
            found[by_all] = 1.0
    if len(whole) > 1 and whole[0][1][GIVEN] >= "1" and whole[-1][1][FAMILY] >= "1":
        found["gazetteer: given and family name"] = 1.0
    if any(traits == "00000" for _, traits in whole):
        found["gazetteer: unknown word"] = 1.0
    found[f"words: {min(len(whole), 4)}"] = 1.0
    found[f"stands in: {span.kind}"] = 1.0
    forms = {shape(word.text) for word, _ in whole}
    if forms <= {"xx", "x"}:
        found["words: lower case"] = 1.0
    elif forms <= {"XX", "X"}:
        found["words: capitals"] = 1.0
    return found


class Scales:
    """The fitted weights of one entity. Without a source of evidence its features are left out, and the rest weighs by
    weights of its own."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._model = {name: weight for name, weight in weights.items() if name.startswith(MODEL)}
        self._known = {
            name: (weight, _worded(name.partition(": ")[2]))
            for name, weight in weights.items()
            if name.startswith(GAZETTEER)
        }

    def score(self, found: Mapping[str, float]) -> float:
        weights = self._weights
        return 1 / (1 + math.exp(-weights[""] - sum(weights.get(name, 0.0) * value for name, value in found.items())))

    def evidence(self, found: Mapping[str, float], label: str) -> tuple[Evidence, ...]:
        """The parts of the score that say most, in the words of `features`: never the text's."""
        model = sum(weight * found.get(name, 0.0) for name, weight in self._model.items())
        told = [Evidence("model", f"{label} in this place", round(model, 2))] if model else []
        known = [(abs(part[0]), *part) for name in found if (part := self._known.get(name)) is not None and part[0]]
        known.sort(reverse=True)
        told += [Evidence("gazetteer", name, round(weight, 2)) for _, weight, name in known[:_TOLD_PARTS]]
        return tuple(told)


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

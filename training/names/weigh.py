"""Fits `detectors/names/scales.json`: how the sources of evidence count, by a logistic regression for each entity.

The texts are those held out of training: hand-written ones with names put in, and whole source files of packages whose
prose the model has not seen. Of the latter only what is surely no name counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from detectors.names.named import unlimited
from detectors.names.own import ENTITIES_OF_MODEL, OwnFinder
from detectors.names.weigh import GAZETTEER, MODEL, chosen, features
from training.names.example import Text

SOURCES = ((GAZETTEER,), (MODEL,), (GAZETTEER, MODEL))
ROUNDS, RIDGE = 40, 1.0


def fit(texts: Iterable[Text], file: Path) -> Mapping[str, int]:
    """Writes the scales; how many candidates there were of each kind."""
    held = list(texts)
    made: dict[str, dict[str, dict[str, float]]] = {}
    counts: dict[str, int] = {}
    for sources in SOURCES:
        finder = OwnFinder(evidence=frozenset(sources), scales={})
        rows: dict[str, list[tuple[dict[str, float], bool]]] = defaultdict(list)
        for text in held:
            for span, entity in finder.spans(text.text, unlimited()):
                labels = {label for start, end, label in text.names if start < span.end and span.start < end}
                if None not in labels:
                    rows[entity].append((chosen(features(span), frozenset(sources)), entity in labels))
        name = "+".join(sorted(sources))
        made[name] = {entity: _regression(rows[entity]) for entity in ENTITIES_OF_MODEL}
        counts |= {f"{name} {entity}": len(rows[entity]) for entity in ENTITIES_OF_MODEL}
    file.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return counts


def _regression(rows: Sequence[tuple[Mapping[str, float], bool]]) -> dict[str, float]:
    """Weights by feature, "" the constant: Newton's method with a ridge, so that rare features stay near zero."""
    names = sorted({name for found, _ in rows for name in found})
    number = {name: place for place, name in enumerate(names, 1)}
    data = np.zeros((len(rows), len(names) + 1))
    data[:, 0] = 1
    for row, (found, _) in zip(data, rows, strict=True):
        for name, value in found.items():
            row[number[name]] = value
    wanted = np.array([is_one for _, is_one in rows], float)
    weights = np.zeros(data.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-data @ weights))
        slope = data.T @ (wanted - chance) - RIDGE * weights
        bend = (data * (chance * (1 - chance))[:, None]).T @ data + RIDGE * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-4:
            break
    return {name: round(float(weight), 4) for name, weight in zip(["", *names], weights, strict=True)}

"""A metrics page in Prometheus' text format as plain data. Pure; knows nothing of any metric.

Format: Prometheus documentation, "Exposition formats", text format 0.0.4.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

Labels = tuple[tuple[str, str], ...]
"""Sorted by name, so that two scrapes of a series compare equal."""

_SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?")
_LABEL = re.compile(r'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r'\\([\\"n])')


@dataclass(frozen=True, slots=True)
class Page:
    """The samples by metric name and labels."""

    samples: Mapping[str, Mapping[Labels, float]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Lines that are no samples are passed over."""
        samples: dict[str, dict[Labels, float]] = {}
        for name, labels, value in _samples(text):
            samples.setdefault(name, {})[labels] = value
        return cls(samples)

    def has(self, name: str) -> bool:
        return name in self.samples

    def total(self, name: str) -> float:
        """The sum over all labels; 0.0 for what is not there."""
        return sum(self.samples.get(name, {}).values())

    def by(self, name: str, label: str) -> dict[str, float]:
        """Sums by the values of one label."""
        found: dict[str, float] = {}
        for labels, value in self.samples.get(name, {}).items():
            of = dict(labels).get(label, "")
            found[of] = found.get(of, 0.0) + value
        return found

    def label(self, name: str, label: str) -> str:
        """The label's value in the last sample of an info metric; empty when there is none."""
        return next((dict(labels).get(label, "") for labels in reversed(list(self.samples.get(name, {})))), "")


def _samples(text: str) -> Iterator[tuple[str, Labels, float]]:
    for line in text.splitlines():
        match = None if line.startswith("#") else _SAMPLE.fullmatch(line.strip())
        if match is None:
            continue
        try:
            value = float(match[3])
        except ValueError:
            continue
        labels = ((name, _ESCAPE.sub(_plain, text)) for name, text in _LABEL.findall(match[2] or ""))
        yield match[1], tuple(sorted(labels)), value


def _plain(escape: re.Match[str]) -> str:
    return "\n" if escape[1] == "n" else escape[1]

"""Names found against names labelled: a label is found when a finding of its kind shares a character with it, and
exactly found when one has its bounds.

What a set labels beside persons, places and organisations is neutral where it could be either: a band is no person, and
nobody is misled who takes its singer's name for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

KINDS: Final = ("PERSON", "LOCATION", "ORGANIZATION")

COUNTED_AS: Final[Mapping[str, str]] = {"PUBLIC_PERSON": "PERSON"}
"""Entities of findings that are another kind with something more known of it."""

NEUTRAL: Final[Mapping[str, frozenset[str]]] = {
    "PERSON": frozenset({"ARTIST", "PLACEHOLDER", "OTHER"}),
    "LOCATION": frozenset({"FACILITY", "ADDRESS", "TEAM"}),
    "ORGANIZATION": frozenset({"FACILITY", "TEAM", "ARTIST"}),
}
"""Per kind, the labels on which a finding is neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] is of `kind`, half-open, code points. `by` is the rule, where it was found."""

    start: int
    end: int
    kind: str
    by: str = ""

    def touches(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def is_at(self, other: "Span") -> bool:
        return (self.start, self.end) == (other.start, other.end)


@dataclass(slots=True)
class Score:
    """Of one kind: `labels`, `found` of them, `right` and `wrong` findings; the same with the exact bounds, where a
    finding with other bounds than its label's is wrong. `public` labels were told as a public person's."""

    labels: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    exactly_found: int = 0
    exactly_right: int = 0
    public: int = 0
    missed: list[tuple[str, Span]] = field(default_factory=list)
    wrongly: list[tuple[str, Span]] = field(default_factory=list)

    @property
    def relaxed(self) -> tuple[float | None, float | None, float | None]:
        """Precision, recall, F1; None where there is nothing to divide by."""
        return _measures(self.right, self.right + self.wrong, self.found, self.labels)

    @property
    def exact(self) -> tuple[float | None, float | None, float | None]:
        return _measures(self.exactly_right, self.right + self.wrong, self.exactly_found, self.labels)


def add(scores: dict[str, Score], name: str, labels: Sequence[Span], findings: Iterable[Span]) -> None:
    """Counts one text's findings into `scores` by kind; `name` says which text."""
    told = list(findings)
    found = [Span(one.start, one.end, COUNTED_AS.get(one.kind, one.kind), one.by) for one in told]
    public = [one for one in told if one.kind in COUNTED_AS]
    for kind in KINDS:
        score = scores.setdefault(kind, Score())
        wanted = [label for label in labels if label.kind == kind]
        neutral = [label for label in labels if label.kind in NEUTRAL[kind]]
        ours = [one for one in found if one.kind == kind]
        for label in wanted:
            touching = [one for one in ours if one.touches(label)]
            score.labels += 1
            score.found += bool(touching)
            score.exactly_found += any(one.is_at(label) for one in touching)
            score.public += any(one.is_at(two) for one in touching for two in public)
            if not touching:
                score.missed.append((name, label))
        for one in ours:
            if any(one.touches(label) for label in wanted):
                score.right += 1
                score.exactly_right += any(one.is_at(label) for label in wanted)
            elif not any(one.touches(label) for label in neutral):
                score.wrong += 1
                score.wrongly.append((name, one))


def _measures(right: int, told: int, found: int, labels: int) -> tuple[float | None, float | None, float | None]:
    precision = right / told if told else None
    recall = found / labels if labels else None
    if not precision or not recall:
        return precision, recall, None
    return precision, recall, 2 * precision * recall / (precision + recall)

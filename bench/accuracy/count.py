"""True and false positives by kind: a label is found when a finding of its kind shares a character with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.accuracy.case import Case, kind_of
from detectors import Engine


@dataclass(slots=True)
class Count:
    """`labels` expected, `found` of them; `right` and `wrong` findings of the kind."""

    labels: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def recall(self) -> float | None:
        return self.found / self.labels if self.labels else None

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None


@dataclass(slots=True)
class Tally:
    """One set's counts by kind, and by rule what was wrongly found and by label what was missed."""

    kinds: dict[str, Count] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    incomplete: int = 0
    texts: int = 0
    characters: int = 0


def count(engine: Engine, cases: Iterable[Case], lenient: Mapping[str, frozenset[str]] | None = None) -> Tally:
    """Scans every case. `lenient` names, per kind, further kinds whose findings also find its labels."""
    tally = Tally()
    for case in cases:
        _count(engine, case, lenient or {}, tally)
    return tally


def _count(engine: Engine, case: Case, lenient: Mapping[str, frozenset[str]], tally: Tally) -> None:
    tally.texts += 1
    tally.characters += len(case.text)
    scan = engine.scan(case.text)
    tally.incomplete += scan.incomplete is not None
    findings = [(one.start, one.end, kind_of(one.category, one.entity), one.rule) for one in scan.findings]
    for label in case.expected:
        kinds = lenient.get(label.kind, frozenset()) | {label.kind}
        is_found = any(kind in kinds and start < label.end and label.start < end for start, end, kind, _ in findings)
        of_kind = tally.kinds.setdefault(label.kind, Count())
        of_kind.labels += 1
        of_kind.found += is_found
        if not is_found:
            tally.missed.append(f"{case.name}:{label.start} {label.kind}")
    for start, end, kind, rule in findings:
        is_right = any(start < label.end and label.start < end for label in case.expected)
        of_kind = tally.kinds.setdefault(kind, Count())
        of_kind.right += is_right
        of_kind.wrong += not is_right
        if not is_right:
            tally.wrong[rule] = tally.wrong.get(rule, 0) + 1

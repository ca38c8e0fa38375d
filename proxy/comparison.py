"""Two decisions on one request, and what many such pairs come to: what replay and shadow have to tell. Pure.

`before` is what is in force (or on record), `after` the candidate. Nothing here holds a value: findings are told by
rule, place and keyed fingerprint.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from proxy.policy.action import Action
from proxy.verdict import Judged, Request, Verdict

EXAMPLES_OF_A_KIND: Final = 3
KINDS_OF_EXAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Fate:
    """An action and the clause that gave it; both empty for a finding that one side did not make."""

    action: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A finding that the two sides treat differently."""

    rule: str
    entity: str
    pointer: str
    fingerprint: str
    before: Fate
    after: Fate


@dataclass(frozen=True, slots=True)
class Compared:
    """A request with both decisions on it; each Fate's action is a decision here."""

    request: str
    time: str
    user: str
    vendor: str
    before: Fate
    after: Fate
    findings: tuple[Changed, ...] = ()

    @property
    def is_changed(self) -> bool:
        return self.before.action != self.after.action or bool(self.findings)

    @property
    def is_stricter(self) -> bool:
        return strictness(self.after.action) > strictness(self.before.action)

    @property
    def is_looser(self) -> bool:
        return strictness(self.after.action) < strictness(self.before.action)


class By(StrEnum):
    """What changes are counted by. RULE counts findings and their actions, the others requests and their decisions."""

    CLAUSE = "clause"
    RULE = "rule"
    USER = "user"
    VENDOR = "vendor"


@dataclass(slots=True)
class Tally:
    """What many comparisons come to. `gained` and `lost` count by dimension, key and decision (of rules: action)."""

    requests: int = 0
    changed: int = 0
    stricter: int = 0
    looser: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    gained: Counter[tuple[By, str, str]] = field(default_factory=Counter)
    lost: Counter[tuple[By, str, str]] = field(default_factory=Counter)
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requests by their two decisions, where these differ."""
    examples: dict[tuple[str, str, str], list[Compared]] = field(default_factory=dict)

    def add(self, compared: Compared) -> None:
        self.requests += 1
        self.before[compared.before.action] += 1
        self.after[compared.after.action] += 1
        if not compared.is_changed:
            return
        self.changed += 1
        self.stricter += compared.is_stricter
        self.looser += compared.is_looser
        for changed in compared.findings:
            self._shift(By.RULE, changed.rule, changed.before.action, changed.rule, changed.after.action)
        if compared.before.action != compared.after.action:
            self._count_decision(compared)
        self._keep(compared)

    def keys(self, by: By) -> list[str]:
        """The keys of a dimension, those with most changes first."""
        changes: Counter[str] = Counter()
        for (dimension, key, _), count in (*self.gained.items(), *self.lost.items()):
            if dimension is by:
                changes[key] += count
        return [key for key, _ in sorted(changes.items(), key=lambda item: (-item[1], item[0]))]

    def changes(self, by: By, key: str) -> Mapping[str, tuple[int, int]]:
        """For each decision or action, strictest first: how many were gained and lost."""
        names = {name for dimension, other, name in (*self.gained, *self.lost) if (dimension, other) == (by, key)}
        ordered = sorted(names, key=strictness, reverse=True)
        return {name: (self.gained[by, key, name], self.lost[by, key, name]) for name in ordered}

    def gained_of(self, decision: str) -> int:
        return sum(count for (_, after), count in self.moved.items() if after == decision)

    def lost_of(self, decision: str) -> int:
        return sum(count for (before, _), count in self.moved.items() if before == decision)

    def _count_decision(self, compared: Compared) -> None:
        before, after = compared.before, compared.after
        self.moved[before.action, after.action] += 1
        self._shift(By.CLAUSE, before.clause, before.action, after.clause, after.action)
        for by, key in ((By.USER, compared.user), (By.VENDOR, compared.vendor)):
            self._shift(by, key, before.action, key, after.action)

    def _shift(self, by: By, from_key: str, from_name: str, to_key: str, to_name: str) -> None:
        if from_name:
            self.lost[by, from_key, from_name] += 1
        if to_name:
            self.gained[by, to_key, to_name] += 1

    def _keep(self, compared: Compared) -> None:
        kind = (compared.before.action, compared.after.action, compared.after.clause)
        if kind not in self.examples and len(self.examples) >= KINDS_OF_EXAMPLES:
            return
        kept = self.examples.setdefault(kind, [])
        if len(kept) < EXAMPLES_OF_A_KIND:
            kept.append(compared)


def compared(request: Request, before: Verdict, after: Verdict, time: str = "") -> Compared:
    """Two verdicts on the same request."""
    sides = [Fate(side.decision.value, side.clause or side.reason or "") for side in (before, after)]
    changed = differing(before.findings, after.findings)
    return Compared(request.reference, time, request.user or "", before.vendor, sides[0], sides[1], changed)


def strictness(name: str) -> int:
    """The rank of an action's or a decision's name; decisions go by the names of actions."""
    return Action[name.upper()]


def differing(before: Iterable[Judged], after: Iterable[Judged]) -> tuple[Changed, ...]:
    """The findings that two verdicts on the same bytes treat differently, whatever the clauses, in order of place."""
    ours, theirs = ({_place(one): one for one in side} for side in (before, after))
    found = ((place, ours.get(place), theirs.get(place)) for place in sorted(ours.keys() | theirs.keys()))
    return tuple(_changed(one, other) for _, one, other in found if _fate(one).action != _fate(other).action)


def _place(judged: Judged) -> tuple[str, int, int, str]:
    return judged.pointer, judged.start, judged.end, judged.rule


def _fate(judged: Judged | None) -> Fate:
    return Fate(judged.action, judged.clause) if judged is not None else Fate()


def _changed(before: Judged | None, after: Judged | None) -> Changed:
    either = before or after
    assert either is not None  # a place comes from one side at least
    return Changed(either.rule, either.entity, either.pointer, either.fingerprint, _fate(before), _fate(after))

"""A policy made ready, and one request judged by it: clauses of other circumstances fall away once, the rest is looked
up by what was found.

Pure. What clauses mean stands in `matching.py`; this file is about their order and about asking few of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, Protocol, Self

from proxy.policy.action import Action
from proxy.policy.condition import Condition
from proxy.policy.context import Context
from proxy.policy.matching import ContextTest, DataTest, Facet, Moment, asks_about_data, facet_values
from proxy.policy.ruling import Found, Ruling
from proxy.policy.waiver import NO_WAIVERS, Waivers

_KINDS: Final = 4096
"""Kinds of finding whose clauses are remembered; there are about as many as rules."""

Kind = tuple[str, str, str]
"""The rule, entity and category of a finding."""


class Sentence(Protocol):
    """What evaluation needs of a clause."""

    @property
    def id(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def when(self) -> Condition: ...
    @property
    def unless(self) -> Condition | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Clause:
    """One clause made ready; `position` is its place in the order of its stage."""

    position: int
    ruling: Ruling
    context: ContextTest
    data: DataTest
    count: int
    but_context: ContextTest | None
    but_data: DataTest | None
    """What `unless` says of findings; None without it, or when it says nothing of them."""

    @classmethod
    def of(cls, position: int, clause: Sentence, zone: tzinfo) -> Self:
        but = clause.unless
        return cls(
            position,
            Ruling(Action[clause.action.upper()], clause.id, clause.message),
            ContextTest.of(clause.when, zone),
            DataTest.of(clause.when),
            clause.when.count_at_least or 0,
            ContextTest.of(but, zone) if but is not None else None,
            DataTest.of(but) if but is not None and asks_about_data(but) else None,
        )

    @property
    def is_plain(self) -> bool:
        """Whether every finding of a kind that fits matches, once the circumstances do."""
        return not (self.count or self.but_data or self.data.asks_how_grave)


class _Stage:
    """Clauses in the order in which they are asked."""

    def __init__(self, clauses: Iterable[Sentence], zone: tzinfo) -> None:
        self.clauses = [_Clause.of(position, clause, zone) for position, clause in enumerate(clauses)]
        self.facets = {facet for clause in self.clauses for test in _tests(clause) for facet, _ in test.facets}
        self._always = [clause for clause in self.clauses if not clause.context.facets]
        self._by_facet: dict[Facet, dict[str, list[_Clause]]] = {}
        for clause in self.clauses:
            for facet, wanted in clause.context.facets[:1]:
                for value in wanted:
                    self._by_facet.setdefault(facet, {}).setdefault(value, []).append(clause)
        self._fitting: dict[Kind, frozenset[int]] = {}

    def alive(self, moment: Moment, values: dict[Facet, frozenset[str]]) -> list[_Clause]:
        """The clauses that the circumstances leave, in order."""
        found = {clause.position: clause for clause in self._always}
        for facet, table in self._by_facet.items():
            for value in values[facet]:
                found.update((clause.position, clause) for clause in table.get(value, ()))
        return [found[position] for position in sorted(found) if _is_alive(found[position], moment, values)]

    def fitting(self, kind: Kind) -> frozenset[int]:
        """The positions of the clauses that findings of a kind may match."""
        found = self._fitting.get(kind)
        if found is None:
            if len(self._fitting) >= _KINDS:
                self._fitting.clear()
            found = frozenset(clause.position for clause in self.clauses if clause.data.fits(*kind))
            self._fitting[kind] = found
        return found


def _tests(clause: _Clause) -> list[ContextTest]:
    return [clause.context] if clause.but_context is None else [clause.context, clause.but_context]


def _is_alive(clause: _Clause, moment: Moment, values: dict[Facet, frozenset[str]]) -> bool:
    if not clause.context.holds(moment, values):
        return False
    but = clause.but_context
    return but is None or clause.but_data is not None or not but.holds(moment, values)


class _Hearing:
    """One stage in one request: which clause, if any, is the first to match a finding."""

    def __init__(
        self, stage: _Stage, moment: Moment, values: dict[Facet, frozenset[str]], findings: Sequence[Found]
    ) -> None:
        self._stage = stage
        self._findings = findings
        self._alive = stage.alive(moment, values)
        self._spared = {
            clause.position
            for clause in self._alive
            if clause.but_context is not None and clause.but_context.holds(moment, values)
        }
        self._by_kind: dict[Kind, list[_Clause]] = {}
        self._counts: dict[int, int] = {}

    def first(self, finding: Found) -> Ruling | None:
        kind = (finding.rule, finding.entity, finding.category)
        clauses = self._by_kind.get(kind)
        if clauses is None:
            clauses = self._by_kind[kind] = self._of_kind(kind)
        return next((clause.ruling for clause in clauses if self._matches(clause, finding)), None)

    def any(self) -> Ruling | None:
        """The first clause of all: for a request, about which no finding is asked."""
        return self._alive[0].ruling if self._alive else None

    def _of_kind(self, kind: Kind) -> list[_Clause]:
        fitting = self._stage.fitting(kind)
        return [clause for clause in self._alive if clause.position in fitting]

    def _matches(self, clause: _Clause, finding: Found) -> bool:
        return clause.is_plain or (self._fits(clause, finding) and self._are_enough(clause))

    def _fits(self, clause: _Clause, finding: Found) -> bool:
        """Whether all of a clause's conditions but the number hold; the finding's kind is known to fit."""
        if not clause.data.is_grave(finding):
            return False
        return clause.but_data is None or clause.position not in self._spared or not clause.but_data.holds(finding)

    def _are_enough(self, clause: _Clause) -> bool:
        if not clause.count:
            return True
        found = self._counts.get(clause.position)
        if found is None:
            found = self._counts[clause.position] = len({item.fingerprint for item in self._counted(clause)})
        return found >= clause.count

    def _counted(self, clause: _Clause) -> list[Found]:
        data = clause.data
        return [
            item
            for item in self._findings
            if data.fits(item.rule, item.entity, item.category) and self._fits(clause, item)
        ]


class Plan:
    """A policy's clauses made ready. Of `limits` the strictest come first: the first to match is the floor."""

    def __init__(
        self,
        requests: Sequence[Sentence],
        findings: Sequence[Sentence],
        limits: Sequence[Sentence],
        default: Ruling,
        zone: tzinfo,
    ) -> None:
        strictest = sorted(limits, key=lambda clause: -Action[clause.action.upper()])
        whole = [clause for clause in strictest if is_of_requests(clause)]
        self._requests, self._findings = _Stage(requests, zone), _Stage(findings, zone)
        self._limits, self._whole = _Stage(strictest, zone), _Stage(whole, zone)
        self._default = default
        self._zone = zone
        self._facets = self._requests.facets | self._findings.facets | self._limits.facets

    def judge(self, findings: Sequence[Found], context: Context, waivers: Waivers = NO_WAIVERS) -> list[Ruling]:
        """One ruling for each finding, all of them of one request."""
        if not findings:
            return []
        allowed = [waivers.allowed(finding, context) for finding in findings]
        counted = [finding for finding, entry in zip(findings, allowed, strict=True) if entry is None]
        moment, values = self._circumstances(context)
        stage = _Hearing(self._findings, moment, values, counted)
        limits = _Hearing(self._limits, moment, values, counted)
        return [
            Ruling(Action.ALLOW, f"allow:{entry}", waiver=entry)
            if entry is not None
            else _settled(stage.first(finding) or self._default, limits.first(finding), finding, context, waivers)
            for finding, entry in zip(findings, allowed, strict=True)
        ]

    def judge_request(self, context: Context, waivers: Waivers = NO_WAIVERS) -> Ruling:
        """The ruling for a whole request, before its findings are looked at."""
        moment, values = self._circumstances(context)
        said = _Hearing(self._requests, moment, values, ()).any() or Ruling(Action.ALLOW, "")
        return _settled(said, _Hearing(self._whole, moment, values, ()).any(), None, context, waivers)

    def _circumstances(self, context: Context) -> tuple[Moment, dict[Facet, frozenset[str]]]:
        moment = Moment(context, context.now.astimezone(self._zone))
        return moment, {facet: facet_values(facet, moment) for facet in self._facets}


def is_of_requests(clause: Sentence) -> bool:
    """Whether a limit also holds for requests without findings: it asks for none, and nothing has to be cut out."""
    asked = [clause.when] if clause.unless is None else [clause.when, clause.unless]
    return not any(map(asks_about_data, asked)) and not Action[clause.action.upper()].cuts


def _settled(said: Ruling, floor: Ruling | None, finding: Found | None, context: Context, waivers: Waivers) -> Ruling:
    ruling = Ruling(said.action, said.clause, said.message, floor=floor)
    excepted = waivers.excepted(finding, context) if said.action > Action.LOG else None
    return (ruling.lowered(excepted[1], excepted[0]) if excepted else ruling).raised()

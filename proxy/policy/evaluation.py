"""A policy made ready, and one request judged by it: clauses of other circumstances fall away once, the rest is looked
up by what was found.

Pure. What clauses mean stands in `matching.py`; this file is about their order and about asking few of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final, Protocol, Self

from proxy.policy.action import Action
from proxy.policy.condition import Condition
from proxy.policy.context import Context
from proxy.policy.matching import ContextTest, DataTest, Facet, Moment, asks_about_data, facet_values
from proxy.policy.ruling import Found, Ruling
from proxy.policy.waiver import NO_WAIVERS, Waivers

_NOTHING_SAID: Final = Ruling(Action.ALLOW, "")

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
    is_plain: bool
    """Whether every finding of a kind that fits matches, once the circumstances do."""
    is_of_findings: bool
    """Whether it asks nothing of the request, and of findings for certain kinds."""

    @classmethod
    def of(cls, position: int, clause: Sentence, zone: tzinfo) -> Self:
        but, data = clause.unless, DataTest.of(clause.when)
        count = clause.when.count_at_least or 0
        but_data = DataTest.of(but) if but is not None and asks_about_data(but) else None
        context = ContextTest.of(clause.when, zone)
        return cls(
            position,
            Ruling(Action[clause.action.upper()], clause.id, clause.message),
            context,
            data,
            count,
            ContextTest.of(but, zone) if but is not None else None,
            but_data,
            is_plain=not (count or but_data or data.asks_how_grave),
            is_of_findings=but is None and context.is_empty and bool(data.names),
        )


class _Stage:
    """Clauses in the order in which they are asked, sorted by what they are looked up by.

    Those with a facet are looked up by it and those that ask something else of the request are tried, once for each
    request. Those that ask of findings alone are remembered by the kind of finding that they may match.
    """

    def __init__(self, clauses: Iterable[Sentence], zone: tzinfo) -> None:
        made = [_Clause.of(position, clause, zone) for position, clause in enumerate(clauses)]
        self.facets = {facet for clause in made for test in _tests(clause) for facet, _ in test.facets}
        self._by_facet: dict[Facet, dict[str, list[_Clause]]] = {}
        for clause in made:
            for facet, wanted in clause.context.facets[:1]:
                for value in wanted:
                    self._by_facet.setdefault(facet, {}).setdefault(value, []).append(clause)
        self._of_all = [clause for clause in made if not clause.context.facets and not clause.is_of_findings]
        self._by_name: dict[str, list[_Clause]] = {}
        for clause in made:
            if clause.is_of_findings:
                for name in clause.data.names:
                    self._by_name.setdefault(name, []).append(clause)
        self._fitting: dict[Kind, tuple[_Clause, ...]] = {}

    def near(self, circumstances: "_Circumstances") -> list[_Clause]:
        """The clauses that the circumstances leave, in order, but for those that `fitting` gives."""
        found = {clause.position: clause for clause in self._of_all if circumstances.leave(clause)}
        for facet, table in self._by_facet.items():
            for value in circumstances.values[facet]:
                found.update((one.position, one) for one in table.get(value, ()) if circumstances.leave(one))
        return [found[position] for position in sorted(found)]

    def fitting(self, kind: Kind) -> tuple[_Clause, ...]:
        """The clauses, in order, that ask of findings alone and may match those of this kind."""
        found = self._fitting.get(kind)
        if found is None:
            if len(self._fitting) >= _KINDS:
                self._fitting.clear()
            named = {clause for name in kind for clause in self._by_name.get(name, ()) if clause.data.fits(*kind)}
            found = self._fitting[kind] = tuple(sorted(named, key=_position))
        return found


def _tests(clause: _Clause) -> list[ContextTest]:
    return [clause.context] if clause.but_context is None else [clause.context, clause.but_context]


class _Circumstances:
    """A request's, with each facet that any clause asks for worked out."""

    def __init__(self, context: Context, facets: Iterable[Facet], zone: tzinfo) -> None:
        self.moment = Moment(context, context.now.astimezone(zone))
        self.values = {facet: facet_values(facet, self.moment) for facet in facets}

    def leave(self, clause: _Clause) -> bool:
        """Whether a clause can match in them: `when` holds, and `unless` doesn't or also asks for findings."""
        if not clause.context.is_empty and not clause.context.holds(self.moment, self.values):
            return False
        return clause.but_context is None or clause.but_data is not None or not self.spare(clause)

    def spare(self, clause: _Clause) -> bool:
        """Whether what `unless` says of the request holds."""
        return clause.but_context is not None and clause.but_context.holds(self.moment, self.values)


class _Hearing:
    """One stage in one request: which clause, if any, is the first to match a finding."""

    def __init__(self, stage: _Stage, circumstances: _Circumstances, findings: Sequence[Found]) -> None:
        self._stage = stage
        self._circumstances = circumstances
        self._findings = findings
        self._near = stage.near(circumstances)
        self._by_kind: dict[Kind, Sequence[_Clause]] = {}
        self._counts: dict[int, int] = {}

    def first(self, finding: Found) -> Ruling | None:
        kind = (finding.rule, finding.entity, finding.category)
        clauses = self._by_kind.get(kind)
        if clauses is None:
            clauses = self._by_kind[kind] = self._of_kind(kind)
        for clause in clauses:
            if clause.is_plain or (self._fits(clause, finding) and self._are_enough(clause)):
                return clause.ruling
        return None

    def any(self) -> Ruling | None:
        """The first clause of all: for a request, about which no finding is asked."""
        return self._near[0].ruling if self._near else None

    def _of_kind(self, kind: Kind) -> Sequence[_Clause]:
        near = [clause for clause in self._near if clause.data.fits(*kind)]
        fitting = self._stage.fitting(kind)
        return sorted([*near, *fitting], key=_position) if near and fitting else near or fitting

    def _fits(self, clause: _Clause, finding: Found) -> bool:
        """Whether all of a clause's conditions but the number hold; the finding's kind is known to fit."""
        if not clause.data.is_grave(finding):
            return False
        return clause.but_data is None or not clause.but_data.holds(finding) or not self._circumstances.spare(clause)

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


def _position(clause: _Clause) -> int:
    return clause.position


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
        self._requests, self._findings = _Stage(requests, zone), _Stage(findings, zone)
        self._limits, self._whole = _Stage(strictest, zone), _Stage(map(_Whole, filter(_is_whole, strictest)), zone)
        self._default = default
        self._zone = zone
        self._facets = self._findings.facets | self._limits.facets

    def judge(self, findings: Sequence[Found], context: Context, waivers: Waivers = NO_WAIVERS) -> list[Ruling]:
        """One ruling for each finding, all of them of one request."""
        if not findings:
            return []
        allowed = [waivers.allowed(finding, context) for finding in findings]
        counted = [finding for finding, entry in zip(findings, allowed, strict=True) if entry is None]
        circumstances = _Circumstances(context, self._facets, self._zone)
        stage = _Hearing(self._findings, circumstances, counted)
        limits = _Hearing(self._limits, circumstances, counted)
        return [
            Ruling(Action.ALLOW, f"allow:{entry}", waiver=entry)
            if entry is not None
            else _settled(stage.first(finding) or self._default, limits.first(finding), finding, context, waivers)
            for finding, entry in zip(findings, allowed, strict=True)
        ]

    def judge_request(self, context: Context, waivers: Waivers = NO_WAIVERS) -> Ruling:
        """The ruling for a whole request, before its findings are looked at."""
        circumstances = _Circumstances(context, self._requests.facets | self._whole.facets, self._zone)
        said = _Hearing(self._requests, circumstances, ()).any() or _NOTHING_SAID
        return _settled(said, _Hearing(self._whole, circumstances, ()).any(), None, context, waivers)


def _is_whole(clause: Sentence) -> bool:
    """Whether a limit also holds for requests as such: it asks nothing of findings."""
    return not any(asks_about_data(asked) for asked in (clause.when, clause.unless) if asked is not None)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A limit on requests as such. What would be cut out of findings is at least on record."""

    limit: Sentence

    @property
    def id(self) -> str:
        return self.limit.id

    @property
    def message(self) -> str:
        return self.limit.message

    @property
    def action(self) -> str:
        return Action.LOG.label if Action[self.limit.action.upper()].cuts else self.limit.action

    @property
    def when(self) -> Condition:
        return self.limit.when

    @property
    def unless(self) -> Condition | None:
        return self.limit.unless


def _settled(said: Ruling, floor: Ruling | None, finding: Found | None, context: Context, waivers: Waivers) -> Ruling:
    ruling = said if floor is None else replace(said, floor=floor)
    excepted = waivers.excepted(finding, context) if said.action > Action.LOG else None
    return (ruling.lowered(excepted[1], excepted[0]) if excepted else ruling).raised()

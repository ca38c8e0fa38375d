"""Findings that overlap: which one is told.

One value is reported once, under the rule that knows it best; what a specific rule found beats what a general one did.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from detectors.evidence import Evidence
from detectors.finding import Category, Severity
from detectors.matcher import GENERIC_ID, Candidate
from detectors.names.kind import KINDS, NAME_RULES
from detectors.names.named import Named
from detectors.own.owned import Owned

_RANK = {Category.CUSTOM: 0, Category.SECRET: 1, Category.PCI: 2, Category.PHI: 3, Category.PII: 4}
"""An operator's own rules first; then by harm: an address inside a connection string is the string's password's."""


LEAST_PIECE_CHARS = 8
"""Less of a fragment between two values is not told beside them."""


@dataclass(frozen=True, slots=True)
class Located:
    """A candidate where it stands in the text now looked at. Holds the value, so it never leaves the engine."""

    rule: str
    category: Category
    entity: str
    severity: Severity
    start: int
    end: int
    score: float
    verified: bool | None
    path: tuple[str, ...]
    value: str
    evidence: tuple[Evidence, ...] = ()

    def __repr__(self) -> str:
        return f"Located({self.rule}, {self.start}, {self.end})"

    @classmethod
    def of(cls, candidate: Candidate, text: str, path: tuple[str, ...]) -> "Located":
        rule = candidate.matcher.rule
        start, end = candidate.start, candidate.end
        return cls(
            rule.id,
            rule.category,
            rule.entity,
            rule.level,
            start,
            end,
            candidate.score,
            candidate.verified,
            path,
            text[start:end],
            candidate.evidence,
        )

    @classmethod
    def of_name(cls, named: Named, value: str, path: tuple[str, ...]) -> "Located":
        kind, span = KINDS[named.entity], (named.start, named.end)
        told = (kind.id, kind.category, kind.entity, kind.level)
        return cls(*told, *span, named.score, None, path, value, named.evidence)

    @classmethod
    def of_own(cls, owned: Owned, text: str, path: tuple[str, ...]) -> "Located":
        naming, span = owned.naming, (owned.start, owned.end)
        evidence = (Evidence(owned.kind, owned.detail, 1.0),)
        value = text[owned.start : owned.end]
        told = (naming.id, naming.category, naming.entity, naming.severity)
        return cls(*told, *span, 1.0, True, path, value, evidence)

    @property
    def is_name(self) -> bool:
        """Whether a finder of names found it."""
        return self.rule in NAME_RULES

    @property
    def is_fragment(self) -> bool:
        """Whether it is a stretch of text rather than a value."""
        return any(part.kind == "source" for part in self.evidence)

    def at(self, start: int, end: int) -> "Located":
        return replace(self, start=start, end=end)


def settle(found: Iterable[Located]) -> list[Located]:
    """Those to report, none overlapping another, in order of start."""
    everything = list(found)
    values = _settled(located for located in everything if not located.is_fragment)
    if len(values) == len(everything):
        return values
    fragments = _settled(located for located in everything if located.is_fragment)
    pieces = [piece for fragment in fragments for piece in _beside(fragment, values)]
    return sorted([*values, *pieces], key=lambda located: located.start)


def _settled(found: Iterable[Located]) -> list[Located]:
    kept: list[Located] = []
    starts: list[int] = []
    for located in sorted(_whole(found), key=_precedence):
        after = bisect_right(starts, located.start)
        first = after - 1 if after and kept[after - 1].end > located.start else after
        last = bisect_left(starts, located.end)
        if first == last:
            kept.insert(after, located)
            starts.insert(after, located.start)
        elif last - first == 1 and located.is_name and kept[first].entity == located.entity:
            kept[first] = _seconded(kept[first], located)
            starts[first] = kept[first].start
    return kept


def _seconded(kept: Located, name: Located) -> Located:
    """What was found, with what else speaks for it; as much of it as the longer of both shows: names have parts."""
    parts = tuple(part._replace(weight=0.0) for part in name.evidence if part not in kept.evidence)
    seconded = replace(kept, evidence=(*kept.evidence, *parts))
    if name.start <= kept.start and kept.end <= name.end:
        return replace(seconded, start=name.start, end=name.end, value=name.value)
    return seconded


def _beside(fragment: Located, values: list[Located]) -> Iterator[Located]:
    """What is left of a fragment beside the values in it: a key in own source code is still a key."""
    start = fragment.start
    inside = [value for value in values if value.start < fragment.end and fragment.start < value.end]
    for low, high in [*((value.start, value.end) for value in inside), (fragment.end, fragment.end)]:
        if low - start > LEAST_PIECE_CHARS or (not inside and low > start):
            yield fragment.at(start, low)
        start = max(start, high)


def _whole(found: Iterable[Located]) -> Iterator[Located]:
    """All but the numbers that are part of a longer proven one: a card number inside an IBAN is no card."""
    proven = (0, -1)
    for located in sorted(found, key=lambda one: (one.start, -one.end)):
        span = (located.start, located.end)
        is_part = located.end <= proven[1] and span != proven
        if not is_part or located.category in (Category.SECRET, Category.CUSTOM):
            yield located
        if located.verified and located.end > proven[1]:
            proven = span


def _precedence(located: Located) -> tuple[bool, bool, int, bool, float, int, int, int, str]:
    return (
        located.is_name,  # a model's guess, where a rule knows what the value stands under
        located.rule == GENERIC_ID,
        _RANK[located.category],
        located.verified is not True,
        -located.score,
        located.start - located.end,  # the longer one
        len(located.path),  # in the plainest view
        located.start,
        located.rule,
    )

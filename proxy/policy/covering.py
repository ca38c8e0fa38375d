"""Whether one condition holds wherever another does, told from what they say alone. Pure.

Says yes only where that is certain: what it can't tell is no. With the kinds of finding that rules give, rule, entity
and category are compared by these; without, each by its own words.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import or_
from typing import Any, Final, Self

from detectors import Severity
from proxy.policy.condition import Condition
from proxy.policy.matching import begin_of, end_of
from proxy.policy.vocabulary import KindOf

KIND_KEYS: Final = ("rule", "entity", "category")


class Kinds:
    """Every kind of finding that there is, numbered: sets of them are the bits of a number."""

    def __init__(self, kinds: Iterable[KindOf] = ()) -> None:
        self._with: dict[tuple[str, str], int] = {}
        self.all = 0
        for number, (rule, entity, category) in enumerate(kinds):
            for key in (("rule", rule), ("entity", entity), ("category", category)):
                self._with[key] = self._with.get(key, 0) | 1 << number
            self.all |= 1 << number

    def of(self, condition: Condition) -> int:
        """Those that a condition lets through."""
        left = self.all
        for key in KIND_KEYS:
            wanted = getattr(condition, key)
            if wanted is not None:
                left &= functools.reduce(or_, (self._with.get((key, name), 0) for name in wanted))
        return left

    def categories(self, kinds: int) -> frozenset[str]:
        return frozenset(name for (key, name), found in self._with.items() if key == "category" and found & kinds)


NO_KINDS: Final = Kinds()
"""Where it is not known what there is: rules, entities and categories are then compared as names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition asks: its keys, and of all kinds of finding those that it lets through."""

    given: Mapping[str, Any]
    kinds: int

    @classmethod
    def of(cls, condition: Condition, kinds: Kinds = NO_KINDS) -> Self:
        compared = condition.given
        if kinds.all:
            compared = {key: value for key, value in compared.items() if key not in KIND_KEYS}
        return cls(compared, kinds.of(condition))

    def covers(self, narrow: "Asked") -> bool:
        """Whether this holds wherever `narrow` does."""
        if narrow.kinds & ~self.kinds:
            return False
        given = narrow.given
        return all(key in given and _holds_for(key, value, given[key]) for key, value in self.given.items())


@dataclass(frozen=True, slots=True)
class Sought:
    """When a clause matches: `when` and not `unless`."""

    when: Asked
    unless: Asked | None = None

    def covers(self, narrow: "Sought") -> bool:
        """Whether the clause matches whatever `narrow` does."""
        if not self.when.covers(narrow.when):
            return False
        return self.unless is None or (narrow.unless is not None and narrow.unless.covers(self.unless))


def _holds_for(key: str, wide: Any, narrow: Any) -> bool:
    compare = _COVERS.get(key)
    return _is_within(wide, narrow) if compare is None else compare(wide, narrow)


def _is_within(wide: tuple[Any, ...], narrow: tuple[Any, ...]) -> bool:
    return set(narrow) <= set(wide)


def _is_within_each(wide: Mapping[str, tuple[str, ...]], narrow: Mapping[str, tuple[str, ...]]) -> bool:
    return all(name in narrow and _is_within(values, narrow[name]) for name, values in wide.items())


def _is_equal(wide: object, narrow: object) -> bool:
    return wide == narrow


def _is_less(wide: float, narrow: float) -> bool:
    return wide <= narrow


def _is_less_severe(wide: str, narrow: str) -> bool:
    return Severity[wide.upper()] <= Severity[narrow.upper()]


def _are_subnets(wide: tuple[Any, ...], narrow: tuple[Any, ...]) -> bool:
    return all(any(one.version == net.version and one.subnet_of(net) for net in wide) for one in narrow)


def _are_some_versions(wide: Mapping[str, str], narrow: Mapping[str, str]) -> bool:
    return all(wide.get(tool) == versions for tool, versions in narrow.items())


def _are_some_minutes(wide: tuple[Any, ...], narrow: tuple[Any, ...]) -> bool:
    every = frozenset[int]().union(*(hours.minutes for hours in wide))
    return all(hours.minutes <= every for hours in narrow)


def _is_zoned(moment: object) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None


def _begins_earlier(wide: date, narrow: date) -> bool:
    """Compared only where both have a zone or neither does: else the policy's zone decides."""
    return _is_zoned(wide) is _is_zoned(narrow) and begin_of(wide, UTC) <= begin_of(narrow, UTC)


def _ends_later(wide: date, narrow: date) -> bool:
    return _is_zoned(wide) is _is_zoned(narrow) and end_of(wide, UTC) >= end_of(narrow, UTC)


_COVERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "severity_at_least": _is_less_severe,
    "score_at_least": _is_less,
    "count_at_least": _is_less,
    "retention_days_over": _is_less,
    "verified": _is_equal,
    "tool_approved": _is_equal,
    "agreement": _is_within_each,
    "code": _is_within_each,
    "network": _are_subnets,
    "client_version": _are_some_versions,
    "hours": _are_some_minutes,
    "from": _begins_earlier,
    "until": _ends_later,
}
"""How the values of a key are compared where it isn't a list of which any will do."""

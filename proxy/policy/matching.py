"""Conditions made ready to be asked quickly: what they say of a finding, and what they say of its request. Pure.

Most keys ask the same: is any of these among the request's? Such a set of the request's is a facet, worked out once for
each request; a clause is looked up by one of its facets, so that those of other users or vendors cost nothing.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Self

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from detectors import Severity
from proxy.policy.condition import DATA_KEYS, DAYS, Condition
from proxy.policy.context import Context
from proxy.policy.glob import anywhere, globs_pattern
from proxy.policy.ruling import Found

Facet = tuple[str, str]
"""A key and, where it has several, which of its sets: ("group", ""), ("code", "pci"), ("agreement", "baa")."""

_NEVER: Final = frozenset[str]()
_MEMORY: Final = 4096


@dataclass(frozen=True, slots=True)
class Moment:
    """A request's circumstances, and their time in the policy's zone."""

    context: Context
    local: datetime


Test = Callable[[Moment], bool]


@dataclass(frozen=True, slots=True)
class DataTest:
    """What a condition says of a finding, but for how many of them there are."""

    categories: frozenset[str] | None
    entities: frozenset[str] | None
    rules: frozenset[str] | None
    severity: int
    score: float
    verified: bool | None

    @classmethod
    def of(cls, condition: Condition) -> Self:
        level = condition.severity_at_least
        return cls(
            _set(condition.category),
            _set(condition.entity),
            _set(condition.rule),
            Severity[level.upper()].value if level else 0,
            condition.score_at_least or 0.0,
            condition.verified,
        )

    def fits(self, rule: str, entity: str, category: str) -> bool:
        return (
            (self.rules is None or rule in self.rules)
            and (self.entities is None or entity in self.entities)
            and (self.categories is None or category in self.categories)
        )

    def is_grave(self, finding: Found) -> bool:
        """Whether a finding that fits is as severe, sure and verified as wanted."""
        return (
            finding.severity >= self.severity
            and finding.score >= self.score
            and (self.verified is None or finding.verified is self.verified)
        )

    def holds(self, finding: Found) -> bool:
        return self.fits(finding.rule, finding.entity, finding.category) and self.is_grave(finding)

    @property
    def names(self) -> frozenset[str]:
        """Of which a finding must have one, as its rule, its entity or its category; empty when any finding will do."""
        given = (wanted for wanted in (self.rules, self.entities, self.categories) if wanted is not None)
        return next(given, frozenset())

    @property
    def asks_how_grave(self) -> bool:
        return self.severity > 0 or self.score > 0 or self.verified is not None


@dataclass(frozen=True, slots=True)
class ContextTest:
    """What a condition says of a request: any of each set among the request's facet, and all of `others`."""

    facets: tuple[tuple[Facet, frozenset[str]], ...]
    others: tuple[Test, ...]

    @classmethod
    def of(cls, condition: Condition, zone: tzinfo) -> Self:
        return cls(tuple(_facets(condition).items()), tuple(_others(condition, zone)))

    def holds(self, moment: Moment, values: Mapping[Facet, frozenset[str]]) -> bool:
        for facet, wanted in self.facets:
            if wanted.isdisjoint(values[facet]):
                return False
        for test in self.others:  # noqa: SIM110 - asked for each clause, and a generator takes twice as long
            if not test(moment):
                return False
        return True

    @property
    def is_empty(self) -> bool:
        return not self.facets and not self.others


def asks_about_data(condition: Condition) -> bool:
    return not DATA_KEYS.isdisjoint(condition.given)


def facet_values(facet: Facet, moment: Moment) -> frozenset[str]:
    """The request's set that `facet` names."""
    key, name = facet
    return _FACETS[key](moment, name)


def _set(values: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _one(value: str | None) -> frozenset[str]:
    return _NEVER if value is None else frozenset({value})


def _truth(value: bool | None, unknown: str | None) -> frozenset[str]:
    return _one(unknown) if value is None else frozenset({"true" if value else "false"})


_FACETS: Final[Mapping[str, Callable[[Moment, str], frozenset[str]]]] = {
    # The first of these that a clause has is the one that it is looked up by.
    "user": lambda moment, _: _one(moment.context.who.user),
    "group": lambda moment, _: moment.context.who.groups,
    "role": lambda moment, _: moment.context.who.roles,
    "vendor": lambda moment, _: _one(moment.context.destination.vendor),
    "code": lambda moment, scheme: moment.context.code.classes_of(scheme),
    "client": lambda moment, _: _one(moment.context.who.client),
    "training": lambda moment, _: moment.context.who.training,
    "agreement": lambda moment, name: _one(moment.context.destination.agreements.get(name, "none")),
    "approval": lambda moment, _: _one(moment.context.destination.approval),
    "trains": lambda moment, _: _truth(moment.context.destination.trains, "unknown"),
    "tool_approved": lambda moment, _: _truth(moment.context.destination.tool_approved, None),
    "days": lambda moment, _: _one(DAYS[moment.local.weekday()]),
}


def _facets(condition: Condition) -> dict[Facet, frozenset[str]]:
    """In the order of `_FACETS`."""
    found: dict[Facet, frozenset[str]] = {}
    for key in _FACETS:
        value = getattr(condition, key)
        if isinstance(value, bool):
            found[key, ""] = _truth(value, None)
        elif isinstance(value, Mapping):
            found |= {(key, name): frozenset(wanted) for name, wanted in value.items()}
        elif value is not None:
            found[key, ""] = frozenset(value)
    return found


def _others(condition: Condition, zone: tzinfo) -> list[Test]:
    made = [
        condition.region and _within(frozenset(condition.region)),
        condition.region_outside and _outside(frozenset(condition.region_outside)),
        condition.retention_days_over is not None and _kept_over(condition.retention_days_over),
        condition.repository and _repository(condition.repository),
        condition.path and _path(condition.path),
        condition.without_training and _untrained(frozenset(condition.without_training)),
        condition.network and _network(condition),
        condition.client_version and _version(condition.client_version),
        condition.hours and _hours(frozenset[int]().union(*(hours.minutes for hours in condition.hours))),
        condition.from_ is not None and _from(begin_of(condition.from_, zone)),
        condition.until is not None and _until(end_of(condition.until, zone)),
    ]
    return [test for test in made if callable(test)]


def begin_of(moment: date, zone: tzinfo) -> datetime:
    """When a date, or a date with a time, begins in `zone`."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min, zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def end_of(moment: date, zone: tzinfo) -> datetime:
    """The first moment after a date, or a date with a time, in `zone`."""
    if isinstance(moment, datetime) or moment == date.max:
        return begin_of(moment, zone)
    return begin_of(moment + timedelta(days=1), zone)


def _within(listed: frozenset[str]) -> Test:
    return lambda moment: bool(moment.context.destination.regions) and moment.context.destination.regions <= listed


def _outside(listed: frozenset[str]) -> Test:
    within = _within(listed)
    return lambda moment: not within(moment)


def _kept_over(days: int) -> Test:
    def is_kept(moment: Moment) -> bool:
        kept = moment.context.destination.retention_days
        return kept is None or kept > days

    return is_kept


def _repository(globs: tuple[str, ...]) -> Test:
    pattern = globs_pattern(globs, ignore_case=True)
    return lambda moment: _any_fits(pattern, moment.context.code.repositories)


def _path(globs: tuple[str, ...]) -> Test:
    pattern = globs_pattern(map(anywhere, globs), ignore_case=True)
    return lambda moment: _any_fits(pattern, moment.context.code.paths)


def _any_fits(pattern: re.Pattern[str], names: Iterable[str]) -> bool:
    for name in names:  # noqa: SIM110 - as above
        if pattern.fullmatch(name):
            return True
    return False


def _untrained(listed: frozenset[str]) -> Test:
    return lambda moment: not listed <= moment.context.who.training


def _network(condition: Condition) -> Test:
    networks = condition.network or ()

    def is_in(moment: Moment) -> bool:
        address = _address(moment.context.who.address)
        return address is not None and any(address in network for network in networks)

    return is_in


def _version(wanted: Mapping[str, str]) -> Test:
    def is_one(moment: Moment) -> bool:
        versions = wanted.get(moment.context.who.client)
        return versions is not None and _is_version(versions, moment.context.who.client_version)

    return is_one


def _hours(minutes: frozenset[int]) -> Test:
    return lambda moment: moment.local.hour * 60 + moment.local.minute in minutes


def _from(begin: datetime) -> Test:
    return lambda moment: moment.context.now >= begin


def _until(end: datetime) -> Test:
    return lambda moment: moment.context.now < end


@functools.lru_cache(_MEMORY)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


@functools.lru_cache(_MEMORY)
def _is_version(wanted: str, version: str) -> bool:
    try:
        return SpecifierSet(wanted).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False

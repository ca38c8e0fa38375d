"""What stands beside the rules at one moment: which waivers there are for a finding, or for a request as such. Pure.

Each waiver is filed under the one of its keys that the fewest others share, so that a decision looks at few of them,
however many there are. Ends are compared with the moment of the request: nothing has to be reloaded for one to end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from proxy.policy.action import Action
from proxy.policy.context import Context
from proxy.policy.ruling import Found
from proxy.waiver.scope import Scope
from proxy.waiver.value import Sample, ValuePatterns

NO_VALUES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception or allowed value in force, until a moment. `patterns`: it is only for values that match one."""

    id: str
    scope: Scope
    until: datetime
    patterns: tuple[str, ...] = ()

    def holds(self, context: Context) -> bool:
        return context.now < self.until and self.scope.covers(context)


_Numbered = tuple[int, Waiver]
_DATA: Final = ("fingerprint", "rule", "entity", "category")


class _File:
    """Waivers by one key and value each; those without a key that can be looked up stand under no key."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self._order = list(enumerate(waivers))
        shared = Counter(pair for _, one in self._order for pair in _pairs(one.scope))
        self._drawers: dict[str, dict[str, list[_Numbered]]] = {}
        self._rest: list[_Numbered] = []
        for entry in self._order:
            keys = list(entry[1].scope.handles())
            if not keys:
                self._rest.append(entry)
                continue
            key, values = min(keys, key=lambda item: max(shared[item[0], value] for value in item[1]))
            for value in values:
                self._drawers.setdefault(key, {}).setdefault(value, []).append(entry)
        self._by_data = [(key, self._drawers[key]) for key in _DATA if key in self._drawers]
        self._last: tuple[Context, list[_Numbered]] | None = None

    def __getstate__(self) -> list[Waiver]:
        return [one for _, one in self._order]

    def __setstate__(self, waivers: list[Waiver]) -> None:
        _File.__init__(self, waivers)

    def first(self, finding: Found | None, context: Context, values: frozenset[str] = NO_VALUES) -> Waiver | None:
        """The first waiver, in the order in which they were given, that holds for the finding."""
        last = self._last
        around = last[1] if last is not None and last[0] is context else self._around(context)
        best, found = len(self._order), None
        for number, waiver in around:
            if _fits(waiver, finding, values):
                best, found = number, waiver
                break
        if finding is not None:
            for key, drawer in self._by_data:
                for number, waiver in drawer.get(getattr(finding, key), ()):
                    if number < best and waiver.holds(context) and _fits(waiver, finding, values):
                        best, found = number, waiver
        return found

    def _around(self, context: Context) -> list[_Numbered]:
        """Those filed by the circumstances, or by nothing, that hold in them, in order.

        One request's findings are asked about one after the other: what holds is worked out once for all of them.
        """
        drawers, who = self._drawers, context.who
        near = dict(self._rest)
        for key, names in (
            ("user", (who.user or "",)),
            ("vendor", (context.destination.vendor,)),
            ("group", who.groups),
            ("repository", {name[:end] for name in context.code.repositories for end in range(len(name) + 1)}),
        ):
            drawer = drawers.get(key)
            if drawer is not None:
                for name in names:
                    near.update(drawer.get(name, ()))
        around = sorted((entry for entry in near.items() if entry[1].holds(context)), key=_number)
        self._last = context, around
        return around


def _number(entry: _Numbered) -> int:
    return entry[0]


def _fits(waiver: Waiver, finding: Found | None, values: frozenset[str]) -> bool:
    if waiver.patterns and waiver.id not in values:
        return False
    return finding is None or waiver.scope.names(finding)


def _pairs(scope: Scope) -> Iterator[tuple[str, str]]:
    for key, values in scope.handles():
        for value in values:
            yield key, value


class StandingWaivers:
    """All waivers in force, as judging asks for them. `digest` is over all that they say; `asks_about_code` whether any
    wants to know which code a request is about.

    An exception without a data key (rule, entity, category, fingerprint) is for requests as such, and lets no finding
    through; one with a data key is for findings alone.
    """

    def __init__(self, allowed: Sequence[Waiver] = (), excepted: Sequence[Waiver] = (), digest: str = "") -> None:
        self.digest = digest
        self._allowed = _File(allowed)
        self._for_findings = _File(one for one in excepted if one.scope.is_about_data)
        self._for_requests = _File(one for one in excepted if not one.scope.is_about_data)
        self.asks_about_code = any(one.scope.repository or one.scope.path for one in (*allowed, *excepted))
        self._patterns = ValuePatterns((rule, one.id, one.patterns) for one in allowed for rule in one.scope.rule)

    def allowed(self, finding: Found, context: Context, values: frozenset[str] = NO_VALUES) -> str | None:
        """The id of the entry that makes this no finding. `values` are ids of entries whose value this is."""
        waiver = self._allowed.first(finding, context, values)
        return waiver.id if waiver else None

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        """The exception for a finding, or with None for the request as such, and what is done instead."""
        waiver = (self._for_requests if finding is None else self._for_findings).first(finding, context)
        return (waiver.id, Action.LOG) if waiver else None

    def knowing(self, samples: Iterable[Sample], key: bytes) -> "StandingWaivers | KnowingWaivers":
        """The same for one request whose findings stand in these texts: entries that ask for the value can answer."""
        if not self._patterns:
            return self
        return KnowingWaivers(self, self._patterns.proven(samples, key))


@dataclass(frozen=True, slots=True)
class KnowingWaivers:
    """Standing waivers for the findings of one request, whose values have been compared."""

    standing: StandingWaivers
    proven: Mapping[tuple[str, str], frozenset[str]] = field(repr=False)

    def allowed(self, finding: Found, context: Context) -> str | None:
        values = self.proven.get((finding.rule, finding.fingerprint), NO_VALUES)
        return self.standing.allowed(finding, context, values)

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        return self.standing.excepted(finding, context)


NOTHING_STANDING: Final = StandingWaivers()

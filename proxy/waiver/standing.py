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


class _File:
    """Waivers by one key and value each; those without a key that can be looked up stand under no key."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        order = list(enumerate(waivers))
        shared = Counter(pair for _, one in order for pair in _pairs(one.scope))
        self._drawers: dict[tuple[str, str], list[tuple[int, Waiver]]] = {}
        self._rest: list[tuple[int, Waiver]] = []
        for entry in order:
            keys = list(entry[1].scope.handles())
            if not keys:
                self._rest.append(entry)
                continue
            key, values = min(keys, key=lambda item: max(shared[item[0], value] for value in item[1]))
            for value in values:
                self._drawers.setdefault((key, value), []).append(entry)
        self._keys = frozenset(key for key, _ in self._drawers)

    def first(self, finding: Found | None, context: Context, values: frozenset[str] = NO_VALUES) -> Waiver | None:
        """The first waiver, in the order in which they were given, that holds for the finding."""
        best: tuple[int, Waiver] | None = None
        for entry in self._near(finding, context):
            number, waiver = entry
            if best is not None and number >= best[0]:
                continue
            if waiver.patterns and waiver.id not in values:
                continue
            if (finding is None or waiver.scope.names(finding)) and waiver.holds(context):
                best = entry
        return best[1] if best is not None else None

    def _near(self, finding: Found | None, context: Context) -> Iterator[tuple[int, Waiver]]:
        keys, drawers = self._keys, self._drawers
        yield from self._rest
        if not keys:
            return
        names: list[tuple[str, str]] = []
        if finding is not None:
            names += [("fingerprint", finding.fingerprint), ("rule", finding.rule), ("entity", finding.entity)]
            names.append(("category", str(finding.category)))
        names += [("user", context.who.user or ""), ("vendor", context.destination.vendor)]
        if "group" in keys:
            names += [("group", group) for group in context.who.groups]
        if "repository" in keys:
            names += [("repository", name) for name in context.code.repositories]
        for name in names:
            yield from drawers.get(name, ())


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

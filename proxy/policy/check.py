"""What is wrong with a policy beyond its form: names of nothing, clauses that contradict, never match or never hold.

Told when a policy is read, never when a request is judged. Sure of what it says: what may be right is let be.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from proxy.policy.condition import DATA_KEYS, Condition
from proxy.policy.context import UNKNOWN
from proxy.policy.covering import KIND_KEYS, Asked, Kinds, Sought
from proxy.policy.explain import named
from proxy.policy.joining import STAGES, Layer
from proxy.policy.language import Policy
from proxy.policy.matching import begin_of, end_of
from proxy.policy.problem import Problem, one_of
from proxy.policy.source import Location
from proxy.policy.vocabulary import Vocabulary

ANY_VENDOR: Final = "other"
"""The vendor of hosts that no vendor has."""
_BEFORE_FINDINGS: Final = "asks about findings, which `requests` come before: move the clause to `findings` or `limits`"


def mistakes(layer: Layer, known: Vocabulary) -> list[Problem]:
    """Every mistake in one file."""
    kinds = Kinds(known.kinds())
    found: list[Problem] = []
    for stage in STAGES:
        clauses = [_Placed(at, clause, _sought(clause, kinds)) for at, clause in layer.stage(stage)]
        for clause in clauses:
            found += _of_clause(layer, clause, known, kinds)
        found += _of_order(layer, clauses, is_ordered=stage != "limits")
    return found


def expired(policy: Policy, now: datetime) -> list[str]:
    """Clauses whose `until` has passed: no mistakes, but they do nothing any more. `file:line: what` for each."""
    return [
        f"{policy.origins[clause.id].file}:{policy.origins[clause.id].line}: clause {clause.id}: "
        f"ended with {clause.when.until}: it matches nothing any more"
        for clause in policy.clauses
        if clause.when.until is not None and end_of(clause.when.until, policy.zone) <= now
    ]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A clause, where it stands and when it matches."""

    at: Location
    clause: Any
    sought: Sought


def _sought(clause: Any, kinds: Kinds) -> Sought:
    return Sought(Asked.of(clause.when, kinds), Asked.of(clause.unless, kinds) if clause.unless else None)


def _of_clause(layer: Layer, placed: _Placed, known: Vocabulary, kinds: Kinds) -> Iterator[Problem]:
    at, clause, sought = placed.at, placed.clause, placed.sought
    unknown = False
    for word, condition in (("when", clause.when), ("unless", clause.unless)):
        for key in sorted(DATA_KEYS & condition.given.keys()) if condition and at[0] == "requests" else ():
            yield _problem(layer, (*at, word, key), _BEFORE_FINDINGS)
        for path, what in _unknown_names(condition, known) if condition else ():
            unknown = True
            yield _problem(layer, (*at, word, *path), what)
    if clause.unless is not None and clause.unless.count_at_least is not None:
        yield _problem(layer, (*at, "unless", "count_at_least"), "expected in `when`: `unless` is about one finding")
    if unknown:
        return
    for key, what in _impossible(clause.when, sought.when, has_kinds=known.rules is not None):
        yield _problem(layer, (*at, "when", *key), f"{what}: this can never hold")
    if sought.unless is not None and sought.unless.covers(sought.when):
        yield _problem(layer, (*at, "unless"), "holds whenever `when` does: the clause can never match")
    if (
        at[0] != "limits"
        and clause.action == "mask"
        and _is_about_secrets(clause.when, kinds.categories(sought.when.kinds))
    ):
        yield _problem(layer, (*at, "action"), "expected redact or block: of secrets nothing may be shown, found mask")


def _of_order(layer: Layer, clauses: Sequence[_Placed], *, is_ordered: bool) -> Iterator[Problem]:
    """Clauses that another of the same stage leaves nothing to do."""
    for number, second in enumerate(clauses):
        for first in clauses[:number]:
            what = _overshadowed(first, second, f"in line {layer.source.line(first.at)}", is_ordered=is_ordered)
            if what:
                yield _problem(layer, second.at, what)
                break


def _overshadowed(first: _Placed, second: _Placed, where: str, *, is_ordered: bool) -> str:
    finds_nothing = not second.sought.when.kinds and first.sought.when.kinds  # told already
    if finds_nothing or not first.sought.covers(second.sought):
        return ""
    who = f"clause {first.clause.id} {where}"
    if second.sought.covers(first.sought):
        if first.clause.action == second.clause.action:
            return f"repeats {who}: leave one of them out"
        return f"contradicts {who}, which asks the same and says {first.clause.action}: leave one of them out"
    return f"never reached: {who} matches all that it does; put this one before it" if is_ordered else ""


def _unknown_names(condition: Condition, known: Vocabulary) -> Iterator[tuple[Location, str]]:
    """Each name of something that there isn't, with its place below the condition."""
    there: dict[str, Collection[str] | None] = {
        "rule": known.rules,
        "entity": known.entities,
        "vendor": None if known.vendors is None else {*known.vendors, ANY_VENDOR},
        "user": known.users,
        "group": known.groups,
        "role": known.roles,
        "training": known.training,
        "without_training": known.training,
        "client": known.clients,
    }
    for key, names in there.items():
        for index, name in enumerate(getattr(condition, key) or ()):
            if names is not None and name not in names:
                yield (key, index), one_of(names, name)
    for tool in condition.client_version or {}:
        if known.clients is not None and tool not in known.clients:
            yield ("client_version", tool), one_of(known.clients, tool)
    if known.classes is not None:
        yield from _unknown_classes(condition, known.classes)


def _unknown_classes(condition: Condition, classes: Any) -> Iterator[tuple[Location, str]]:
    for scheme, wanted in (condition.code or {}).items():
        if scheme not in classes:
            yield ("code", scheme), one_of(classes, scheme)
            continue
        for index, name in enumerate(wanted):
            if name not in {*classes[scheme], UNKNOWN}:
                yield ("code", scheme, index), one_of({*classes[scheme], UNKNOWN}, name)


def _impossible(condition: Condition, asked: Asked, *, has_kinds: bool) -> Iterator[tuple[Location, str]]:
    """Keys that can't hold together, with the place of the one to look at."""
    if has_kinds and not asked.kinds:
        key = next(key for key in KIND_KEYS if getattr(condition, key) is not None)
        yield (key,), f"expected what some rule finds, found none that gives {_kind_words(condition)} together"
    begin, end = condition.from_, condition.until
    if begin is not None and end is not None and begin_of(begin, UTC) >= end_of(end, UTC):
        yield ("until",), f"expected a date after {begin}, found {end}"
    if condition.region and condition.region_outside and set(condition.region) <= set(condition.region_outside):
        yield ("region_outside",), "expected a region that `region` has and this has not"
    if condition.training and condition.training == condition.without_training and len(condition.training) == 1:
        yield ("without_training",), "expected another training than `training`"
    if condition.client and condition.client_version and not set(condition.client) & set(condition.client_version):
        yield ("client_version",), f"expected versions of {' or '.join(condition.client)}"


def _kind_words(condition: Condition) -> str:
    given = [(key, getattr(condition, key)) for key in KIND_KEYS]
    return " and ".join(f"{key} {' or '.join(values)}" for key, values in given if values is not None)


def _is_about_secrets(condition: Condition, categories: Collection[str]) -> bool:
    return condition.category == ("secret",) or set(categories) == {"secret"}


def _problem(layer: Layer, at: Location, what: str) -> Problem:
    return layer.source.problem(at, f"{named(layer.source, at)}: {what}")

"""The matchers of a rule set, and who of them is asked about what: fields, needed context, columns."""

from collections.abc import Iterable
from pathlib import Path

from detectors.assignment.generic import Generic
from detectors.finding import Severity
from detectors.matcher import GENERIC_ID, Matcher
from detectors.plan import load_plans, store_plans
from detectors.ruleset import RuleError, RuleSet

LEAST_COLUMN_CHARS = 3
"""Shorter context words head too many things to be looked for as columns."""


def make_matchers(ruleset: RuleSet, cache_dir: Path | None) -> tuple[Matcher, ...]:
    """A matcher for each rule. Raises RuleError for those that can't be run."""
    matchers: list[Matcher] = []
    problems: list[str] = []
    plans = load_plans(cache_dir, ruleset.digest) if cache_dir is not None else {}
    for rule in ruleset.rules:
        make = Generic if rule.id == GENERIC_ID else Matcher
        try:
            matchers.append(make(rule, plans.get(rule.id)))
        except ValueError as err:
            problems.append(f"{ruleset.origins.get(rule.id, '?:1')}: rule {rule.id}: {err}")
    if problems:
        raise RuleError(problems)
    if cache_dir is not None and not plans:
        store_plans(cache_dir, ruleset.digest, {matcher.rule.id: matcher.plan for matcher in matchers})
    return tuple(matchers)


def by_entry(matchers: Iterable[tuple[Matcher, Iterable[str]]]) -> dict[str, list[Matcher]]:
    """Rules by the names and positions whose values they look at."""
    known: dict[str, list[Matcher]] = {}
    for matcher, entries in matchers:
        for entry in entries:
            known.setdefault(entry, []).append(matcher)
    return known


def entries(matchers: Iterable[Matcher]) -> frozenset[str]:
    """What readers should look for: the fields of field rules."""
    return frozenset(entry for matcher in matchers for entry in matcher.rule.fields)


def columns(matchers: Iterable[Matcher]) -> frozenset[str]:
    """Context that rules can't do without. It stands beside a value and is seen there; only a column's is far off.

    Not that of rules of low severity, whose words (`from`, `client`) are everywhere.
    """
    return frozenset(
        word
        for matcher in matchers
        if matcher.rule.context_required and matcher.rule.level > Severity.LOW
        for word in matcher.rule.context
        if len(word) >= LEAST_COLUMN_CHARS
    )

"""What the book tells of a rule: itself, invented examples, and what policies do with a finding of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from detectors import Category, RuleSet, Severity
from detectors.rule import Rule
from detectors.template import expand
from proxy.policy import Context, Policy
from proxy.policy.ruling import Ruling

SHOWN_EXAMPLES = 3

_NAMES_PLACE = "names.model"
"""What finds names is no file of rules but a key of the configuration."""

TITLES = {
    Category.SECRET: "Secrets",
    Category.PCI: "Payment cards and bank accounts",
    Category.PII: "Personal data",
    Category.PHI: "Health data",
    Category.CUSTOM: "Your own",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule's. `examples` are made up from its templates; `rulings` go by the policy's name.

    `place` is the rule's file, seen from its rule base; `is_own` tells the operator's rules from the shipped ones.
    """

    rule: Rule
    place: str
    is_own: bool
    examples: Sequence[str]
    rulings: Mapping[str, Ruling]


@dataclass(frozen=True, slots=True)
class _Sample:
    """A finding as the rule would give it, once, in a request to a vendor of which nothing is known."""

    rule: str
    category: str
    entity: str
    severity: Severity
    score: float
    verified: bool | None
    fingerprint: str = ""


def entries(ruleset: RuleSet, shipped: Path, policies: Mapping[str, Policy], names: Iterable[Rule] = ()) -> list[Entry]:
    """One for each rule and for each kind of `names`, by category and id."""
    made = [_entry(rule, ruleset.origins.get(rule.id, ""), shipped, policies) for rule in ruleset.rules]
    made += [_entry(kind, _NAMES_PLACE, shipped, policies) for kind in names]
    order = list(TITLES)
    return sorted(made, key=lambda entry: (order.index(entry.rule.category), entry.rule.id))


def by_category(every: Sequence[Entry]) -> list[tuple[Category, list[Entry]]]:
    """The sorted entries, category by category."""
    return [(category, list(some)) for category, some in groupby(every, key=lambda entry: entry.rule.category)]


def facts(rule: Rule) -> list[tuple[str, str]]:
    """What stands in the rule beside its pattern, as titles and text."""
    told = [
        ("Keywords", ", ".join(rule.keywords)),
        ("Fields", ", ".join(rule.fields)),
        ("Context", ", ".join(rule.context) + (" (required)" if rule.context_required else "")),
        ("Not after", ", ".join(rule.unless)),
        ("Checks", ", ".join(rule.checks) + (" (must hold)" if rule.gate else "")),
        ("Recognizer", rule.recognizer or ""),
    ]
    return [(title, text) for title, text in told if text.strip() and text not in (" (required)", " (must hold)")]


def _entry(rule: Rule, origin: str, shipped: Path, policies: Mapping[str, Policy]) -> Entry:
    file = Path(origin.rpartition(":")[0])
    is_own = origin != _NAMES_PLACE and not file.is_relative_to(shipped)
    sample = _Sample(
        rule.id,
        rule.category.value,
        rule.entity,
        rule.level,
        min(1.0, rule.score + (rule.context_boost if rule.context_required else 0)),
        True if rule.checks else None,
    )
    return Entry(
        rule,
        origin if origin == _NAMES_PLACE else file.name if is_own else file.relative_to(shipped).as_posix(),
        is_own,
        [expand(template, rule.id, index) for index, template in enumerate(rule.examples[:SHOWN_EXAMPLES])],
        {name: policy.judge([sample], Context())[0] for name, policy in policies.items()},
    )

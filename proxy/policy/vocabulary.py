"""What there is that a policy may name: rules, vendors, classes of code, groups. For checks and tests of policies."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from detectors import Category, Severity
from detectors.health import NEVER_HEALTH
from detectors.ruleset import Findable

OTHERS_ENTITIES: Final = frozenset({"DATE_TIME", "NRP"})
"""Presidio's types that no rule of ours gives, but an operator's own recognizers may."""

KindOf = tuple[str, str, str]
"""The rule, entity and category of a finding."""


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a rule's findings are like. Near medicine those of `pii` are `phi`."""

    category: str
    entity: str
    severity: Severity
    score: float

    @property
    def categories(self) -> tuple[str, ...]:
        is_health = self.category == Category.PII and self.entity not in NEVER_HEALTH
        return (self.category, Category.PHI.value) if is_health else (self.category,)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """None where it is not known what there is: then any name will do."""

    rules: Mapping[str, RuleFacts] | None = None
    vendors: Collection[str] | None = None
    classes: Mapping[str, Collection[str]] | None = None
    users: Collection[str] | None = None
    groups: Collection[str] | None = None
    roles: Collection[str] | None = None
    training: Collection[str] | None = None
    clients: Collection[str] | None = None

    @property
    def entities(self) -> frozenset[str] | None:
        if self.rules is None:
            return None
        return frozenset(facts.entity for facts in self.rules.values()) | OTHERS_ENTITIES

    def of_packs(self) -> Self:
        """What packs may name: they speak of users and of classes of code that an operator may or may not have."""
        return replace(self, classes=None, users=None, groups=None, roles=None, training=None)

    def kinds(self) -> Iterator[KindOf]:
        """Every kind of finding that the known rules can give; none where no rules are known."""
        if self.rules is None:
            return
        for entity in OTHERS_ENTITIES:
            yield "", entity, Category.PII.value
            yield "", entity, Category.PHI.value
        for rule, facts in self.rules.items():
            for category in facts.categories:
                yield rule, facts.entity, category


ANY_NAME: Final = Vocabulary()


def rule_facts(rules: Iterable[Findable]) -> dict[str, RuleFacts]:
    """What all that gives findings under an id of its own finds."""
    return {rule.id: RuleFacts(rule.category.value, rule.entity, rule.level, rule.score) for rule in rules}

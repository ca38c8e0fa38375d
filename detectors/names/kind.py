"""As what names are told: an id in the place of a rule's, for each entity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from detectors.finding import Category, Severity
from detectors.names.named import SCORE, Entity


@dataclass(frozen=True, slots=True)
class NameKind:
    """What a policy, an exception or a list of rules says of names of one entity, named as a rule is."""

    id: str
    entity: Entity
    description: str
    category: Category = Category.PII
    level: Severity = Severity.LOW
    score: float = SCORE


KINDS: Final[Mapping[Entity, NameKind]] = {
    kind.entity: kind
    for kind in (
        NameKind("name-person", "PERSON", "Name of a person in prose: a chat, a comment, a log."),
        NameKind("name-location", "LOCATION", "Name of a country, a region, a town or a street in prose."),
        NameKind("name-organization", "ORGANIZATION", "Name of a company or an institution in prose."),
        NameKind(
            "name-public-person",
            "PUBLIC_PERSON",
            "Name that its bearer's work was published with (authors in git trailers, licences and packages), or of a "
            "known figure: nobody learns anything from it.",
        ),
    )
}

NAME_RULES: Final = frozenset(kind.id for kind in KINDS.values())

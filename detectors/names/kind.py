"""As what names are told: a rule without a matcher for each entity, so that policies and lists can name it."""

from collections.abc import Mapping
from typing import Any, Final

from detectors.finding import Category
from detectors.names.named import SCORE, Entity
from detectors.rule import Rule


def _kind(entity: Entity, **told: Any) -> Rule:
    name = f"name-{entity.lower().replace('_', '-')}"
    return Rule(id=name, entity=entity, category=Category.PII, severity="low", score=SCORE, **told)


_KINDS: Final = (
    _kind(
        "PERSON",
        description="Name of a person in prose. With anything else about the person it identifies them.",
        examples=(
            "could you ask Maria Roe about the failing job?",
            "# TODO(lars): talk to Lars Roe before the release",
        ),
        counterexamples=("the job failed on Jenkins again", "val roe = mariaService.find(id)"),
    ),
    _kind(
        "LOCATION",
        description="Name of a country, a region, a town or a street in prose. Near medicine it may be a patient's.",
        examples=("our office in Rotterdam moves in May", "she was treated in Lyon"),
        counterexamples=("a port in use", "Europe/Berlin is a zone of tzdata"),
    ),
    _kind(
        "ORGANIZATION",
        description="Name of a company or an institution in prose. Names nobody.",
        examples=("the contract with Contoso Ltd ends", "she works at the University of Utrecht"),
        counterexamples=("the apache2 service", "class Organization(Base):"),
    ),
    _kind(
        "PUBLIC_PERSON",
        description="Name published with its bearer's work (authors in git trailers, licences and packages), or of a "
        "well-known figure. Nobody learns anything from it.",
        examples=("Copyright (c) 2014 Maria Roe", "as Donald Knuth said"),
        counterexamples=("Copyright (c) the authors", "the Turing test"),
    ),
)

KINDS: Final[Mapping[str, Rule]] = {kind.entity: kind for kind in _KINDS}
"""By entity."""

NAME_RULES: Final = frozenset(kind.id for kind in _KINDS)

"""What a rule base says of names, laid over what a model found."""

import pytest

from detectors.lexiconfile import NameLexicon
from detectors.names.named import Entity, Named
from detectors.names.sifted import sifted

NAMES = NameLexicon(public_figures=frozenset({"Ada Lovelace"}), not_names=frozenset({"Jenkins", "Travis CI"}))


@pytest.mark.parametrize(
    ("value", "entity", "told"),
    [
        ("Ada Lovelace", "PERSON", "PUBLIC_PERSON"),
        ("ADA\nLovelace's", "PERSON", "PUBLIC_PERSON"),
        ("Ada", "PERSON", "PERSON"),
        ("Ada Lovelace", "LOCATION", "LOCATION"),
        ("Jenkins", "PERSON", None),
        ("Travis  CI", "LOCATION", None),
        ("Sarah Jenkins", "PERSON", "PERSON"),
        ("Jenkins", "ORGANIZATION", "ORGANIZATION"),
    ],
)
def test_by_the_whole_name_in_any_case(value: str, entity: Entity, told: str | None) -> None:
    found = list(sifted([Named(4, 4 + len(value), entity)], f"ask {value} now", NAMES))
    assert [one.entity for one in found] == ([told] if told else [])

"""Health context: what is medicine, and how far it reaches."""

from dataclasses import replace

import pytest

from detectors import Category, Engine
from detectors.lexiconfile import HealthLexicon
from tests.compiled import rules_folder
from tests.detectors.rulebase import KEY, make_rule, make_ruleset

HEALTH = HealthLexicon(words=("myocardial infarction", "metformin"), codes=(r"ICD-10:[A-Z][0-9]{2}",))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("tok-abcdefgh takes Metformin", Category.PHI),
        ("myocardial_infarction_of tok-abcdefgh", Category.PHI),
        ("tok-abcdefgh ICD-10:E11", Category.PHI),
        ("tok-abcdefgh" + " " * 2000 + "metformin", Category.PII),
        ("tok-abcdefgh and premetforminal", Category.PII),
    ],
)
def test_health_nearby_makes_phi(text: str, category: Category) -> None:
    rules = replace(make_ruleset(make_rule(category="pii")), health=HEALTH)
    (finding,) = Engine(rules, KEY, cache_dir=rules_folder()).scan(text).findings
    assert finding.category is category


def test_health_alone_is_nothing() -> None:
    rules = replace(make_ruleset(make_rule()), health=HEALTH)
    assert Engine(rules, KEY, cache_dir=rules_folder()).scan("metformin for myocardial infarction").findings == ()

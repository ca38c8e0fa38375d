"""The page on health data names rules that exist, and every clinical rule stands on it."""

from pathlib import Path

import regex

from detectors.ruleset import load_rules
from tests.compiled import rules_folder

ROOT = Path(__file__).parents[2]
NAMED = regex.compile(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`")


def test_rules_named_on_the_page_exist() -> None:
    rows = [line for line in (ROOT / "docs/phi.md").read_text().splitlines() if regex.match(r"\| [0-9]+ \|", line)]
    known = {rule.id for rule in load_rules([ROOT / "rules"], cache_dir=rules_folder()).findable}
    assert len(rows) == 18
    assert {name for line in rows for name in NAMED.findall(line)} <= known


def test_every_clinical_rule_is_on_the_page() -> None:
    page = (ROOT / "docs/phi.md").read_text()
    rules = load_rules([ROOT / "rules/phi/clinical-message.yaml", ROOT / "rules/phi/patient.yaml"]).rules
    assert [rule.id for rule in rules if f"`{rule.id}`" not in page] == []

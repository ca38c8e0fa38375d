"""Names in the engine: what is told of them, beside what rules find, near medicine, and when there is no time."""

import pytest

from detectors import Category, Finding, Scan, Severity
from detectors.names.named import Allowance, unlimited
from tests.detectors.names.known import Clock, SlowFinder
from tests.detectors.rulebase import covered, make_engine, make_rule

TOKEN = "tok-" + "qwertyui"
FIELD_RULE = make_rule(
    id="person-name",
    category="pii",
    entity="PERSON",
    severity="low",
    score=0.7,
    pattern=None,
    fields=("full name", "first name"),
)


def scan(text: str, field: str = "", **options: object) -> Scan:
    return make_engine(make_rule(), FIELD_RULE, names=SlowFinder()).scan(text, field, **options)  # type: ignore[arg-type]


def told(text: str, field: str = "") -> list[tuple[str, str]]:
    return [(finding.rule, covered(text, finding)) for finding in scan(text, field).findings]


def test_a_name_is_told_with_its_rule_and_why() -> None:
    (finding,) = scan("ask Ada Lovelace").findings
    assert (finding.rule, finding.category, finding.entity) == ("name-person", Category.PII, "PERSON")
    assert (finding.start, finding.end, finding.severity, finding.score) == (4, 16, Severity.LOW, 0.8)
    assert [(part.kind, part.detail) for part in finding.evidence] == [("model", "test")]
    assert len(finding.fingerprint) == 32


def test_what_it_loads_late_is_loaded_when_the_engine_warms_up() -> None:
    finder = SlowFinder()
    make_engine(make_rule(), names=finder).warm()
    assert any("Jane Roe" in text for text in finder.shown)


def test_each_entity_has_a_rule() -> None:
    text = "Ada Lovelace of Contoso in London met Tim Tape"
    assert [rule for rule, _ in told(text)] == [
        "name-person",
        "name-organization",
        "name-location",
        "name-public-person",
    ]


def test_without_guessing_no_name_is_looked_for() -> None:
    finder = SlowFinder()
    engine = make_engine(make_rule(), names=finder)
    assert engine.scan("Ada Lovelace", generic=False) == Scan(())
    assert finder.shown == []


def test_a_rule_and_a_name_are_one_finding_that_tells_both_reasons() -> None:
    (finding,) = scan("Ada Lovelace", "full name").findings
    assert finding.rule == "person-name"
    assert [part.kind for part in finding.evidence if part.weight == 0.0] == ["model"]
    assert finding.score == 0.7


def test_of_a_part_that_a_rule_finds_the_whole_name_is_told() -> None:
    text = "patient Ada Lovelace came"
    rule = make_rule(category="pii", entity="PERSON", pattern=r"Ada\b", examples=("Ada is here", "ask Ada"), score=0.9)
    (finding,) = make_engine(rule, names=SlowFinder()).scan(text).findings
    assert (finding.rule, covered(text, finding), finding.score) == ("test-token", "Ada Lovelace", 0.9)


def test_what_a_rule_knows_is_not_called_a_name() -> None:
    rule = make_rule(pattern=r"key: [A-Za-z ]{12}", examples=("key: abcdefghijkl", "key: Abc Defghijk"), score=0.5)
    engine = make_engine(rule, names=SlowFinder())
    (finding,) = engine.scan("key: Ada Lovelace").findings
    assert finding.rule == "test-token"


def test_placeholders_hold_no_names() -> None:
    class Eager(SlowFinder):
        def find(self, text: str, allowance: Allowance) -> list[object]:  # type: ignore[override]
            from detectors.names.named import Named

            return [Named(0, len(text), "PERSON")]

    assert make_engine(make_rule(), names=Eager()).scan("[PERSON:0a1b2c]").findings == ()


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Ada Lovelace", Category.PHI),
        ("London", Category.PHI),
        ("Contoso", Category.PII),
        ("Tim Tape", Category.PII),
    ],
)
def test_near_medicine_persons_and_places_are_health_data(name: str, category: Category) -> None:
    from detectors.health import promoted

    (finding,) = scan(f"the report says {name}").findings
    assert isinstance(finding, Finding)
    assert [one.category for one in promoted((finding,), [(0, 3)])] == [category]


def test_unread_names_make_a_scan_incomplete_for_names_alone() -> None:
    clock = Clock()
    engine = make_engine(make_rule(), names=SlowFinder(clock))
    allowance = Allowance(1, clock)
    first = engine.scan(f"{TOKEN} Ada Lovelace\nBob Beispiel", allowance=allowance)
    assert [finding.rule for finding in first.findings] == ["test-token", "name-person"]
    assert (first.incomplete, first.names_unread) == (None, True)
    second = engine.scan("nothing here", allowance=allowance)
    assert (second.findings, second.names_unread) == ((), True)
    assert allowance.unread
    assert allowance.used == 1


def test_what_was_read_whole_is_complete_though_another_text_was_not() -> None:
    clock = Clock()
    engine = make_engine(make_rule(), names=SlowFinder(clock))
    allowance = Allowance(5, clock)
    allowance.unread = True
    assert not engine.scan("Ada Lovelace", allowance=allowance).names_unread
    assert allowance.unread
    assert not engine.scan("Ada Lovelace").names_unread
    assert not engine.scan("Ada Lovelace", allowance=unlimited()).names_unread

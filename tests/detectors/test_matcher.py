"""A rule's own judgement: context, exclusions, and the evidence it gives."""

import pytest

from tests.detectors.rulebase import found, make_engine, make_rule


def test_context_may_stand_behind_a_value() -> None:
    rule = make_rule(context=("acme",), context_required=True, context_after_chars=10)
    assert found(make_engine(rule), "tok-abcdefgh (Acme)") == [("test-token", "tok-abcdefgh")]
    assert found(make_engine(rule), "tok-abcdefgh and much more, Acme") == []


def test_unless_rules_a_value_out() -> None:
    engine = make_engine(make_rule(unless=("order id",)))
    assert found(engine, "order_id: tok-abcdefgh") == []
    assert found(engine, "reorder identity tok-abcdefgh") == [("test-token", "tok-abcdefgh")]


def test_evidence_adds_up_to_the_score() -> None:
    rule = make_rule(score=0.6, keywords=("tok-",), context=("acme",), context_boost=0.2)
    (finding,) = make_engine(rule).scan("acme tok-abcdefgh").findings
    assert [part.kind for part in finding.evidence] == ["pattern", "keyword", "context"]
    assert sum(part.weight for part in finding.evidence) == pytest.approx(finding.score) == pytest.approx(0.8)


def test_context_can_be_what_the_first_pass_looks_for() -> None:
    rule = make_rule(
        pattern="(?<![0-9])[0-9]{9}(?![0-9])", context=("acme id", "识别码"), context_required=True, near_chars=40
    )
    engine = make_engine(rule)
    for label in ("acme id: ", "ACME_ID=", '"acmeId": "', "acme-id is ", "我的识别码是", "theAcmeId "):
        assert found(engine, f"{label}123456789") == [("test-token", "123456789")], label
    for label in ("macme id: ", "acme idea ", "acme id" + " " * 60):
        assert found(engine, f"{label}123456789") == [], label

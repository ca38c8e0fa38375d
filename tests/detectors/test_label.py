"""Labelled values: found by place, judged by field rules, context for all others."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from detectors.label import Labelled, Labels
from tests.detectors.rulebase import found, make_engine, make_rule

FIELD_RULE: dict[str, Any] = {"id": "test-field", "pattern": None, "fields": ("secret word",), "entity": "WORD"}


class OneLabel:
    """A reader that labels what stands between `<` and `>`."""

    gates = (rb"<[a-z]",)

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        for _, at in hits:
            yield Labelled(at - 1, text.index(">", at), "secret word", "test")


@pytest.fixture
def labelling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "detectors.engine.readers", lambda entries, columns: (OneLabel(),) if entries or columns else ()
    )


@pytest.mark.usefixtures("labelling")
def test_a_field_rule_reports_what_stands_under_its_name() -> None:
    engine = make_engine(make_rule(**FIELD_RULE))
    assert found(engine, "a < b <xyz> c") == [("test-field", "xyz")]


@pytest.mark.usefixtures("labelling")
def test_a_field_rules_pattern_picks_from_the_value() -> None:
    engine = make_engine(make_rule(**(FIELD_RULE | {"pattern": "[0-9]{3}"})))
    assert found(engine, "<a 123 b 456> 789") == [("test-field", "123"), ("test-field", "456")]


@pytest.mark.usefixtures("labelling")
def test_a_label_is_context() -> None:
    rule = make_rule(context=("secret word",), context_required=True)
    assert found(make_engine(rule), "<tok-abcdefgh> tok-hgfedcba") == [("test-token", "tok-abcdefgh")]


@pytest.mark.usefixtures("labelling")
def test_a_labelled_value_maps_back_through_views() -> None:
    engine = make_engine(make_rule(**FIELD_RULE))
    assert found(engine, "it says \\u003cxyz>") == [("test-field", "xyz")]


@pytest.mark.parametrize(
    ("start", "end", "names"),
    [(0, 1, []), (4, 5, ["wide"]), (12, 13, ["wide", "inner"]), (19, 40, ["wide", "next"]), (30, 31, [])],
)
def test_labels_are_found_by_place(start: int, end: int, names: list[str]) -> None:
    spans = {"wide": (3, 20), "inner": (10, 14), "next": (20, 25)}
    labels = Labels(Labelled(*span, name, "test") for name, span in spans.items())
    assert [one.entry for one in labels.meeting(start, end)] == names


@pytest.mark.usefixtures("labelling")
def test_a_rule_that_needs_context_looks_under_its_label_however_far_the_word_stands() -> None:
    rule = make_rule(pattern="[0-9]{9}", context=("secret word",), context_required=True, near_chars=20)
    assert found(make_engine(rule), "x " * 500 + "<abc 123456789>") == [("test-token", "123456789")]

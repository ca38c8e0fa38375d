"""Overlaps: one finding per value, under the rule that knows it best."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Severity
from detectors.evidence import Evidence
from detectors.overlap import Located, settle


def located(rule: str = "r", start: int = 0, end: int = 9, **changes: object) -> Located:
    fields: dict[str, object] = {
        "category": Category.SECRET,
        "entity": "X",
        "severity": Severity.HIGH,
        "score": 0.8,
        "verified": None,
        "path": (),
        "value": "v",
    }
    return Located(rule=rule, start=start, end=end, **(fields | changes))  # type: ignore[arg-type]


BEST_FIRST = [
    ("specific before generic", located(score=0.5), located("generic-assignment", score=1.0)),
    ("an operator's own before all", located(category=Category.CUSTOM, score=0.5), located(verified=True)),
    ("secrets before contact data", located(score=0.5), located(category=Category.PII, score=1.0)),
    ("cards before contact data", located(category=Category.PCI, score=0.5), located(category=Category.PII)),
    ("proven before likely", located(verified=True, score=0.6), located(score=0.9)),
    ("likely before less likely", located(score=0.9), located(score=0.8)),
    ("longer before shorter", located(end=9), located(start=2)),
    ("plain sight before a view", located(path=()), located(path=("escape",))),
    ("by name when all is equal", located("a"), located("b")),
    ("a password before a name in it", located("generic-assignment", score=0.5), located("name-person", score=1.0)),
    (
        "a person by a field before a known figure",
        located(category=Category.PII, entity="PERSON", score=0.5),
        located("name-public-person", category=Category.PII, entity="PUBLIC_PERSON", score=1.0),
    ),
]


def person(rule: str, start: int, end: int, *evidence: Evidence) -> Located:
    changes = {"category": Category.PII, "entity": "PERSON", "value": f"{start}-{end}", "evidence": evidence}
    return located(rule, start, end, **changes)


FIELD, MODEL = Evidence("field", "name", 0.7), Evidence("model", "en", 0.9)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ((0, 9), (0, 9)),  # the same
        ((0, 14), (0, 14)),  # a family name behind it
        ((0, 4), (0, 9)),  # a part of it
        ((4, 14), (0, 9)),  # from its middle on
    ],
)
def test_a_name_that_a_finder_sees_too_is_one_finding_with_both_reasons(
    found: tuple[int, int], told: tuple[int, int]
) -> None:
    rule, name = person("person-name", 0, 9, FIELD), person("name-person", *found, MODEL)
    for order in ([rule, name], [name, rule]):
        (one,) = settle(order)
        assert (one.rule, one.start, one.end, one.value) == ("person-name", *told, f"{told[0]}-{told[1]}")
        assert one.evidence == (FIELD, MODEL._replace(weight=0.0))


def test_a_name_across_two_findings_joins_none() -> None:
    first, second = person("person-name", 0, 4, FIELD), person("person-name", 5, 9, FIELD)
    assert settle([person("name-person", 0, 9, MODEL), first, second]) == [first, second]


@pytest.mark.parametrize(("what", "best", "other"), BEST_FIRST)
def test_the_best_is_told(what: str, best: Located, other: Located) -> None:
    assert settle([best, other]) == settle([other, best]) == [best], what


IBAN = located("iban", 10, 32, category=Category.PII, verified=True)


@pytest.mark.parametrize(("start", "end"), [(10, 26), (14, 30), (16, 32)])
def test_a_number_inside_a_longer_proven_one_is_part_of_it(start: int, end: int) -> None:
    card = located("card", start, end, category=Category.PCI, verified=True, score=1.0)
    assert settle([card, IBAN]) == [IBAN]
    assert settle([card, located("iban", 10, 32, category=Category.PII)]) == [card]


def test_a_secret_inside_a_proven_number_is_told() -> None:
    secret = located("key", 14, 30)
    assert settle([secret, IBAN]) == [secret]


def test_neighbours_are_both_told() -> None:
    assert [item.start for item in settle([located(start=9, end=12), located()])] == [0, 9]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.floats(0, 1)), max_size=20))
def test_what_is_told_is_apart_and_what_is_not_told_overlaps_it(items: list[tuple[int, int, float]]) -> None:
    given_ = [located(start=start, end=start + length, score=score) for start, length, score in items]
    kept = settle(given_)
    assert kept == sorted(kept, key=lambda item: item.start)
    assert all(a.end <= b.start for a, b in pairwise(kept))
    for item in given_:
        assert any(item.start < other.end and other.start < item.end for other in kept)

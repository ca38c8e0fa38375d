"""Marks on findings, and what they tell of a rule."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.auditrecord import encode, line
from proxy.auditsearch import records
from proxy.mark import detail_of, marks_of, stats, wilson
from tests.proxy.cli.commands import Desk, desk
from tests.proxy.cli.test_allow import BLOCKED, LOGGED, write
from tests.proxy.test_audit import decision
from tests.timing import assert_within


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("proxy.cli.actor._login", lambda: "ada")
    made = desk(tmp_path)
    write(
        made,
        decision("tl-a", decision="block", findings=(BLOCKED, LOGGED)),
        decision("tl-b", decision="block", findings=(BLOCKED,)),
        decision("tl-c", decision="block", findings=(BLOCKED,), repeat_of="tl-b"),
    )
    return made


def rows(office: Desk, *arguments: str) -> dict[str, dict[str, Any]]:
    return {row["rule"]: row for row in json.loads(office.do("rules", "stats", "--json", *arguments))}


def test_marks_feed_the_rules_figures(office: Desk) -> None:
    assert office.do("mark", "tl-a", "true") == "2 findings of tl-a marked true\n"
    assert office.do("mark", "tl-b", "false", "--note", "a sample") == "1 finding of tl-b marked false\n"
    ssn, visa = (rows(office)[rule] for rule in ("us-ssn", "visa"))
    assert (ssn["hits"], ssn["values"], ssn["actions"], ssn["last"][:10]) == (2, 1, {"block": 2}, "2026-09-21")
    assert (ssn["marked_true"], ssn["marked_false"], ssn["precision"]) == (1, 1, 0.5)
    assert (visa["marked_true"], visa["precision_interval"]) == (1, [0.2065, 1.0])
    assert "50% (9% to 91%) of 2" in office.do("rules", "stats")
    (first, second) = records(office.state / "audit", "change")
    assert (first["actor"], first["kind"], first["subject"]) == ("ada", "mark", "tl-a")
    assert second["summary"] == "a sample"


def test_the_last_mark_holds(office: Desk) -> None:
    office.do("mark", "tl-a", "true")
    office.do("mark", "tl-a", "false", "--finding", "2")
    assert [rows(office)[rule]["marked_true"] for rule in ("us-ssn", "visa")] == [1, 0]


def test_what_is_not_marked_says_so(office: Desk) -> None:
    assert "not marked" in office.do("rules", "stats")
    assert rows(office)["visa"]["precision"] is None
    assert rows(office, "--since", "2026-10-01") == {}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [(("tl-x", "true"), "expected a request tl-x"), (("tl-a", "true", "--finding", "0"), "expected 1 to 2, found 0")],
)
def test_what_cannot_be_marked(arguments: tuple[str, ...], what: str, office: Desk) -> None:
    assert what in office.refused("mark", *arguments)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
def test_a_later_mark_replaces_an_earlier_one(said: list[tuple[int, bool]]) -> None:
    record = {"request": "r", "time": "t", "findings": [asdict(BLOCKED)] * 4}
    changes = [{"kind": "mark", "subject": "r", "detail": detail_of(record, [index], right)} for index, right in said]
    (one,) = stats([record], marks_of(changes)).values()
    last = dict(said)
    assert (one.right, one.wrong) == (sum(last.values()), len(last) - sum(last.values()))


@given(st.integers(0, 300).flatmap(lambda marked: st.tuples(st.integers(0, marked), st.just(marked))))
def test_an_interval_holds_its_share_and_narrows(counts: tuple[int, int]) -> None:
    right, marked = counts
    low, high = wilson(right, marked)
    share = right / marked if marked else 0.5
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    more = wilson(right * 4, marked * 4)
    assert not marked or more[1] - more[0] < high - low


def test_an_interval_as_the_literature_has_it() -> None:
    """Newcombe, Statistics in Medicine 17, 1998, table I: 81 of 263 and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@pytest.mark.slow
def test_a_hundred_thousand_decisions_take_seconds(office: Desk) -> None:
    findings = tuple(BLOCKED for _ in range(3))
    lines = (line(n, "0" * 64, encode(decision(f"tl-{n}", findings=findings))) for n in range(100_000))
    (office.state / "audit" / "audit-0000000000000500-20260921.jsonl").write_bytes(b"".join(lines))
    told = assert_within(30, lambda: rows(office))
    assert told["us-ssn"]["hits"] == 300_002

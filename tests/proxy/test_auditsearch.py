"""One request's records, found in whatever segment they stand; and what `tightlip explain` makes of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from proxy import audit
from proxy.audit import AuditLog
from proxy.auditrecord import AuditFinding, Change, Decision, Outcome, line
from proxy.auditsearch import find, records
from proxy.cli.app import app
from tests.proxy.test_audit import NOW, decision, outcome

FOUND = AuditFinding(
    "aws-access-key-id",
    "secret",
    "AWS_ACCESS_KEY",
    "/messages/2/content/0/source/data#entry:2/page:3",
    3,
    23,
    "9f" * 16,
    "block",
    "high",
    "attachment",
    "critical-credentials",
)


def blocked(request: str = "tl-a", **changes: Any) -> Decision:
    return decision(request, decision="block", reason="", findings=(FOUND,), user="ada", client="codex", **changes)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def log(state: Path) -> Iterator[AuditLog]:
    log = AuditLog(state / "audit")
    yield log
    log.close()


def write(log: AuditLog, *records: Decision | Outcome) -> None:
    for record in records:
        log.append(record).result(60)


def explain(state: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["explain", "--state-dir", str(state), *arguments])
    return done.exit_code, done.output


def test_a_request_is_found_with_its_end_and_its_repeats(log: AuditLog, state: Path) -> None:
    write(log, decision("tl-x"), blocked(), outcome("tl-a"), blocked("tl-b", repeat_of="tl-a"))
    recorded = find(state / "audit", "tl-a")
    assert recorded is not None
    assert recorded.decision["findings"][0]["clause"] == "critical-credentials"
    assert recorded.outcome is not None
    assert recorded.outcome["status"] == 200
    assert recorded.repeats == ("tl-b",)


def test_records_are_found_across_segments(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "SEGMENT_BYTES", 1)
    log = AuditLog(state / "audit")
    try:
        write(log, blocked(), decision("tl-x"), blocked("tl-b", repeat_of="tl-a"), outcome("tl-a"))
        write(log, blocked("tl-c", repeat_of="tl-a"))
        assert len(list((state / "audit").glob("*.jsonl"))) > 3
        recorded = find(state / "audit", "tl-a")
    finally:
        log.close()
    assert recorded is not None
    assert recorded.outcome is not None
    assert recorded.repeats == ("tl-b", "tl-c")


@pytest.mark.parametrize("reference", ["tl-nobody", "tl-", "a", "", '"', "prompt", "9f" * 16, "../audit", "x" * 65])
def test_an_unknown_reference_is_said_to_be(log: AuditLog, state: Path, reference: str) -> None:
    write(log, blocked(), outcome("tl-a"))
    assert find(state / "audit", reference) is None
    code, said = explain(state, "--", reference)
    assert code == 1
    assert "is on record in" in said


def test_without_a_log_nothing_is_on_record(state: Path) -> None:
    assert explain(state, "tl-a")[0] == 1
    assert not state.exists()


def test_torn_and_damaged_lines_are_passed_over(log: AuditLog, state: Path) -> None:
    write(log, blocked())
    (segment,) = (state / "audit").glob("*.jsonl")
    with segment.open("ab") as file:
        file.write(b'not JSON "tl-a"\n["tl-a"]\n{"type":"decision","request":"tl-a","decis')
    assert find(state / "audit", "tl-a") is not None


def test_it_tells_who_what_where_and_by_which_clause(log: AuditLog, state: Path) -> None:
    write(log, blocked(model="gpt-5"), outcome("tl-a"), blocked("tl-b", repeat_of="tl-a"))
    code, said = explain(state, "tl-a")
    assert code == 0
    for part in (
        "tl-a  blocked  2026-09-21 14:13:20 UTC",
        "ada, with codex",
        "openai: POST api.openai.com/v1/chat/completions, model gpt-5, 10 bytes",
        "balanced",
        "status 200",
        "AWS access key in message 3, attachment, file 2, page 3: blocked by clause critical-credentials",
        "rule aws-access-key-id, severity high; characters 4 to 23 of /messages/2/content/0/source/data#entry:2/page:3",
        "repeats  tl-b",
    ):
        assert part in said, part
    assert "of tl-a: the same findings" in explain(state, "tl-b")[1]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reason": "bad_json"}, "bad_json: its JSON is broken"),
        ({"reason": "of_tomorrow"}, "of_tomorrow: it could not be checked"),
        ({"user": None, "client": None}, "no user name, with an unknown client"),
        ({"findings": (FOUND,) * 1003}, "and 3 findings more"),
        ({"clause": "no-openai", "waiver": "ex-1"}, "policy   balanced, clause no-openai, let pass by ex-1"),
        ({"findings": (replace(FOUND, action="log", waiver="ex-1"),)}, "clause critical-credentials, let pass by ex-1"),
        ({"findings": (replace(FOUND, action="allow", clause="allow:a", waiver="a"),)}, "let pass by clause allow:a\n"),
        (
            {"context": {"groups": ["dev"], "roles": ["lead"], "training": ["pci"], "address": "10.1.2.3"}},
            "sender   groups dev; roles lead; training pci; from 10.1.2.3",
        ),
        (
            {
                "context": {
                    "approval": "restricted",
                    "agreements": {"baa": "signed", "dpa": "none"},
                    "regions": ["eu", "us"],
                    "retention_days": 30,
                    "trains": False,
                    "tool_approved": True,
                }
            },
            "restricted; baa signed; dpa none; regions eu, us; keeps it 30 days; does not train on it; client approved",
        ),
        (
            {"context": {"classes": {"pci": ["cde"]}, "repositories": ["github.com/acme/ledger"]}},
            "code     pci cde; repository github.com/acme/ledger",
        ),
    ],
)
def test_what_else_a_record_may_say(log: AuditLog, state: Path, changes: dict[str, Any], expected: str) -> None:
    write(log, decision("tl-a", decision="block", **changes))
    code, said = explain(state, "tl-a")
    assert code == 0
    assert expected in said
    assert "not yet on record" in said


def test_it_tells_what_was_marked(log: AuditLog, state: Path) -> None:
    write(log, blocked(), blocked("tl-b"))
    detail = {"right": False, "findings": [{"finding": 1, "rule": FOUND.rule}]}
    log.append(Change(time=NOW, actor="bob", kind="mark", subject="tl-a", detail=detail)).result(60)
    assert "1. AWS access key" in explain(state, "tl-a")[1]
    assert "critical-credentials; marked false" in explain(state, "tl-a")[1]
    assert "marked" not in explain(state, "tl-b")[1]
    assert json.loads(explain(state, "tl-a", "--json")[1])["decision"]["findings"][0]["marked"] is False


def test_as_json_it_is_the_record_and_the_place_in_words(log: AuditLog, state: Path) -> None:
    write(log, blocked(), outcome("tl-a"))
    code, said = explain(state, "tl-a", "--json")
    told = json.loads(said)
    assert code == 0
    assert set(told) == {"decision", "outcome", "repeats"}
    (finding,) = told["decision"]["findings"]
    assert finding["where"] == "message 3, attachment, file 2, page 3"


def test_old_records_are_still_told(state: Path) -> None:
    """As written before findings had a severity, a label and a clause."""
    finding = {"rule": "r", "category": "pii", "entity": "EMAIL_ADDRESS", "pointer": "/messages/0/content"}
    finding |= {"start": 0, "end": 4, "fingerprint": "ab", "action": "redact"}
    members = {"type": "decision", "request": "tl-a", "time": "2026-01-02T03:04:05.678+00:00", "decision": "redact"}
    members |= {"vendor": "openai", "format": "openai.chat", "method": "POST", "host": "h", "path": "/p"}
    members |= {"request_bytes": 1, "policy": "balanced", "findings": [finding]}
    (state / "audit").mkdir(parents=True)
    file = state / "audit" / "audit-0000000000000001-20260102.jsonl"
    file.write_bytes(line(1, "0" * 64, json.dumps(members)[1:-1]))
    code, said = explain(state, "tl-a")
    assert code == 0
    assert "e-mail address in message 1: cut out\n" in said


def test_all_decisions_come_oldest_first(log: AuditLog, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "SEGMENT_BYTES", 1)  # a segment for each
    moments = [1_790_000_000.0 + 86_400 * day for day in range(4)]
    for number, moment in enumerate(moments):
        write(log, decision(f"tl-{number}", time=moment), outcome(f"tl-{number}"))
    folder = state / "audit"

    def found(**bounds: Any) -> list[str]:
        return [one["request"] for one in records(folder, "decision", **bounds)]

    read: list[int] = []
    assert found(on_bytes=read.append) == [f"tl-{number}" for number in range(4)]
    assert sum(read) == sum(segment.stat().st_size for segment in folder.glob("*.jsonl"))
    second, last = (list(records(folder, "decision"))[at]["time"] for at in (1, 3))
    assert found(since=second, until=last) == found(since=second[:10], until=last[:10]) == ["tl-1", "tl-2"]

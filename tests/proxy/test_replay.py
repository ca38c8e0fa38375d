"""Recorded decisions judged again: by the same policy they come out the same, by another as live traffic would."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from detectors.rule import Rule
from proxy.audit import AuditLog
from proxy.auditrecord import encode
from proxy.cli.app import app
from proxy.cli.replay import captured_requests, moment
from proxy.configfile import ConfigError
from proxy.front import decision_record
from proxy.policy import Policy
from proxy.replay import Judge, replay
from proxy.verdict import Request
from tests.compiled import share_rules
from tests.proxy.inspecting import (
    AWS_KEY,
    EMAIL,
    PACKS,
    Desk,
    catalogue,
    charter_of,
    chat,
    engine,
    fresh,
    request,
    shared,
)

SSN = "patient John Roe, SSN 536-90-4399, diagnosis E11.9"
CARD = "card number 4539 5787 6362 1486, cvv 731"

REQUESTS = {
    "clean": request(chat("what is the weather like?")),
    "key": request(chat(f"use {AWS_KEY} for it")),
    "mail": request(chat(f"write to {EMAIL}")),
    "health": request(chat(SSN)),
    "card": request(chat(CARD, "well", f"and {EMAIL}")),
    "id": request({"model": "gpt-5", "user": AWS_KEY, "messages": []}),
    "header": request(chat("hello"), headers=[("x-note", AWS_KEY)]),
    "broken": request(b'{"messages": ['),
    "messages": request({"model": "claude", "messages": [{"role": "user", "content": SSN}]}, "messages"),
    "telemetry": request({"events": [{"note": EMAIL}]}, "messages", target="/api/event_logging/batch"),
}


def record_of(asked: Request, policy: str | Policy) -> dict[str, Any]:
    """What the live proxy writes about a request."""
    judge = shared(policy) if isinstance(policy, str) else fresh(policy)
    return record_with(judge.inspect(asked), asked)


def record_with(verdict: Any, asked: Request) -> dict[str, Any]:
    record = json.loads("{" + encode(decision_record(asked, verdict, Desk(None).edition)) + "}")
    assert isinstance(record, dict)
    return record


def judge_of(policy: str | Policy, rules: dict[str, Rule] | None = None) -> Judge:
    return Judge(charter_of(policy).policy, catalogue(), rules=rules)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("asked", REQUESTS)
def test_the_policy_that_decided_decides_the_same_again(asked: str, pack: str) -> None:
    found = replay(record_of(REQUESTS[asked], pack), judge_of(pack))
    assert found.findings == ()
    assert found.before.action == found.after.action
    assert not found.is_changed


@pytest.mark.parametrize(("before", "after"), [("monitor", "strict"), ("strict", "monitor"), ("balanced", "strict")])
@pytest.mark.parametrize("asked", REQUESTS)
def test_another_policy_decides_as_it_would_have_live(asked: str, before: str, after: str) -> None:
    found = replay(record_of(REQUESTS[asked], before), judge_of(after))
    live = shared(after).inspect(REQUESTS[asked])
    assert found.after.action == live.decision.value


def test_the_circumstances_on_record_decide() -> None:
    policy = Policy.model_validate(
        {
            "id": "own",
            "description": "x",
            "findings": [
                {"id": "ours", "when": {"user": ["ann"], "vendor": ["openai"]}, "action": "block"},
                {"id": "rest", "when": {}, "action": "log"},
            ],
        }
    )
    found = replay(record_of(REQUESTS["mail"], "monitor"), judge_of(policy))
    assert (found.after.action, found.after.clause) == ("block", "ours")
    other = replay(record_of(REQUESTS["messages"], "monitor"), judge_of(policy))
    assert other.after.action == "log"


def test_what_was_refused_whatever_policy_says_stays_refused() -> None:
    asked = REQUESTS["key"]
    refused = Desk(None).edition.refuse(asked, "scan_timeout")
    found = replay(record_with(refused, asked), judge_of("monitor"))
    assert found.after.action == "block"
    assert not found.is_changed


def test_other_rules_rename_or_drop_what_was_found() -> None:
    rules = {rule.id: rule for rule in engine().ruleset.rules}
    record = record_of(REQUESTS["key"], "monitor")
    rule = record["findings"][0]["rule"]
    milder = rules | {rule: rules[rule].model_copy(update={"category": "pii", "entity": "EMAIL_ADDRESS"})}
    assert replay(record, judge_of("balanced", rules), judge_of("balanced")).after.action == "redact"
    assert replay(record, judge_of("balanced", milder), judge_of("balanced")).after.action == "log"
    dropped = replay(record, judge_of("strict", {}), judge_of("strict"))
    assert (dropped.before.action, dropped.after.action) == ("block", "allow")
    assert dropped.findings[0].after.action == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", "2026-09-14T08:00:00.000+00:00"),
        ("12h", "2026-09-20T20:00:00.000+00:00"),
        ("2026-09-01", "2026-09-01T00:00:00.000+00:00"),
        ("2026-09-01T10:00+02:00", "2026-09-01T08:00:00.000+00:00"),
    ],
)
def test_times_are_told_in_many_ways(text: str, expected: str) -> None:
    assert moment(text, datetime(2026, 9, 21, 8, tzinfo=UTC)) == expected


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="yesterday: expected a time"):
        moment("yesterday", datetime(2026, 9, 21, tzinfo=UTC))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder with an audit log that holds a decision of `balanced` on each of the requests."""
    log = AuditLog(share_rules(tmp_path) / "audit")
    for name, asked in REQUESTS.items():
        verdict = shared("balanced").inspect(asked)
        log.append(decision_record(with_reference(asked, name), verdict, Desk(None).edition)).result(60)
    log.close()
    yield tmp_path


def with_reference(asked: Request, name: str) -> Request:
    return Request(**{field: getattr(asked, field) for field in Request.__slots__} | {"reference": f"tl-{name}"})


def run(state: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["replay", "--state-dir", str(state), *arguments])
    return done.exit_code, done.stdout


def test_the_command_tells_what_would_change_and_stops_a_pipeline(state: Path) -> None:
    assert run(state, "--policy", "balanced")[0] == 0
    code, text = run(state, "--policy", "strict")
    assert code == 1
    assert "to something stricter" in text
    assert "by clause" in text and "by rule" in text and "by user" in text and "by vendor" in text
    assert "tl-key" in text
    for value in (AWS_KEY, EMAIL, "536-90-4399", "4539 5787"):
        assert value not in text


@pytest.mark.parametrize(
    ("policy", "fail_on", "code"),
    [("strict", "looser", 0), ("strict", "stricter", 1), ("monitor", "looser", 1), ("strict", "never", 0)],
)
def test_what_a_pipeline_stops_at_is_chosen(state: Path, policy: str, fail_on: str, code: int) -> None:
    assert run(state, "--policy", policy, "--fail-on", fail_on)[0] == code


def test_machines_get_json(state: Path) -> None:
    _, text = run(state, "--policy", "strict", "--json")
    told = json.loads(text)
    assert told["requests"] == len(REQUESTS)
    block = told["decisions"]["block"]
    assert block["after"] - block["before"] == block["gained"] - block["lost"] > 0


def test_against_what_was_decided_then(state: Path) -> None:
    config = state / "tightlip.yaml"
    config.write_text("policy: strict\n")
    assert run(state, "--config", str(config))[0] == 0  # the candidate is the active policy
    assert run(state, "--config", str(config), "--recorded")[0] == 1


def test_an_empty_log_is_no_error(tmp_path: Path) -> None:
    code, text = run(share_rules(tmp_path), "--policy", "strict")
    assert code == 0
    assert "0 recorded decisions" in text


def captured(asked: Request) -> str:
    headers = [[name.decode(), value.decode()] for name, value in asked.headers]
    body = base64.b64encode(asked.body).decode()
    url = f"https://{asked.host}{asked.target}"
    return json.dumps({"id": "r", "method": "POST", "url": url, "headers": headers, "body_b64": body, "user": "ann"})


@pytest.mark.slow
def test_captured_requests_are_scanned_anew_by_both(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text("".join(f"{captured(REQUESTS[name])}\n" for name in ("clean", "key", "mail")))
    code, text = run(tmp_path, "--requests", str(file), "--policy", "strict", "--json")
    told = json.loads(text)
    assert code == 1
    assert told["requests"] == 3
    assert told["decisions"]["block"] == {"before": 0, "after": 2, "gained": 2, "lost": 0}


def test_a_line_that_is_no_request_is_named(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text(f"{captured(REQUESTS['clean'])}\n\n" + '{"url": 7}\n')
    with pytest.raises(ConfigError, match=r"requests\.jsonl:3: expected a request"):
        list(captured_requests(file))

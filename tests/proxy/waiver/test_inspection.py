"""Waivers on whole requests: what passes because of one, what is on record of it, and what stays as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from detectors import fingerprint
from proxy.policy import Policy
from proxy.verdict import Verdict
from proxy.waiver.scope import Scope
from proxy.waiver.standing import StandingWaivers, Waiver
from tests.proxy.inspecting import KEY, Judge, chat, fresh, request, sent

MAIL = "erika" + "@" + "muster-firma.de"
OTHER = "max" + "@" + "muster-firma.de"
LASTING = datetime.now(UTC) + timedelta(days=30)
STANZAS: dict[str, Any] = {"id": "test", "description": "a test's", "default": "block"}


def judge(allowed: Waiver | None = None, excepted: Waiver | None = None, **stages: Any) -> Judge:
    made = fresh(Policy.model_validate(STANZAS | stages))
    waivers = StandingWaivers([allowed] if allowed else [], [excepted] if excepted else [])
    return replace(made, charter=replace(made.charter, waivers=waivers))


def inspect(text: str, **waivers: Any) -> Verdict:
    return judge(**waivers).inspect(request(chat(text)))


def waiver(**scope: tuple[str, ...]) -> Waiver:
    return Waiver("w-1", Scope(**scope), LASTING)


def told(verdict: Verdict) -> set[tuple[str, str, str]]:
    return {(one.action, one.clause, one.waiver) for one in verdict.findings}


def test_an_allowed_value_passes_and_is_on_record() -> None:
    verdict = inspect(f"write to {MAIL}", allowed=waiver(fingerprint=(fingerprint(KEY, MAIL),)))
    assert verdict.decision == "allow"
    assert told(verdict) == {("allow", "allow:w-1", "w-1")}


def test_another_value_beside_it_does_not() -> None:
    verdict = inspect(f"write to {MAIL} and {OTHER}", allowed=waiver(fingerprint=(fingerprint(KEY, MAIL),)))
    assert verdict.decision == "block"
    assert told(verdict) == {("allow", "allow:w-1", "w-1"), ("block", "default", "")}


@pytest.mark.parametrize(("pattern", "decision"), [(r"[a-z]+@muster-firma\.de", "allow"), (r"erika", "block")])
def test_a_pattern_must_match_the_whole_value(pattern: str, decision: str) -> None:
    rule = inspect(f"write to {MAIL}").findings[0].rule
    allowed = Waiver("w-1", Scope(rule=(rule,)), LASTING, (pattern,))
    assert inspect(f"write to {MAIL}", allowed=allowed).decision == decision


def test_an_exception_lowers_to_log_and_changes_no_byte() -> None:
    asked = request(chat(f"write to {MAIL}"))
    verdict = judge(excepted=waiver(category=("pii",))).inspect(asked)
    assert verdict.decision == "log"
    assert told(verdict) == {("log", "default", "w-1")}
    assert sent(asked, verdict) == asked.body


def test_a_limit_stays() -> None:
    limits = [{"id": "floor", "when": {"category": "pii"}, "action": "block"}]
    verdict = inspect(f"write to {MAIL}", excepted=waiver(category=("pii",)), limits=limits)
    assert verdict.decision == "block"
    assert {(one.action, one.clause) for one in verdict.findings} == {("block", "floor")}


REQUESTS = [{"id": "no-openai", "when": {"vendor": "openai"}, "action": "block"}]


def test_an_exception_for_requests_lets_the_request_pass_and_no_value() -> None:
    excepted = waiver(vendor=("openai",))
    clean = inspect("hello", excepted=excepted, requests=REQUESTS)
    assert (clean.decision, clean.clause, clean.waiver) == ("log", "no-openai", "w-1")
    assert inspect("hello", requests=REQUESTS).decision == "block"
    assert inspect(f"write to {MAIL}", excepted=excepted, requests=REQUESTS).decision == "block"


def test_an_ended_one_lets_nothing_pass() -> None:
    ended = replace(waiver(category=("pii",)), until=datetime.now(UTC) - timedelta(seconds=1))
    assert inspect(f"write to {MAIL}", excepted=ended).decision == "block"
    assert inspect(f"write to {MAIL}", allowed=replace(ended, scope=Scope(rule=("email-address",)))).decision == "block"


@pytest.mark.parametrize(
    ("shown", "decision"),
    [
        ("origin\tgit@github.com:acme/ledger.git (fetch)", "log"),
        ("origin\tgit@github.com:acme/docs.git (fetch)", "block"),
        ("origin\tgit@github.com:acme/ledger.git (fetch)\norigin\tgit@github.com:acme/docs.git (fetch)", "block"),
        ("no repository", "block"),
    ],
)
def test_an_exception_for_a_repository_is_for_what_shows_no_other(shown: str, decision: str) -> None:
    excepted = waiver(category=("pii",), repository=("github.com/acme/ledger",))
    assert inspect(f"{shown}\nwrite to {MAIL}", excepted=excepted).decision == decision


@pytest.mark.parametrize(("file", "decision"), [("tests/fixtures/a.csv", "allow"), ("src/a.py", "block")])
def test_an_allowed_path_is_that_of_the_file(file: str, decision: str) -> None:
    rule = inspect(f"write to {MAIL}").findings[0].rule
    path = f"/srv/app/{file}"
    system = {"role": "system", "content": "Working directory: /srv/app"}
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": json.dumps({"file_path": path})}}
    turns = [
        {"role": "user", "content": "read it"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": f"write to {MAIL}"},
    ]
    judged = judge(Waiver("w-1", Scope(rule=(rule,), path=("tests/**",)), LASTING))
    assert judged.inspect(request({"model": "gpt-5", "messages": [system, *turns]})).decision == decision

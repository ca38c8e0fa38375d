"""Requests that leave with masks in them: what stands where, and that the next turn finds nothing in it."""

import json
from typing import Any

import pytest

from proxy.policy import Policy
from proxy.verdict import Decision
from tests.proxy.inspecting import AWS_KEY, EMAIL, chat, fresh, request, sent

MASKING = Policy(id="own", description="", default="mask")
PAN = "4111 1111 1111 1111"

PLACES: list[tuple[Any, Any]] = [
    (chat(f"charge {PAN} now"), chat("charge **** **** **** 1111 now")),
    (chat(json.dumps({"pan": 4111111111111111})), chat('{"pan": "************1111"}')),
    (chat("hi", pan=4111111111111111), None),
    (chat(f"charge {PAN} with {AWS_KEY}"), None),
]


@pytest.mark.parametrize(("document", "expected"), PLACES, ids=["text", "json in text", "number", "secret beside"])
def test_what_leaves_is_masked_or_redacted(document: Any, expected: Any) -> None:
    asked = request(document)
    verdict = fresh(MASKING).inspect(asked)
    assert verdict.decision is Decision.REDACT
    if expected is not None:
        assert json.loads(sent(asked, verdict)) == expected
        assert {found.action for found in verdict.findings} == {"mask"}
    else:
        assert "redact" in {found.action for found in verdict.findings}


@pytest.mark.parametrize(("document", "expected"), PLACES, ids=range(len(PLACES)))
def test_what_left_holds_nothing_and_is_the_same_again(document: Any, expected: Any) -> None:
    inspector, asked = fresh(MASKING), request(document)
    body = sent(asked, inspector.inspect(asked))
    assert fresh(MASKING).inspect(request(body)).findings == ()
    assert sent(asked, inspector.inspect(asked)) == body


WARNING = Policy.model_validate(
    {
        "id": "own",
        "description": "",
        "findings": [
            {"id": "mail", "when": {"entity": ["EMAIL_ADDRESS"]}, "action": "warn", "message": "Mind the law."},
            {"id": "keys", "when": {"category": ["secret"]}, "action": "redact"},
        ],
        "default": "log",
    }
)
TOOLS = [{"type": "function", "function": {"name": "f"}}]
CLAUDE = [("user-agent", "claude-cli/2.1.0 (external, cli)")]

WARNED: list[tuple[str, dict[str, Any], Any, bool]] = [
    ("chat", chat(f"write to {EMAIL}"), (), True),
    ("chat", chat(f"write to {EMAIL}", response_format={"type": "json_object"}), (), False),
    ("messages", chat(f"write to {EMAIL}"), CLAUDE, False),
    ("messages", chat(f"write to {EMAIL}", tools=TOOLS), CLAUDE, True),
    ("responses", {"input": f"write to {EMAIL}"}, (), True),
    ("gemini", {"contents": [{"role": "user", "parts": [{"text": f"write to {EMAIL}"}]}]}, (), True),
    ("unknown", {"text": f"write to {EMAIL}"}, (), False),
]


@pytest.mark.parametrize(("api", "document", "headers", "is_told"), WARNED, ids=range(len(WARNED)))
def test_a_warning_lets_pass_and_is_told_where_its_user_reads(
    api: str, document: Any, headers: Any, is_told: bool
) -> None:
    verdict = fresh(WARNING).inspect(request(document, api, headers))
    assert (verdict.decision, verdict.warned, verdict.body) == (Decision.WARN, ("mail",), None)
    assert bool(verdict.notice) is is_told
    if is_told:
        assert "e-mail address" in verdict.notice
        assert "Mind the law." in verdict.notice
        assert EMAIL not in verdict.notice


def test_a_warning_beside_what_is_cut_out_is_told_as_well() -> None:
    verdict = fresh(WARNING).inspect(request(chat(f"write to {EMAIL} about {AWS_KEY}")))
    assert (verdict.decision, verdict.warned) == (Decision.REDACT, ("mail",))
    assert verdict.notice


def test_a_notice_that_comes_back_is_cut_and_nothing_else_of_what_came() -> None:
    inspector = fresh(WARNING)
    line = inspector.inspect(request(chat(f"write to {EMAIL}"))).notice
    first, later = chat("hi", f"{line}fine", "go on"), chat("hi", "fine", "go on")
    asked = request(first)
    verdict = inspector.inspect(asked)
    assert verdict.decision is Decision.ALLOW
    assert sent(asked, verdict) == request(later).body


def test_a_request_may_be_warned_of_as_such() -> None:
    clause = {"id": "mind", "description": "Mind where this goes.", "action": "warn"}
    policy = Policy.model_validate({"id": "own", "description": "", "requests": [clause], "default": "log"})
    verdict = fresh(policy).inspect(request(chat("hi")))
    assert (verdict.decision, verdict.warned) == (Decision.WARN, ("mind",))
    assert "Mind where this goes." in verdict.notice


def test_a_request_is_stopped_by_a_clause_of_its_own_whatever_it_holds() -> None:
    clause = {"id": "no", "description": "Not for this vendor.", "when": {"vendor": ["openai"]}, "action": "block"}
    policy = Policy.model_validate({"id": "own", "description": "", "requests": [clause], "default": "log"})
    verdict = fresh(policy).inspect(request(chat(f"use {AWS_KEY}")))
    assert (verdict.decision, verdict.reason, verdict.clause) == (Decision.BLOCK, "policy", "no")
    assert verdict.reply is not None
    assert b"Not for this vendor." in verdict.reply.body
    assert b"tightlip: allow" not in verdict.reply.body
    assert fresh(policy).inspect(request(chat("hi"), "messages")).decision is Decision.ALLOW

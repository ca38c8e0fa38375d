"""Blocks in the style that a policy names, through the whole core; and that what they say can be sent back."""

import json
from typing import Any

import pytest

from proxy.policy import Policy
from proxy.verdict import Decision, Verdict
from tests.proxy.inspecting import AWS_KEY, chat, fresh, request
from tests.proxy.replies.reading import documents

SPEAKING = Policy(id="own", description="", default="block", block_style="reply")
AGENT = [("user-agent", "codex_cli_rs/0.169.0")]


def said(verdict: Verdict) -> str:
    assert verdict.decision is Decision.BLOCK
    assert verdict.reply is not None
    assert AWS_KEY.encode() not in verdict.reply.body
    return "".join(json.dumps(document) for document in documents(verdict.reply))


@pytest.mark.parametrize("stream", [True, False])
def test_a_block_is_an_assistants_message(stream: bool) -> None:
    verdict = fresh(SPEAKING).inspect(request(chat(f"deploy with {AWS_KEY}", stream=stream)))
    assert "AWS access key (message 1)" in said(verdict)
    assert verdict.reply is not None
    assert verdict.reply.status == 200
    assert '"model": "gpt-5"' in said(verdict)


@pytest.mark.parametrize(
    ("members", "status"),
    [({"response_format": {"type": "json_object"}}, 400), ({"model": AWS_KEY}, 200)],
)
def test_what_the_request_asks_for_is_heeded_but_never_quoted(members: dict[str, Any], status: int) -> None:
    verdict = fresh(SPEAKING).inspect(request(chat(f"deploy with {AWS_KEY}", **members)))
    assert said(verdict)
    assert verdict.reply is not None
    assert verdict.reply.status == status


def test_what_can_not_be_read_is_an_error_in_any_style() -> None:
    verdict = fresh(SPEAKING).inspect(request(b'{"messages": ['))
    assert verdict.reply is not None
    assert verdict.reply.status == 400


@pytest.mark.parametrize(("body", "reason"), [({"input": AWS_KEY, "stream": True}, None), (b"{", "bad_json")])
def test_codex_is_told_by_a_response_that_fails_in_any_style(body: Any, reason: str | None) -> None:
    asked = request(body, "responses", headers=[*AGENT, ("accept", "text/event-stream")])
    verdict = fresh("strict").inspect(asked)
    assert verdict.reason == reason
    assert "invalid_prompt" in said(verdict)

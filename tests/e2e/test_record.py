"""What is left behind: one decision and one outcome per request, counters that move, and the value nowhere."""

import hashlib
from typing import Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, GEMINI, MESSAGES, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow


def _pair(tightlip: Tightlip) -> tuple[dict[str, Any], dict[str, Any]]:
    """The last decision and its outcome."""
    decision = tightlip.decisions()[-1]
    return decision, tightlip.outcome_of(decision)


def test_decision_and_outcome_say_what_happened(balanced: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    sent = values.message(f"use {value}")
    answer = curl(balanced, MESSAGES, sent, "-A", "claude-cli/2.1.0 (external, cli)")
    decision, outcome = _pair(balanced)
    assert decision["vendor"] == "anthropic"
    assert (decision["decision"], decision["policy"], decision["model"]) == ("redact", "balanced", "claude-fake")
    assert decision["request_sha256"] == hashlib.sha256(sent).hexdigest()
    assert decision["forwarded_sha256"] == hashlib.sha256(vendor.last.body).hexdigest()
    assert (decision["request_bytes"], decision["forwarded_bytes"]) == (len(sent), len(vendor.last.body))
    finding = decision["findings"][0]
    assert (finding["entity"], finding["action"]) == ("AWS_ACCESS_KEY", "redact")
    assert finding["pointer"] == "/messages/0/content/0/text"
    assert (finding["start"], finding["end"]) == (4, 24)
    assert outcome["response_sha256"] == hashlib.sha256(answer.body).hexdigest()
    assert (outcome["result"], outcome["status"]) == ("completed", 200)
    assert (outcome["input_tokens"], outcome["cached_tokens"], outcome["output_tokens"]) == (25, 4, 7)


def test_a_block_is_on_record_under_the_reference_it_gave(strict: Tightlip, vendor: FakeVendor) -> None:
    answer = curl(strict, CHAT, values.chat(f"use {values.aws_key()}"))
    decision, outcome = _pair(strict)
    assert decision["decision"] == "block"
    assert decision["request"] == answer.headers["x-tightlip-reference"]
    assert "forwarded_bytes" not in decision
    assert (outcome["result"], outcome["status"]) == ("blocked", 400)


def test_metrics_move(balanced: Tightlip, vendor: FakeVendor) -> None:
    def counts() -> list[float]:
        return [
            balanced.metric("tightlip_requests_total", vendor="openai", decision="allow"),
            balanced.metric("tightlip_requests_total", vendor="openai", decision="redact"),
            balanced.metric("tightlip_findings_total", category="secret", action="redact"),
            balanced.metric("tightlip_incomplete_total", reason="bad_json"),
        ]

    before = counts()
    curl(balanced, CHAT, values.chat("clean"))
    curl(balanced, CHAT, values.chat(f"use {values.aws_key()}"))
    curl(balanced, CHAT, b"{]")
    assert [after - count for after, count in zip(counts(), before, strict=True)] == [1, 1, 1, 1]


@pytest.mark.parametrize("policy", ["balanced", "strict"])
def test_a_value_is_in_no_log_metric_record_or_answer(
    request: pytest.FixtureRequest, vendor: FakeVendor, policy: str
) -> None:
    """A canary in every part of a request that holds text, in bodies that can and that can't be read."""
    tightlip: Tightlip = request.getfixturevalue(policy)
    canary = values.aws_key()
    key = b'"' + canary.encode() + b'":1'
    answers = [
        curl(tightlip, CHAT, values.chat(f"use {canary}")),
        curl(tightlip, MESSAGES, values.message("hi", metadata={"user_id": canary})),
        curl(tightlip, CHAT, b'{"model":"' + canary.encode() + b'","messages":[]}'),
        curl(tightlip, CHAT, b'{"messages":[],' + key + b"}"),
        curl(tightlip, CHAT, b"{" + key + b"," + key + b"}"),
        curl(tightlip, CHAT, b'{"broken":"' + canary.encode()),
        curl(tightlip, f"{GEMINI}?note={canary}", b"{}"),
        curl(tightlip, f"https://api.openai.com/v1/{canary}/x", b"{}"),
        curl(tightlip, CHAT, b"{}", "-H", f"x-{canary}: 1", "-H", f"x-note: {canary}"),
        curl(tightlip, CHAT, b"{}", "-A", canary),
        curl(tightlip, CHAT, b"{}", "-X", canary),
        curl(tightlip, CHAT, b"{}", "-H", f"content-encoding: {canary}"),
        curl(tightlip, CHAT, b"{}", "-H", f"content-type: {canary}/{canary}"),
        curl(tightlip, f"https://{canary}.openai.com/v1/x", b"{}"),
    ]
    traces = tightlip.traces()
    assert canary not in traces
    assert canary.lower() not in traces.lower().replace(f"{canary.lower()}.openai.com", "")
    for number, answer in enumerate(answers):
        assert canary not in answer.body.decode("utf-8", "replace"), number

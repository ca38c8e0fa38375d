"""Traces of a running proxy: a real collector gets them, without content, and no collector is no trouble."""

import json
import time

import pytest

from tests.e2e import values
from tests.e2e.clients import MESSAGES, curl
from tests.e2e.collector import Collector, attributes
from tests.e2e.conftest import Lab
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_DEADLINE_SECONDS = 60.0


def _prompt(text: str) -> bytes:
    messages = [{"role": "user", "content": text}]
    return json.dumps({"model": "claude-canary-1", "max_tokens": 9, "messages": messages}).encode()


def _spans(collector: Collector, requests: int) -> dict[str, dict[str, object]]:
    """The spans of each request by its reference, once all of them have come."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while sum(span.name == "request" for span in collector.spans) < requests and time.monotonic() < deadline:
        time.sleep(0.05)
    found = collector.spans
    roots = {span.trace_id: attributes(span)["tightlip.reference"] for span in found if span.name == "request"}
    return {
        reference: {span.name: span for span in found if span.trace_id == trace} for trace, reference in roots.items()
    }


@pytest.mark.parametrize("processes", [1, 2])
def test_requests_are_traced_without_their_content(lab: Lab, vendor: FakeVendor, processes: int) -> None:
    canary = values.aws_key()
    with (
        Collector() as collector,
        lab.tightlip("traced", traces={"endpoint": collector.endpoint}, processes=processes) as tightlip,
    ):
        header = f"traceparent: {TRACEPARENT}"
        answer = curl(tightlip, MESSAGES, _prompt(f"why? AWS_ACCESS_KEY_ID={canary}"), "-H", header)
        assert answer.status == 200
        assert ("traceparent", TRACEPARENT) in [(k.lower(), v) for k, v in vendor.last.headers]
        (decision,) = tightlip.decisions()
        spans = _spans(collector, 1)[decision["request"]]
    assert set(spans) == {"request", "scan", "audit", "upstream"}
    told = attributes(spans["request"])
    assert [event.name for event in spans["upstream"].events] == ["first byte"]
    assert (told["tightlip.decision"], told["tightlip.vendor"]) == ("redact", decision["vendor"])
    assert told["tightlip.request_bytes"] == decision["request_bytes"]
    assert collector.paths == {"/v1/traces"}
    sent = b"".join(collector.bodies)
    for word in (canary, "why?", "claude-canary-1", "api.anthropic.com", "/v1/messages", "curl", TRACEPARENT[3:35]):
        assert word.encode() not in sent, word
    assert bytes.fromhex(TRACEPARENT[3:35]) not in sent


def test_a_collector_that_is_not_there_is_no_trouble(lab: Lab, vendor: FakeVendor) -> None:
    endpoint = "http://127.0.0.1:1/v1/traces"
    with lab.tightlip("untraced", traces={"endpoint": endpoint}) as tightlip:
        assert [curl(tightlip, MESSAGES, _prompt("hello")).status for _ in range(5)] == [200] * 5
        assert tightlip.metric("tightlip_hook_faults_total") == 0
        assert tightlip.stop() == 0

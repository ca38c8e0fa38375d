"""Spans as a collector gets them: what they tell, what they don't, and that no collector can hold anything up."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from proxy.auditrecord import Decision, Outcome
from proxy.reference import new_reference
from proxy.traceexport import CLOSE_SECONDS, OPEN_REQUESTS, SEND_SECONDS, Exporting, is_sampled
from tests.e2e.collector import Collector, attributes

REFERENCE = "tl-ec8z43r3hz"
DECISION = Decision(
    request=REFERENCE,
    time=1_800_000_000.0,
    decision="redact",
    reason="",
    vendor="openai",
    format="openai.chat",
    method="POST",
    host="api.openai.com",
    path="/v1/chat/completions",
    model="gpt-secret-project",
    user="ada",
    client="codex",
    request_bytes=300,
    request_sha256="0" * 64,
    forwarded_bytes=280,
    policy="balanced",
    policy_digest="1" * 64,
    rules_digest="2" * 64,
    config_digest="3" * 64,
    edition="e-1",
    scan_seconds=0.02,
)
OUTCOME = Outcome(
    request=REFERENCE, time=1_800_000_001.0, result="completed", status=200, response_bytes=512, seconds=1.03
)


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """No thread is left behind: the SDK's draw from `random`, and hypothesis takes it for a later test's doing."""
    before = set(threading.enumerate())
    yield
    for one in set(threading.enumerate()) - before:
        one.join(60)


def told(decision: Decision = DECISION, outcome: Outcome = OUTCOME, answered: bool = False) -> Collector:
    """The collector after one request, its spans by name."""
    with Collector() as collector:
        tracer = Exporting(collector.endpoint, 1.0, "dlp")
        tracer.committed(decision.request, 0.004)
        tracer.finished(decision, outcome, decision.time + 0.5 if answered else None)
        tracer.close()
    return collector


def test_a_request_is_one_span_with_its_parts_below() -> None:
    spans = {span.name: span for span in told(answered=True).spans}
    root = spans.pop("request")
    assert set(spans) == {"scan", "audit", "upstream"}
    assert {span.parent_span_id for span in spans.values()} == {root.span_id}
    assert {span.trace_id for span in spans.values()} == {root.trace_id}
    seconds = {name: (one.end_time_unix_nano - one.start_time_unix_nano) / 1e9 for name, one in spans.items()}
    assert seconds == pytest.approx({"scan": 0.02, "audit": 0.004, "upstream": 0.996}, abs=1e-6)
    assert [event.name for event in spans["upstream"].events] == ["first byte"]


def test_the_attributes_are_a_closed_list_of_our_own_ids() -> None:
    collector = told()
    (root,) = [span for span in collector.spans if span.name == "request"]
    assert attributes(root) == {
        "tightlip.reference": REFERENCE,
        "tightlip.vendor": "openai",
        "tightlip.format": "openai.chat",
        "tightlip.decision": "redact",
        "tightlip.policy": "balanced",
        "tightlip.edition": "e-1",
        "tightlip.result": "completed",
        "tightlip.findings": 0,
        "tightlip.request_bytes": 300,
        "tightlip.forwarded_bytes": 280,
        "tightlip.response_bytes": 512,
        "http.response.status_code": 200,
    }
    assert set(collector.resource) == {"service.name", "service.version"}
    for word in (b"ada", b"codex", b"secret-project", b"completions", b"api.openai.com"):
        assert word not in b"".join(collector.bodies)


def test_what_was_blocked_has_no_upstream() -> None:
    blocked = replace(DECISION, decision="block", forwarded_bytes=None)
    names = {span.name for span in told(blocked, replace(OUTCOME, result="blocked", seconds=0.03)).spans}
    assert names == {"request", "scan", "audit"}


def test_a_failure_upstream_is_an_error() -> None:
    (root,) = [
        span for span in told(outcome=replace(OUTCOME, result="upstream_failed")).spans if span.name == "request"
    ]
    assert (root.status.code, root.status.message) == (2, "upstream_failed")


def test_a_stepped_clock_makes_no_span_that_ends_before_it_starts() -> None:
    for moment in (DECISION.time - 9000, DECISION.time + 9000):
        for span in told(outcome=replace(OUTCOME, time=moment)).spans:
            assert span.start_time_unix_nano <= span.end_time_unix_nano


def test_the_share_is_taken_by_reference() -> None:
    references = [new_reference() for _ in range(2000)]
    assert all(is_sampled(one, 1.0) for one in references)
    assert 100 < sum(is_sampled(one, 0.1) for one in references) < 320
    assert [is_sampled(one, 0.1) for one in references] == [is_sampled(one, 0.1) for one in references]


def test_the_environment_adds_nothing_to_a_span(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=desk")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "else")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    collector = told()
    assert collector.resource["service.name"] == "dlp"
    assert "host.name" not in collector.resource


@pytest.mark.parametrize("status", [400, 500])
def test_a_collector_that_refuses_is_let_be(status: int) -> None:
    with Collector(status) as collector:
        tracer = Exporting(collector.endpoint, 1.0, "dlp")
        tracer.committed(REFERENCE, 0.004)
        tracer.finished(DECISION, OUTCOME)
        tracer.close()
        assert collector.bodies


@pytest.mark.slow
def test_a_collector_that_hangs_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tracer = Exporting(f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces", 1.0, "dlp", batch_millis=10)
        started = time.monotonic()
        for number in range(3000):
            reference = f"tl-{number}"
            tracer.committed(reference, 0.004)
            tracer.finished(replace(DECISION, request=reference), OUTCOME)
        told_seconds = time.monotonic() - started
        tracer.close()
    # One try at sending takes SEND_SECONDS: had anyone waited for it, these would have taken at least that each time.
    assert told_seconds < 3000 * SEND_SECONDS / 10
    assert time.monotonic() - started < told_seconds + 3 * CLOSE_SECONDS


def test_requests_that_never_end_are_forgotten() -> None:
    tracer = Exporting("http://127.0.0.1:1/v1/traces", 1.0, "dlp")
    for number in range(OPEN_REQUESTS + 10):
        tracer.committed(f"tl-{number}", 0.0)
    assert len(tracer._open) == OPEN_REQUESTS
    tracer.close()


def test_it_leaves_no_variable_behind() -> None:
    before = dict(os.environ)
    told()
    assert dict(os.environ) == before

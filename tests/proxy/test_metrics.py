"""Metrics: the names dashboards lean on, and labels that requests can't grow."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from proxy import metrics
from proxy.auditrecord import Outcome
from proxy.ca import ensure
from proxy.justification import Justification
from proxy.metrics.catalogue import FAMILIES
from proxy.metrics.label import Label
from proxy.verdict import Decision, Judged, Stats, Verdict


def judged(rule: str = "aws-access-key", action: str = "redact") -> Judged:
    return Judged(rule, "secret", "AWS_ACCESS_KEY", "high", "/m", "prompt", 0, 1, 0.9, True, "f" * 32, action, "c")


def verdict(**changes: object) -> Verdict:
    base: dict[str, object] = {"decision": Decision.REDACT, "vendor": "openai", "format": "openai.chat"}
    return Verdict(**(base | changes))  # type: ignore[arg-type]


def page() -> str:
    content_type, body = metrics.render(None)
    assert content_type.startswith("text/plain")
    return body.decode()


def value(name: str, /, **labels: str) -> float:
    samples = (sample for family in parse(page()) for sample in family.samples)
    return sum(one.value for one in samples if one.name == name and one.labels == labels)


@pytest.fixture(autouse=True)
def live() -> Iterator[None]:
    """Whatever a test has read at each scrape is dropped again."""
    before = {family.name: family._reader for family in FAMILIES}
    yield
    for family in FAMILIES:
        family.follow(before[family.name])


def test_a_decision_is_counted_with_its_findings_cache_and_sizes() -> None:
    labels = {"vendor": "openai", "format": "openai.chat", "decision": "redact"}
    found = {"category": "secret", "rule": "aws-access-key", "action": "redact"}
    before = value("tightlip_requests_total", **labels), value("tightlip_findings_total", **found)
    hits, scans = value("tightlip_cache_hits_total"), value("tightlip_scan_seconds_count")
    names = value("tightlip_names_seconds_count"), value("tightlip_names_unread_total")
    stats = Stats(hits=7, misses=2, seconds=0.004, names_seconds=0.002, names_unread=True)
    metrics.record_decision(verdict(findings=(judged(), judged()), stats=stats), 2048)
    assert value("tightlip_requests_total", **labels) == before[0] + 1
    assert value("tightlip_findings_total", **found) == before[1] + 2
    assert value("tightlip_cache_hits_total") == hits + 7
    assert value("tightlip_scan_seconds_count") == scans + 1
    assert value("tightlip_names_seconds_count") == names[0] + 1
    assert value("tightlip_names_unread_total") == names[1] + 1
    metrics.record_decision(verdict(), 1)  # no text that was new: nothing about names
    assert value("tightlip_names_seconds_count") == names[0] + 1
    assert value("tightlip_body_bytes_sum", direction="request") >= 2048


def test_what_could_not_be_read_is_counted_by_reason() -> None:
    before = value("tightlip_scan_timeouts_total"), value("tightlip_incomplete_total", reason="scan_timeout")
    metrics.record_decision(verdict(decision=Decision.BLOCK, reason="scan_timeout"), 1)
    assert value("tightlip_scan_timeouts_total") == before[0] + 1
    assert value("tightlip_incomplete_total", reason="scan_timeout") == before[1] + 1


def test_requests_to_vendors_in_the_shadow_are_counted() -> None:
    before = value("tightlip_shadow_ai_requests_total", vendor="grok", decision="block")
    metrics.record_decision(verdict(vendor="grok", decision=Decision.BLOCK), 1)
    metrics.record_decision(verdict(vendor="grok", decision=Decision.BLOCK), 1, is_shadow=True)
    assert value("tightlip_shadow_ai_requests_total", vendor="grok", decision="block") == before + 1


def test_reasons_and_warnings_are_counted_without_their_words() -> None:
    names = ("tightlip_justified_total", "tightlip_warned_total")
    before = [value(name, vendor="openai") for name in names]
    given = Justification("K7QF", "canary of a reason", "cards", "0")
    metrics.record_decision(verdict(decision=Decision.LOG, justification=given), 1)
    metrics.record_decision(verdict(decision=Decision.WARN, warned=("mail",), notice="canary of a notice"), 1)
    assert [value(name, vendor="openai") for name in names] == [count + 1 for count in before]
    assert "canary" not in page()


def test_an_outcome_is_counted() -> None:
    before = value("tightlip_outcomes_total", vendor="openai", result="completed")
    metrics.record_outcome("openai", Outcome(request="r", time=0, result="completed", response_bytes=9))
    assert value("tightlip_outcomes_total", vendor="openai", result="completed") == before + 1


@pytest.mark.parametrize("odd", ["", "Ünï", "a  b", 'x"} 1\nevil{', "A" * 10, "x" * 65])
def test_ill_formed_label_values_count_as_other(odd: str) -> None:
    metrics.record_decision(verdict(vendor=odd, format=odd, findings=(judged(odd, odd),), reason=odd or None), 1)
    metrics.worker_restarted(odd)
    metrics.hook_failed(odd)
    text = page()
    assert 'vendor="other"' in text
    if odd:
        assert odd not in text


def test_labels_take_a_bounded_number_of_values() -> None:
    label = Label("x", "", more=3)
    assert [label.admit(name) for name in ("a", "b", "c", "d", "a", "e")] == ["a", "b", "c", "other", "a", "other"]


def test_all_promised_series_are_on_the_page(tmp_path: Path) -> None:
    @dataclass
    class Pool:
        queue_depth: int = 4
        alive: int = 2
        workers: dict[int, int] = field(default_factory=lambda: {0: os.getpid()})

    @dataclass
    class Audit:
        lag_seconds: float = 0.5
        failures: int = 3

    audit = Audit()
    now = datetime.now(UTC)
    authority = ensure(tmp_path, ["api.openai.com"], now)
    metrics.observe(Pool(), audit, authority)
    metrics.describe("0.1.0", "e1", "balanced", "ab" * 32, "cd" * 32)
    metrics.describe("0.1.0", "e1", "strict", "ef" * 32, "cd" * 32)
    metrics.observe_decision(0.01)
    metrics.observe_added_latency(0.02)
    metrics.observe_audit(0.03)
    metrics.worker_restarted("scan_timeout")
    metrics.hook_failed("request")
    metrics.record_decision(verdict(findings=(judged(),), reason="binary"), 1)
    audit.failures += 1
    assert value("tightlip_audit_failures_total") == 4
    assert value("tightlip_audit_lag_seconds") == 0.5
    assert value("tightlip_queue_depth") == 4
    assert value("tightlip_workers") == 2
    assert value("tightlip_certificate_expiry_timestamp_seconds") == authority.not_after.timestamp()
    assert value("tightlip_policy_info", name="strict", digest="ef" * 32) == 1
    assert 'name="balanced"' not in page()
    assert "_created" not in page()
    names = {sample.name for family in parse(page()) for sample in family.samples}
    assert names >= {
        "tightlip_requests_total",
        "tightlip_findings_total",
        "tightlip_incomplete_total",
        "tightlip_scan_seconds_bucket",
        "tightlip_decision_seconds_bucket",
        "tightlip_added_latency_seconds_bucket",
        "tightlip_audit_seconds_bucket",
        "tightlip_body_bytes_bucket",
        "tightlip_cache_hits_total",
        "tightlip_cache_misses_total",
        "tightlip_pseudonyms_restored_total",
        "tightlip_replies_unrestored_total",
        "tightlip_worker_restarts_total",
        "tightlip_scan_timeouts_total",
        "tightlip_hook_faults_total",
        "tightlip_build_info",
        "tightlip_policy_info",
        "tightlip_ruleset_info",
    }


def test_openmetrics_is_spoken_to_who_asks_for_it() -> None:
    content_type, body = metrics.render("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert any(family.name == "tightlip_requests" for family in parse_openmetrics(body.decode()))


def test_tokens_are_counted_where_a_reply_told_them() -> None:
    kinds = ("input", "output", "cached")
    before = [value("tightlip_tokens_total", vendor="openai", kind=kind) for kind in kinds]
    metrics.record_outcome(
        "openai", Outcome(request="r", time=0.0, result="completed", input_tokens=70, output_tokens=5)
    )
    after = [value("tightlip_tokens_total", vendor="openai", kind=kind) for kind in kinds]
    assert [now - then for now, then in zip(after, before, strict=True)] == [70, 5, 0]


def test_a_request_that_could_not_be_recorded_is_counted_as_refused_and_as_no_request() -> None:
    before = value("tightlip_incomplete_total", reason="audit_unavailable"), sum_of("tightlip_requests_total")
    metrics.not_recorded()
    assert value("tightlip_incomplete_total", reason="audit_unavailable") == before[0] + 1
    assert sum_of("tightlip_requests_total") == before[1]


def sum_of(name: str) -> float:
    return sum(sample.value for family in parse(page()) for sample in family.samples if sample.name == name)


def test_readiness_is_what_was_last_found() -> None:
    for is_ready in (True, False, True):
        metrics.ready(is_ready)
        assert value("tightlip_ready") == is_ready

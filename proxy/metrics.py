"""Prometheus metrics of this process, and the only importer of prometheus_client.

Label values are ids of our own: enums, hooks, ids of rule and vendor files. None comes from a request, and each
label takes a bounded number of values all the same; the rest counts as `other`. Names are stable: dashboards use them.
"""

import re
import sys
from collections.abc import Iterator
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from proxy.auditrecord import Outcome, Shadow
from proxy.ca import CA
from proxy.verdict import Verdict

OTHER = "other"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
BODY_BYTES = tuple(float(4**power) for power in range(4, 14))  # 256 B to 64 MiB
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class _Ids:
    """The values one label may take: well-formed ids, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        if value not in self._seen:
            if len(self._seen) >= self._limit or not _ID.fullmatch(value):
                return OTHER
            self._seen.add(value)
        return value


class _PoolState(Protocol):
    @property
    def queue_depth(self) -> int: ...
    @property
    def alive(self) -> int: ...


class _AuditState(Protocol):
    @property
    def lag_seconds(self) -> float: ...
    @property
    def failures(self) -> int: ...


# A creation time beside every counter would double the page and help nobody.
disable_created_metrics()  # type: ignore[no-untyped-call]
_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_vendor, _format, _rule, _reason, _small = _Ids(512), _Ids(64), _Ids(4096), _Ids(64), _Ids(64)

_requests = Counter(
    "tightlip_requests",
    "Requests to AI vendors by decision.",
    ["vendor", "format", "decision"],
    registry=_registry,
)
_findings = Counter(
    "tightlip_findings",
    "Findings by what was done about them.",
    ["category", "rule", "action"],
    registry=_registry,
)
_incomplete = Counter(
    "tightlip_incomplete", "Requests that could not be read, or were refused unread.", ["reason"], registry=_registry
)
_repeats = Counter(
    "tightlip_repeated_blocks",
    "Blocks that only repeated another of the last two minutes.",
    ["vendor"],
    registry=_registry,
)
_unapproved = Counter(
    "tightlip_shadow_ai_requests",
    "Requests to known vendors that are not approved, where any is.",
    ["vendor", "decision"],
    registry=_registry,
)
_justified = Counter(
    "tightlip_justified", "Requests let through because their user gave a reason.", ["vendor"], registry=_registry
)
_warned = Counter(
    "tightlip_warned", "Requests let through with a warning to their user.", ["vendor"], registry=_registry
)
_outcomes = Counter(
    "tightlip_outcomes", "Decided requests by how they ended.", ["vendor", "result"], registry=_registry
)
_restarts = Counter("tightlip_worker_restarts", "Scan workers replaced.", ["reason"], registry=_registry)
_timeouts = Counter("tightlip_scan_timeouts", "Scans stopped at their deadline.", registry=_registry)
_hook_faults = Counter(
    "tightlip_hook_faults", "Faults in the proxy's hooks; each blocked its request.", ["hook"], registry=_registry
)
_cache_hits = Counter("tightlip_cache_hits", "Pieces of requests whose findings were known.", registry=_registry)
_cache_misses = Counter("tightlip_cache_misses", "Pieces of requests that had to be scanned.", registry=_registry)
_restored = Counter("tightlip_pseudonyms_restored", "Pseudonyms put back in replies.", registry=_registry)
_unrestored = Counter(
    "tightlip_replies_unrestored", "Replies in which some pseudonyms may have been left.", registry=_registry
)
_shadow = Counter(
    "tightlip_shadow_requests",
    "Requests that the candidate judged beside the policy in force, by both decisions.",
    ["decision", "candidate"],
    registry=_registry,
)
_shadow_findings = Counter(
    "tightlip_shadow_findings",
    "Findings that the candidate treats differently; `none` is done about what one side did not find.",
    ["rule", "action", "candidate"],
    registry=_registry,
)
_shadow_skipped = Counter(
    "tightlip_shadow_skipped", "Requests that the candidate did not judge.", ["reason"], registry=_registry
)
_body = Histogram(
    "tightlip_body_bytes", "Body sizes on the wire.", ["direction"], buckets=BODY_BYTES, registry=_registry
)
_build = Info("tightlip_build", "What is running.", registry=_registry)
_policy = Info("tightlip_policy", "The policy in force.", registry=_registry)
_ruleset = Info("tightlip_ruleset", "The rules in force.", registry=_registry)
_reloads = Counter(
    "tightlip_reloads", "Reloads of rules, policy and the rest, by how they ended.", ["result"], registry=_registry
)
_reload_time = Gauge(
    "tightlip_config_last_reload_success_timestamp_seconds",
    "When rules, policy and the rest were last found good.",
    registry=_registry,
)
_reload_successful = Gauge(
    "tightlip_config_last_reload_successful",
    "Whether the last reload was taken: 0 while an older edition stays.",
    registry=_registry,
)
_edition = Info("tightlip_edition", "Rules, policy and configuration in one.", registry=_registry)
_certificate = Gauge(
    "tightlip_certificate_expiry_timestamp_seconds", "When the CA's certificate expires.", registry=_registry
)


def _durations(name: str, text: str) -> Histogram:
    return Histogram(name, text, buckets=SECONDS, registry=_registry)


_scan = _durations("tightlip_scan_seconds", "Time in a scan worker.")
_decision = _durations("tightlip_decision_seconds", "Time from the whole request to its verdict.")
_added = _durations("tightlip_added_latency_seconds", "Time added to a forwarded request, audit included.")
_audit = _durations("tightlip_audit_seconds", "Time until a decision was durable.")


def record_decision(verdict: Verdict, body_bytes: int, *, is_shadow: bool = False) -> None:
    """Count one verdict, its findings and what scanning it took. The findings of a repeated block were counted.

    `is_shadow`: it went to a vendor that is not approved, where others are.
    """
    if is_shadow:
        _unapproved.labels(_vendor(verdict.vendor), verdict.decision.value).inc()
    _requests.labels(_vendor(verdict.vendor), _format(verdict.format), verdict.decision.value).inc()
    if verdict.justification is not None:
        _justified.labels(_vendor(verdict.vendor)).inc()
    if verdict.warned:
        _warned.labels(_vendor(verdict.vendor)).inc()
    if verdict.repeat_of:
        _repeats.labels(_vendor(verdict.vendor)).inc()
    for finding in verdict.findings if not verdict.repeat_of else ():
        _findings.labels(_small(finding.category), _rule(finding.rule), _small(finding.action)).inc()
    if verdict.reason:
        _incomplete.labels(_reason(verdict.reason)).inc()
    if verdict.reason == "scan_timeout":
        _timeouts.inc()
    _cache_hits.inc(verdict.stats.hits)
    _cache_misses.inc(verdict.stats.misses)
    _scan.observe(verdict.stats.seconds)
    _body.labels("request").observe(body_bytes)


def record_shadow(record: Shadow) -> None:
    """Count what the candidate would have decided about one request."""
    _shadow.labels(_small(record.decision), _small(record.candidate_decision)).inc()
    for one in record.findings:
        actions = (_small(one.action or "none"), _small(one.candidate_action or "none"))
        _shadow_findings.labels(_rule(one.rule), *actions).inc()


def shadow_skipped(reason: str) -> None:
    _shadow_skipped.labels(_small(reason)).inc()


def record_outcome(vendor: str, outcome: Outcome) -> None:
    """Count how a decided request ended."""
    _outcomes.labels(_vendor(vendor), _small(outcome.result)).inc()
    if outcome.response_bytes is not None:
        _body.labels("response").observe(outcome.response_bytes)


def observe_decision(seconds: float) -> None:
    _decision.observe(seconds)


def observe_added_latency(seconds: float) -> None:
    _added.observe(seconds)


def observe_audit(seconds: float) -> None:
    _audit.observe(seconds)


def worker_restarted(reason: str) -> None:
    _restarts.labels(_small(reason)).inc()


def restored(count: int, gave_up: bool) -> None:
    """A reply ended in which so many pseudonyms were put back; `gave_up`: it couldn't be read to its end."""
    _restored.inc(count)
    if gave_up:
        _unrestored.inc()


def hook_failed(hook: str) -> None:
    _hook_faults.labels(_small(hook)).inc()


def reloaded(result: str, *, good: bool) -> None:
    """Count a reload; `good` when what is in force is what the files say."""
    _reloads.labels(_small(result)).inc()
    loaded(good=good)


def loaded(*, good: bool) -> None:
    """Whether the files could be taken, now, at the start or later."""
    _reload_successful.set(good)
    if good:
        _reload_time.set_to_current_time()


def describe(version: str, edition: str, policy: str, policy_digest: str, rules_digest: str) -> None:
    """What is in force; called again whenever that changes."""
    _edition.info({"name": edition})
    _build.info({"version": version, "python": ".".join(map(str, sys.version_info[:3]))})
    _policy.info({"name": policy, "digest": policy_digest})
    _ruleset.info({"digest": rules_digest})


def observe(pool: _PoolState, audit: _AuditState, authority: CA) -> None:
    """Read these at every scrape from now on, in place of any before them."""
    _certificate.set(authority.not_after.timestamp())
    _live.pool, _live.audit = pool, audit


def render(accept: str | None) -> tuple[str, bytes]:
    """Content type and page, in the exposition format that an `Accept` header asks for."""
    encode, content_type = choose_encoder(accept or "")
    return content_type, encode(_registry)


class _Live(Collector):
    """State that lives elsewhere and is read when somebody looks."""

    pool: _PoolState | None = None
    audit: _AuditState | None = None

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        pool, audit = self.pool, self.audit
        if pool is None or audit is None:
            return
        yield _gauge("tightlip_queue_depth", "Requests waiting for a scan worker.", pool.queue_depth)
        yield _gauge("tightlip_workers", "Scan workers alive.", pool.alive)
        yield _gauge("tightlip_audit_lag_seconds", "Age of the oldest record not yet durable.", audit.lag_seconds)
        failures = "Groups of records that could not be made durable."
        yield CounterMetricFamily("tightlip_audit_failures", failures, value=audit.failures)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


_live = _Live()
_registry.register(_live)

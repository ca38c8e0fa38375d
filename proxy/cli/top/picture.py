"""What is shown, as plain data for the screen and for JSON. Pure.

Figures of a moment come from the last page; all that counts comes from a change: `latest` for rates, `whole` for the
last minutes. A family that this version of the proxy does not export is None, and is not shown.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from proxy.cli.top.history import Change
from proxy.cli.top.page import Page

DAY_SECONDS: Final = 86_400.0
RULES: Final = 8
LATENCIES: Final = {
    "added": "tightlip_added_latency_seconds",
    "scan": "tightlip_scan_seconds",
    "audit": "tightlip_audit_seconds",
    "upstream": "tightlip_upstream_seconds",
}
MOVED: Final = {
    "scan timeouts": "tightlip_scan_timeouts_total",
    "worker restarts": "tightlip_worker_restarts_total",
    "process restarts": "tightlip_process_restarts_total",
    "hook faults": "tightlip_hook_faults_total",
    "audit failures": "tightlip_audit_failures_total",
    "connections refused": "tightlip_connections_refused_total",
    "requests shed": "tightlip_shed_requests_total",
}
"""Counters that stand still while all is well."""


@dataclass(frozen=True, slots=True)
class Recent:
    """One decision on record: who, where to, what came of it and why."""

    time: str
    who: str
    vendor: str
    decision: str
    why: str
    reference: str


@dataclass(frozen=True, slots=True)
class Spread:
    """Of a histogram, in seconds: the middle, and what one in a hundred exceeds. Infinite: above the last bound."""

    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything on the screen. `seconds` is how long the counts took to come together."""

    seconds: float
    requests_per_second: float
    requests: int
    decisions: Mapping[str, int]
    categories: Mapping[str, int]
    rules: Mapping[str, int]
    vendors: Mapping[str, int]
    unread: Mapping[str, int]
    latency: Mapping[str, Spread]
    moved: Mapping[str, int]
    workers: int
    waiting: int
    connections: int | None
    memory_bytes: Mapping[str, int]
    memory_pressure: int | None
    audit_lag_seconds: float
    certificate_days: int | None
    reloaded_seconds_ago: float | None
    reload_successful: bool
    policy: str
    edition: str
    version: str
    ready: bool | None = None
    failing: Sequence[str] = ()
    recent: Sequence[Recent] = ()


def picture(
    page: Page,
    latest: Change,
    whole: Change,
    now: float,
    *,
    readiness: tuple[bool | None, Sequence[str]] = (None, ()),
    recent: Sequence[Recent] = (),
) -> Picture:
    """`now` is by the wall clock, against which moments in metrics are told."""
    ready, failing = readiness
    reloaded = page.total("tightlip_config_last_reload_success_timestamp_seconds")
    return Picture(
        seconds=whole.seconds,
        requests_per_second=latest.rate("tightlip_requests_total"),
        requests=round(whole.total("tightlip_requests_total")),
        decisions=_counts(whole.by("tightlip_requests_total", "decision")),
        categories=_counts(whole.by("tightlip_findings_total", "category")),
        rules=dict(list(_counts(whole.by("tightlip_findings_total", "rule")).items())[:RULES]),
        vendors=_counts(whole.by("tightlip_requests_total", "vendor")),
        unread=_counts(whole.by("tightlip_incomplete_total", "reason")),
        latency={name: spread for name, metric in LATENCIES.items() if (spread := _spread(whole, metric))},
        moved={name: count for name, metric in MOVED.items() if (count := round(whole.total(metric)))},
        workers=round(page.total("tightlip_workers")),
        waiting=round(page.total("tightlip_queue_depth")),
        connections=_whole(page, "tightlip_connections"),
        memory_bytes=_memory(page),
        memory_pressure=_whole(page, "tightlip_memory_pressure"),
        audit_lag_seconds=page.total("tightlip_audit_lag_seconds"),
        certificate_days=_days_left(page, now),
        reloaded_seconds_ago=max(now - reloaded, 0.0) if reloaded else None,
        reload_successful=bool(page.total("tightlip_config_last_reload_successful")),
        policy=page.label("tightlip_policy_info", "name"),
        edition=page.label("tightlip_edition_info", "name"),
        version=page.label("tightlip_build_info", "version"),
        ready=ready,
        failing=failing,
        recent=recent,
    )


def _counts(found: Mapping[str, float]) -> dict[str, int]:
    return {key: count for key, value in found.items() if (count := round(value))}


def _spread(change: Change, metric: str) -> Spread | None:
    middle, high = change.quantile(metric, 0.5), change.quantile(metric, 0.99)
    return None if middle is None or high is None else Spread(middle, high)


def _whole(page: Page, metric: str) -> int | None:
    return round(page.total(metric)) if page.has(metric) else None


def _memory(page: Page) -> dict[str, int]:
    """Resident bytes by process; of a proxy that tells only its own, that."""
    found = page.by("tightlip_process_memory_bytes", "process")
    if not found and page.has("process_resident_memory_bytes"):
        found = {"core": page.total("process_resident_memory_bytes")}
    return {name: round(value) for name, value in found.items()}


def _days_left(page: Page, now: float) -> int | None:
    expiry = page.total("tightlip_certificate_expiry_timestamp_seconds")
    return math.floor((expiry - now) / DAY_SECONDS) if expiry else None

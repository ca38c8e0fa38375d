"""Prometheus metrics of an instance. Whoever counts something calls one of these; the families are in `catalogue`.

Label values are ids of our own: enums, hooks, ids of rule, vendor and policy files, users and groups that were proven.
None comes from a request, and each label and family takes a bounded number of values all the same.
"""

from proxy.metrics.fleet import adopt, forget, snapshot
from proxy.metrics.page import render
from proxy.metrics.recording import (
    UserNames,
    connection_refused,
    connections,
    drained,
    hook_failed,
    memory_pressure,
    observe_added_latency,
    observe_audit,
    observe_decision,
    observe_upstream,
    process_restarted,
    record_change,
    record_decision,
    record_outcome,
    record_shadow,
    restored,
    shadow_skipped,
    shed,
    stream_cut,
    tell_users,
    watchdog_proved,
    worker_restarted,
)
from proxy.metrics.standing import (
    describe,
    expire,
    loaded,
    observe,
    observe_exceptions,
    observe_front,
    reloaded,
)

__all__ = [
    "UserNames",
    "adopt",
    "connection_refused",
    "connections",
    "describe",
    "drained",
    "expire",
    "forget",
    "hook_failed",
    "loaded",
    "memory_pressure",
    "observe",
    "observe_added_latency",
    "observe_audit",
    "observe_decision",
    "observe_exceptions",
    "observe_front",
    "observe_upstream",
    "process_restarted",
    "record_change",
    "record_decision",
    "record_outcome",
    "record_shadow",
    "reloaded",
    "render",
    "restored",
    "shadow_skipped",
    "shed",
    "snapshot",
    "stream_cut",
    "tell_users",
    "watchdog_proved",
    "worker_restarted",
]

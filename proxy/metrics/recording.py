"""What happens, counted: the functions that the rest of the house calls. None raises, none waits."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final, Literal

from proxy.auditrecord import Change, Outcome, Shadow
from proxy.metrics import operation, traffic
from proxy.metrics.instrument import Histogram
from proxy.userhash import hashing_key, user_hash
from proxy.verdict import Verdict

UserNames = Literal["off", "hashed", "named"]
_TOKENS: Final = ("input", "output", "cached")


class _Wishes:
    """What the operator wants told of users."""

    names: UserNames = "off"
    key: bytes = b""


def tell_users(names: UserNames, key: bytes) -> None:
    """How users are told by from now on; `key` is the installation's."""
    _Wishes.names, _Wishes.key = names, hashing_key(key)
    _hashed.cache_clear()


def keep_exemplars(kept: bool) -> None:
    """Whether buckets of durations name requests from now on."""
    Histogram.keeps_exemplars = kept


@lru_cache(maxsize=8192)
def _hashed(user: str) -> str:
    return user_hash(user, _Wishes.key)


def record_decision(
    verdict: Verdict,
    body_bytes: int,
    *,
    is_shadow: bool = False,
    user: str | None = None,
    groups: Collection[str] = (),
    reference: str = "",
) -> None:
    """Count one verdict, its findings and what scanning it took. The findings of a repeated block were counted.

    `is_shadow`: it went to a vendor that is not approved, where others are. `user` and `groups` are proven ones.
    """
    vendor, decision = verdict.vendor, verdict.decision
    traffic.REQUESTS.inc(vendor, verdict.format, decision)
    if is_shadow:
        traffic.UNAPPROVED.inc(vendor, decision)
    if user is not None and _Wishes.names != "off":
        traffic.USER_REQUESTS.inc(user if _Wishes.names == "named" else _hashed(user), decision)
    for group in groups:
        traffic.GROUP_REQUESTS.inc(group)
    if verdict.clause:
        traffic.CLAUSE_DECISIONS.inc(verdict.clause, decision)
    if verdict.repeat_of:
        traffic.REPEATS.inc(vendor)
    elif verdict.findings:
        _record_findings(verdict)
    if verdict.reason:
        _record_incomplete(verdict.reason)
    if verdict.justification is not None:
        traffic.JUSTIFIED.inc(vendor)
    if verdict.warned:
        traffic.WARNED.inc(vendor)
    for kind in _waivers(verdict):
        traffic.WAIVED.inc(kind)
    stats = verdict.stats
    traffic.CACHE_HITS.inc(by=stats.hits)
    traffic.CACHE_MISSES.inc(by=stats.misses)
    traffic.SCAN.observe(stats.seconds, reference=reference)
    if stats.names_seconds:
        traffic.NAMES.observe(stats.names_seconds, reference=reference)
    if stats.names_unread:
        traffic.NAMES_UNREAD.inc()
    traffic.BODY.observe(body_bytes, "request")


def not_recorded() -> None:
    """A request was refused because its decision could not be put on record; it counts as no request."""
    traffic.INCOMPLETE.inc("audit_unavailable")


def _record_findings(verdict: Verdict) -> None:
    for finding in verdict.findings:
        traffic.FINDINGS.inc(finding.category, finding.rule, finding.action)


def _record_incomplete(reason: str) -> None:
    traffic.INCOMPLETE.inc(reason)
    if reason == "scan_timeout":
        operation.SCAN_TIMEOUTS.inc()


def _waivers(verdict: Verdict) -> set[str]:
    """The kinds of waiver that had a say in the verdict."""
    kinds = {_waiver(one.waiver, one.clause) for one in verdict.findings if one.waiver}
    if verdict.waiver:
        kinds.add(_waiver(verdict.waiver, ""))
    if verdict.justification is not None:
        kinds.add(traffic.JUSTIFICATION)
    return kinds


def _waiver(waiver: str, clause: str) -> str:
    if waiver == traffic.JUSTIFICATION:
        return waiver
    return traffic.ALLOWLIST if clause == f"allow:{waiver}" else traffic.EXCEPTION


def record_shadow(record: Shadow) -> None:
    """Count what the candidate would have decided about one request."""
    traffic.SHADOW.inc(record.decision, record.candidate_decision)
    for one in record.findings:
        traffic.SHADOW_FINDINGS.inc(one.rule, one.action or traffic.NONE, one.candidate_action or traffic.NONE)


def shadow_skipped(reason: str) -> None:
    traffic.SHADOW_SKIPPED.inc(reason)


def record_outcome(vendor: str, outcome: Outcome) -> None:
    """Count how a decided request ended."""
    traffic.OUTCOMES.inc(vendor, outcome.result)
    if outcome.response_bytes is not None:
        traffic.BODY.observe(outcome.response_bytes, "response")
    for kind, tokens in zip(_TOKENS, (outcome.input_tokens, outcome.output_tokens, outcome.cached_tokens), strict=True):
        if tokens:
            traffic.TOKENS.inc(vendor, kind, by=tokens)


def record_change(change: Change) -> None:
    """Count what somebody did by a command: marks, that is; anything else is on record alone."""
    if change.kind != "mark":
        return
    right, findings = change.detail.get("right"), change.detail.get("findings")
    for finding in findings if isinstance(findings, list) else ():
        rule = finding.get("rule") if isinstance(finding, dict) else None
        if isinstance(rule, str):
            traffic.MARKS.inc(rule, "right" if right is True else "wrong")


def observe_decision(seconds: float, reference: str = "") -> None:
    traffic.DECIDED.observe(seconds, reference=reference)


def observe_added_latency(seconds: float, reference: str = "") -> None:
    traffic.ADDED.observe(seconds, reference=reference)


def observe_audit(seconds: float, reference: str = "") -> None:
    traffic.AUDIT.observe(seconds, reference=reference)


def observe_upstream(seconds: float, vendor: str, reference: str = "") -> None:
    """A vendor's reply began so long after the request was let go."""
    traffic.UPSTREAM.observe(seconds, vendor, reference=reference)


def restored(count: int, gave_up: bool) -> None:
    """A reply ended in which so many pseudonyms were put back; `gave_up`: it couldn't be read to its end."""
    traffic.RESTORED.inc(by=count)
    if gave_up:
        traffic.UNRESTORED.inc()


def hook_failed(hook: str) -> None:
    operation.HOOK_FAULTS.inc(hook)


def worker_restarted(reason: str) -> None:
    operation.RESTARTS.inc(reason)


def process_restarted(kind: str) -> None:
    """A process of that kind, `front`, ended unasked and was started again."""
    operation.PROCESS_RESTARTS.inc(kind)


def connections(count: int) -> None:
    """So many connections of clients are open now."""
    operation.CONNECTIONS.set(count)


def connection_refused(reason: str) -> None:
    operation.CONNECTIONS_REFUSED.inc(reason)


def memory_pressure(level: int) -> None:
    """How short memory is, 0 to 3."""
    operation.PRESSURE.set(level)


def shed(stage: str) -> None:
    """A request was refused because memory is short."""
    operation.SHED.inc(stage)


def drained() -> None:
    """Serving was ended in good order."""
    operation.DRAINS.inc()


def stream_cut() -> None:
    """A reply was cut off at the end of a drain."""
    operation.CUT_STREAMS.inc()


def watchdog_proved(result: str) -> None:
    """`proved` or `failed`."""
    operation.WATCHDOG.inc(result)

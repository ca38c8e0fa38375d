"""The front's part of every live request that needs no mitmproxy: a verdict, made durable and counted.

Glue between inquiry, audit and metrics; whatever can't be put on record does not leave.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field, replace
from functools import partial

from proxy import metrics
from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditrecord import AuditFinding
from proxy.auditrecord import Decision as DecisionRecord
from proxy.auditrecord import Load as LoadRecord
from proxy.auditrecord import Outcome as OutcomeRecord
from proxy.client import client_of
from proxy.edition import Edition
from proxy.inquiry import Inquiry, named
from proxy.policy import Action
from proxy.repeat import Repeats
from proxy.restore import Remark
from proxy.shadow import Shadow
from proxy.tap import Outcome as Tapped
from proxy.trace import UNTRACED, Tracer
from proxy.verdict import Decision, Judged, Request, Verdict

AUDIT_SECONDS = 10.0
"""A disk that takes longer hangs; whoever waits for it is refused."""


_STOPPING = frozenset(action.label for action in Action if action.stops)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ended: a closed result code, the status the client got, and what was seen of the response."""

    result: str
    status: int | None
    seconds: float
    tap: Tapped | None


@dataclass(slots=True)
class Front:
    inquiry: Inquiry
    audit: AuditLog
    edition: Edition
    """The one in force. Whoever begins with it ends with it, so it is asked for once and handed on."""
    shadow: Shadow
    """The candidate that looks on, if there is one."""
    tracer: Tracer = UNTRACED
    repeats: Repeats = field(default_factory=Repeats)
    open_requests: int = 0
    """Requests decided and not yet ended; a drain waits for them."""

    async def decide(self, request: Request, identity: str, edition: Edition) -> Verdict:
        """The verdict by `edition` for a request that was let in. Never raises for a fault of ours: that is a BLOCK."""
        started = time.perf_counter()
        verdict = await self.inquiry.decide(request, identity, edition)
        metrics.observe_decision(time.perf_counter() - started)
        blocked = frozenset(item.fingerprint for item in verdict.findings if item.action in _STOPPING)
        if verdict.decision is not Decision.BLOCK or not blocked:
            return verdict
        return replace(verdict, repeat_of=self.repeats.first(identity, verdict.vendor, blocked, request.reference))

    def remark(self, request: Request, verdict: Verdict, identity: str, edition: Edition) -> Remark | None:
        """What goes in front of the vendor's reply; None where nothing does."""
        fmt = edition.format_of(request.method, request.host, request.target)
        soft = fmt.soft_for("POST", request.target)
        if not verdict.notice or soft is None:
            return None
        if not verdict.conversation:
            return Remark(verdict.notice, soft.shape)
        told = partial(self.inquiry.warned, identity, named(verdict), verdict.warned)
        return Remark(verdict.notice, soft.shape, told)

    async def commit(self, request: Request, verdict: Verdict, edition: Edition) -> DecisionRecord:
        """Makes the decision durable and counts it. Raises AuditUnavailable, upon which nothing may be sent.

        Each record given out must come back through `finish`.
        """
        record = decision_record(request, verdict, edition)
        started = time.perf_counter()
        try:
            await self.put_on_record(record)
        except AuditUnavailable:
            self.repeats.forget(request.reference)
            raise
        seconds = time.perf_counter() - started
        metrics.observe_audit(seconds)
        self.tracer.committed(request.reference, seconds)
        is_shadow = edition.charter.catalogue.is_shadow(verdict.vendor)
        metrics.record_decision(verdict, len(request.body), is_shadow=is_shadow)
        self.open_requests += 1
        self.shadow.observe(request, request.user or request.profile.address, verdict)
        return record

    async def put_on_record(self, record: DecisionRecord | LoadRecord) -> None:
        """Returns once it is durable. Raises AuditUnavailable."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self.audit.append(record)), AUDIT_SECONDS)
        except TimeoutError:
            raise AuditUnavailable("stalled") from None

    def finish(self, record: DecisionRecord, ending: Ending) -> None:
        """Records how a request ended; not waited for, since nothing more will be sent."""
        self.open_requests -= 1
        tap = ending.tap
        outcome = OutcomeRecord(
            request=record.request,
            time=time.time(),
            result=ending.result,
            status=ending.status,
            response_bytes=tap.bytes if tap else None,
            response_sha256=tap.sha256 if tap else None,
            seconds=ending.seconds,
            first_byte_seconds=tap.first_byte_seconds if tap else None,
            input_tokens=tap.input_tokens if tap else None,
            output_tokens=tap.output_tokens if tap else None,
            cached_tokens=tap.cached_tokens if tap else None,
        )
        self.audit.append(outcome)
        metrics.record_outcome(record.vendor, outcome)
        self.tracer.finished(record, outcome)


def decision_record(request: Request, verdict: Verdict, edition: Edition) -> DecisionRecord:
    client = client_of(request.header(b"user-agent") or "")
    sent = verdict.decision is not Decision.BLOCK
    standing = edition.standing
    return DecisionRecord(
        request=request.reference,
        time=time.time(),
        decision=verdict.decision.value,
        reason=verdict.reason or "",
        vendor=verdict.vendor,
        format=verdict.format,
        method=request.method,
        host=request.host,
        path=verdict.path,
        model=verdict.model or None,
        user=request.user,
        client=client.tool,
        client_version=client.version or None,
        request_bytes=len(request.body),
        request_sha256=verdict.received_sha256 or hashlib.sha256(request.body).hexdigest(),
        forwarded_bytes=len(request.body if verdict.body is None else verdict.body) if sent else None,
        forwarded_sha256=verdict.sent_sha256 if sent else None,
        findings=tuple(map(_recorded, verdict.findings)),
        justification=verdict.justification.recorded() if verdict.justification else None,
        repeat_of=verdict.repeat_of or None,
        clause=verdict.clause or None,
        waiver=verdict.waiver or None,
        context=verdict.context.recorded(),
        policy=standing.policy,
        policy_digest=standing.policy_digest,
        rules_digest=standing.rules_digest,
        config_digest=standing.config_digest,
        edition=standing.edition,
        scan_seconds=verdict.stats.seconds,
    )


def _recorded(finding: Judged) -> AuditFinding:
    return AuditFinding(
        rule=finding.rule,
        category=finding.category,
        entity=finding.entity,
        pointer=finding.pointer,
        start=finding.start,
        end=finding.end,
        fingerprint=finding.fingerprint,
        action=finding.action,
        severity=finding.severity,
        label=finding.label,
        clause=finding.clause,
        score=finding.score,
        verified=finding.verified,
        waiver=finding.waiver or None,
    )

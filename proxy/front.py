"""The front's part of every live request that needs no mitmproxy: a verdict, made durable and counted.

Glue between inquiry, audit and metrics; whatever can't be put on record does not leave.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from proxy import metrics
from proxy.audit import AuditUnavailable
from proxy.auditing import Audit
from proxy.auditrecord import AuditFinding
from proxy.auditrecord import Decision as DecisionRecord
from proxy.auditrecord import Load as LoadRecord
from proxy.auditrecord import Outcome as OutcomeRecord
from proxy.client import client_of
from proxy.codes import Codes
from proxy.edition import Edition
from proxy.inquiry import Inquiry
from proxy.judge import Ending, Judgement, Superseded
from proxy.policy import Action
from proxy.repeat import Repeats
from proxy.shadow import Shadow
from proxy.terms import Terms
from proxy.told import ToldStore
from proxy.trace import UNTRACED, Tracer
from proxy.verdict import Decision, Judged, Request, Verdict

_log = structlog.get_logger()

AUDIT_SECONDS = 10.0
"""A disk that takes longer hangs; whoever waits for it is refused."""

KEPT_EDITIONS = 16
"""Beside the one in force: those whose requests' bodies may still be arriving."""

_STOPPING = frozenset(action.label for action in Action if action.stops)


@dataclass(slots=True)
class Front:
    inquiry: Inquiry
    audit: Audit
    edition: Edition
    """The one in force."""
    shadow: Shadow
    """The candidate that looks on, if there is one."""
    tracer: Tracer = UNTRACED
    repeats: Repeats = field(default_factory=Repeats)
    open: dict[str, DecisionRecord] = field(default_factory=dict)
    """The decisions on record whose requests have not ended, by their references."""
    _editions: dict[int, Edition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.put_in_force(self.edition)

    @property
    def open_requests(self) -> int:
        return len(self.open)

    @property
    def memories(self) -> tuple[ToldStore, Codes, Repeats]:
        """What is remembered of conversations."""
        return self.inquiry.told, self.inquiry.codes, self.repeats

    def put_in_force(self, edition: Edition) -> None:
        """Editions before it stay for the requests that began with them, as long as their workers do."""
        self.edition = edition
        kept = sorted(number for number, each in self._editions.items() if not each.pool.is_ending)[-KEPT_EDITIONS:]
        self._editions = {number: self._editions[number] for number in kept} | {edition.number: edition}

    async def judge(
        self, request: Request, identity: str, number: int, refusal: str | None = None, *, head_is_sent: bool = False
    ) -> Judgement:
        edition = self._editions.get(number)
        if edition is None or (edition.pool.is_ending and refusal is None):
            raise Superseded
        if refusal is not None:
            verdict = edition.refuse(request, refusal)
        else:
            verdict = await self.decide(request, identity, edition)
            if head_is_sent and not _keeps_head(request, verdict):
                verdict = edition.refuse(request, "path_finding")
        await self.commit(request, verdict, edition)
        if verdict.decision is Decision.BLOCK:
            return Judgement(verdict)
        return Judgement(verdict, edition.lexicon(request.host, identity))

    async def decide(self, request: Request, identity: str, edition: Edition) -> Verdict:
        """The verdict by `edition` for a request that was let in. Never raises for a fault of ours: that is a BLOCK."""
        started = time.perf_counter()
        verdict = await self.inquiry.decide(request, identity, edition)
        metrics.observe_decision(time.perf_counter() - started, request.reference)
        blocked = frozenset(item.fingerprint for item in verdict.findings if item.action in _STOPPING)
        if verdict.decision is not Decision.BLOCK or not blocked:
            return verdict
        return replace(verdict, repeat_of=self.repeats.first(identity, verdict.vendor, blocked, request.reference))

    async def commit(self, request: Request, verdict: Verdict, edition: Edition) -> None:
        """Makes the decision durable and counts it. Raises AuditUnavailable, upon which nothing may be sent."""
        record = decision_record(request, verdict, edition)
        started = time.perf_counter()
        try:
            await self.put_on_record(record)
        except AuditUnavailable as err:
            _log.error("not on record, so not sent", reason=err.reason, reference=request.reference)
            self.repeats.forget(request.reference)
            metrics.not_recorded()
            raise
        seconds = time.perf_counter() - started
        metrics.observe_audit(seconds, request.reference)
        self.tracer.committed(request.reference, seconds)
        is_shadow = edition.charter.catalogue.is_shadow(verdict.vendor)
        metrics.record_decision(
            verdict,
            len(request.body),
            is_shadow=is_shadow,
            user=request.user,
            groups=request.profile.groups,
            reference=request.reference,
        )
        self.open[request.reference] = record
        self.shadow.observe(request, request.user or request.profile.address, verdict)

    async def put_on_record(self, record: DecisionRecord | LoadRecord) -> None:
        """Returns once it is durable. Raises AuditUnavailable."""
        try:
            await asyncio.wait_for(self.audit.put(record), AUDIT_SECONDS)
        except TimeoutError:
            raise AuditUnavailable("stalled") from None

    def finish(self, reference: str, ending: Ending) -> None:
        record, tap = self.open.pop(reference), ending.tap
        outcome = OutcomeRecord(
            request=reference,
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
        self.audit.append_later(outcome)
        metrics.record_outcome(record.vendor, outcome)
        self.tracer.finished(record, outcome, ending.answered)

    def warned(self, identity: str, conversation: str, clauses: Sequence[str]) -> None:
        self.inquiry.warned(identity, conversation, clauses)


def _keeps_head(request: Request, verdict: Verdict) -> bool:
    return (verdict.target or request.target, verdict.headers or request.headers) == (request.target, request.headers)


def decision_record(request: Request, verdict: Verdict, edition: Terms) -> DecisionRecord:
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

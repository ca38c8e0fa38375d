"""The candidate: another policy, other rules, judging live traffic beside those in force and deciding nothing.

It sees each request after its decision is durable, in a worker of its own that yields to the others, and has its own
memory of what was told. Nothing waits for it and nothing of it reaches a vendor or a client; when it falls behind,
requests go unseen and are counted. What it would have decided goes on record beside what was.
"""

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from proxy import metrics
from proxy.auditing import Audit
from proxy.auditrecord import AuditChange
from proxy.auditrecord import Shadow as ShadowRecord
from proxy.comparison import Changed, compared
from proxy.draft import Draft
from proxy.edition import Edition
from proxy.inquiry import Inquiry
from proxy.pool import Pool
from proxy.pseudonym.vault import Vault
from proxy.reason import JUDGED
from proxy.reference import new_reference
from proxy.verdict import Request, Verdict

QUEUED_REQUESTS: Final = 256
QUEUED_BYTES: Final = 64 << 20
NICENESS: Final = 10
"""Of the candidate's worker: who serves requests goes first."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Seen:
    request: Request
    identity: str
    verdict: Verdict


@dataclass(slots=True)
class Shadow:
    """Whichever candidate there is, with a pool of its own; none at first."""

    audit: Audit
    inquiry: Inquiry
    _edition: Edition | None = None
    _draft: Draft | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _queue: asyncio.Queue[_Seen] = field(default_factory=asyncio.Queue)
    _queued_bytes: int = 0

    async def follow(self, draft: Draft | None) -> None:
        """Has another candidate judge from now on, or none. Raises PoolError; then it is the former one still."""
        async with self._turn:
            await self._exchange(draft)

    async def _exchange(self, draft: Draft | None) -> None:
        before = self._edition
        if draft is not None and self._draft is not None and draft.digest == self._draft.digest:
            return
        self._edition = await self._edition_of(draft) if draft is not None else None
        self._draft = draft
        if before is not None and (self._edition is None or before.pool is not self._edition.pool):
            await before.pool.stop()
        if before is not None and before.vault is not None:
            before.vault.close()

    async def _edition_of(self, draft: Draft) -> Edition:
        vault = Vault(None, draft.settings.key) if draft.charter.policy.pseudonymises else None
        if self._edition is not None and self._draft is not None and draft.finds_like(self._draft):
            return Edition.of(draft, self._edition.pool, vault)
        pool = Pool(draft.settings, draft.rules, 1, draft.config.limits.scan_seconds, niceness=NICENESS)
        await pool.start()
        return Edition.of(draft, pool, vault)

    async def close(self) -> None:
        await self.follow(None)

    def observe(self, request: Request, identity: str, verdict: Verdict) -> None:
        """Has the candidate judge a request that was decided, unless it was refused unread. Returns at once."""
        if self._edition is None or verdict.reason not in (None, *JUDGED):
            return
        if self._queue.qsize() >= QUEUED_REQUESTS or self._queued_bytes + len(request.body) > QUEUED_BYTES:
            metrics.shadow_skipped("behind")
            return
        self._queued_bytes += len(request.body)
        # What goes on record is of the decision alone; its bytes and answer would only be kept in memory.
        self._queue.put_nowait(_Seen(request, identity, replace(verdict, body=None, headers=None, reply=None)))

    async def run(self) -> None:
        """Judges what was observed, in order, until it is cancelled."""
        while True:
            seen = await self._queue.get()
            try:
                await self._judge(seen)
            except Exception as err:  # the candidate's troubles are nobody else's
                metrics.shadow_skipped("fault")
                _log.warning("candidate failed", exception=type(err).__name__, reference=seen.request.reference)
            finally:
                self._queued_bytes -= len(seen.request.body)

    async def _judge(self, seen: _Seen) -> None:
        edition = self._edition
        if edition is None:
            return
        # A reference of its own: codes and repeats of the candidate must never meet those in force.
        request = replace(seen.request, reference=new_reference())
        verdict = await self.inquiry.decide(request, seen.identity, edition)
        if verdict.reason not in (None, *JUDGED):
            metrics.shadow_skipped("unread")
            return
        record = shadow_record(seen.request, seen.verdict, verdict, edition)
        metrics.record_shadow(record)
        self.audit.append(record)


def shadow_record(request: Request, decided: Verdict, candidate: Verdict, edition: Edition) -> ShadowRecord:
    """Both verdicts on a request, as they go on record."""
    both = compared(request, decided, candidate)
    return ShadowRecord(
        request=both.request,
        time=time.time(),
        vendor=both.vendor,
        user=request.user,
        decision=both.before.action,
        clause=both.before.clause,
        candidate_decision=both.after.action,
        candidate_clause=both.after.clause,
        findings=tuple(map(_recorded, both.findings)),
        policy=edition.standing.policy,
        policy_digest=edition.standing.policy_digest,
        rules_digest=edition.standing.rules_digest,
    )


def _recorded(changed: Changed) -> AuditChange:
    return AuditChange(
        rule=changed.rule,
        entity=changed.entity,
        pointer=changed.pointer,
        fingerprint=changed.fingerprint,
        action=changed.before.action,
        clause=changed.before.clause,
        candidate_action=changed.after.action,
        candidate_clause=changed.after.clause,
    )

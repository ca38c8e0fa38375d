"""From a request to a verdict, whatever happens: ask the pool, remember what was told, refuse when there is no answer.

Shared by the live proxy and `tightlip inspect`. Knows nothing of mitmproxy, audit or metrics.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import structlog

from proxy.codes import Codes
from proxy.credential import CredentialError, CredentialSource, utc_now
from proxy.edition import Edition
from proxy.pool import PoolError
from proxy.signing import is_signed, resign
from proxy.told import NOTHING_TOLD, Told, ToldStore
from proxy.verdict import Decision, Request, Verdict

PSEUDONYM_ROUNDS = 3

_log = structlog.get_logger()


@dataclass(slots=True)
class Inquiry:
    told: ToldStore = field(default_factory=ToldStore)
    codes: Codes = field(default_factory=Codes)
    keys: CredentialSource | None = None
    """None when redacted requests can't be signed anew: then those that are signed are never redacted."""
    in_flight_limit_bytes: int = 512 << 20
    _in_flight_bytes: int = 0

    async def decide(self, request: Request, identity: str, edition: Edition) -> Verdict:
        """The verdict by `edition` for a request of `identity` (user name or client address).

        A fault of ours is a BLOCK.
        """
        if self._in_flight_bytes + len(request.body) > self.in_flight_limit_bytes:
            return edition.refuse(request, "busy")
        self._in_flight_bytes += len(request.body)
        try:
            with edition.pool.leased():
                verdict = await self._decide(request, identity, edition)
            return await self._signed(request, verdict, edition)
        except PoolError as err:
            _log.warning("no verdict", reason=err.reason, where=err.where, reference=request.reference)
            return edition.refuse(request, err.reason)
        finally:
            self._in_flight_bytes -= len(request.body)

    async def _decide(self, request: Request, identity: str, edition: Edition) -> Verdict:
        """Judges again when another request of the same moment took a pseudonym that this one was given."""
        for _ in range(PSEUDONYM_ROUNDS):
            verdict = await self._judge(request, identity, edition)
            if not verdict.pseudonyms:
                return verdict
            if edition.vault is not None and edition.vault.remember(identity, verdict.vendor, verdict.pseudonyms):
                return verdict
        raise PoolError("scan_failed", "pseudonyms")

    async def _signed(self, request: Request, verdict: Verdict, edition: Edition) -> Verdict:
        """The verdict with the signature made anew of a request that was signed, and redacted."""
        if not verdict.is_changed or not is_signed(request):
            return verdict
        try:
            if self.keys is None:
                raise CredentialError("aws_signing.source: expected a source, found none")
            key = await asyncio.to_thread(self.keys.get)
            headers = resign(verdict.applied(request), key, utc_now())
        except (CredentialError, ValueError) as err:
            _log.warning("not signed", where=str(err), reference=request.reference)
            refused = edition.refuse(request, "signing_failed")
            return replace(refused, findings=verdict.findings, received_sha256=verdict.received_sha256)
        return replace(verdict, headers=headers)

    async def _judge(self, request: Request, identity: str, edition: Edition) -> Verdict:
        known = edition.known(request.host, identity)
        verdict = await edition.inspect(request, known=known)
        if not verdict.conversation:
            return verdict
        conversation = named(verdict)
        told = self._told(identity, conversation)
        is_answered = verdict.decision is Decision.BLOCK and told != NOTHING_TOLD
        if is_answered or (told.sent and verdict.decision is not Decision.ALLOW):
            verdict = await edition.inspect(request, told, known)
        used = verdict.justification
        if used is not None and not self.codes.use(identity, conversation, used):
            others = frozenset(offer for offer in told.offers if offer.code != used.code)
            verdict = await edition.inspect(request, replace(told, offers=others), known)
        return self._remembered(verdict, identity, conversation, told)

    def _told(self, identity: str, conversation: str) -> Told:
        told = self.told.recall(identity, conversation)
        offers = self.codes.open(identity, conversation)
        return replace(told, offers=offers) if offers else told

    def _remembered(self, verdict: Verdict, identity: str, conversation: str, told: Told) -> Verdict:
        if verdict.offer is not None and verdict.offer.code:
            self.codes.offer(identity, conversation, verdict.offer)
        if verdict.decision is Decision.BLOCK or verdict.telling.sent or verdict.telling.let:
            self.told.remember(identity, conversation, verdict.telling)
        if verdict.notice and told.warned.issuperset(verdict.warned):
            return replace(verdict, notice="")
        return verdict

    def warned(self, identity: str, conversation: str, clauses: Iterable[str]) -> None:
        """Remembers that the user has read of these clauses in a reply: once in a conversation is enough."""
        self.told.remember(identity, conversation, Told(warned=frozenset(clauses)))


def named(verdict: Verdict) -> str:
    """A user's conversation with a vendor, as `ToldStore` and `Codes` name it."""
    return f"{verdict.vendor}/{verdict.conversation}"

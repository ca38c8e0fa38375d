"""From a request to a verdict, whatever happens: ask the pool, remember what was told, refuse when there is no answer.

Shared by the live proxy and `tightlip inspect`. Knows nothing of mitmproxy, audit or metrics.
"""

import asyncio
import time
from dataclasses import dataclass, field, replace

import structlog

from proxy import formats, message
from proxy.credential import CredentialError, CredentialSource, utc_now
from proxy.formats import Format
from proxy.gate import Gate
from proxy.pool import Pool, PoolError
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.pseudonym.vault import Vault
from proxy.reason import status_of
from proxy.replies.answer import Answers
from proxy.restore import Lexicon
from proxy.signing import is_signed, resign
from proxy.told import ToldStore
from proxy.verdict import Decision, Reply, Request, Verdict
from proxy.wording import Wording, english

PSEUDONYM_ROUNDS = 3

_log = structlog.get_logger()


@dataclass(slots=True)
class Inquiry:
    gate: Gate
    pool: Pool
    told: ToldStore = field(default_factory=ToldStore)
    vault: Vault | None = None
    """None when no policy gives pseudonyms."""
    keys: CredentialSource | None = None
    """None when redacted requests can't be signed anew: then those that are signed are never redacted."""
    wording: Wording = field(default_factory=english)
    in_flight_limit_bytes: int = 512 << 20
    _in_flight_bytes: int = 0

    async def decide(self, request: Request, identity: str) -> Verdict:
        """The verdict for a request of `identity` (user name or client address). A fault of ours is a BLOCK."""
        if self._in_flight_bytes + len(request.body) > self.in_flight_limit_bytes:
            return self.refuse(request, "busy")
        self._in_flight_bytes += len(request.body)
        try:
            return await self._signed(request, await self._decide(request, identity))
        except PoolError as err:
            _log.warning("no verdict", reason=err.reason, where=err.where, reference=request.reference)
            return self.refuse(request, err.reason)
        finally:
            self._in_flight_bytes -= len(request.body)

    async def _decide(self, request: Request, identity: str) -> Verdict:
        """Judges again when another request of the same moment took a pseudonym that this one was given."""
        for _ in range(PSEUDONYM_ROUNDS):
            verdict = await self._judge(request, identity)
            if not verdict.pseudonyms:
                return verdict
            if self.vault is not None and self.vault.remember(identity, verdict.vendor, verdict.pseudonyms):
                return verdict
        raise PoolError("scan_failed", "pseudonyms")

    async def _signed(self, request: Request, verdict: Verdict) -> Verdict:
        """The verdict with the signature made anew of a request that was signed, and redacted."""
        if verdict.decision is not Decision.REDACT or not is_signed(request):
            return verdict
        try:
            if self.keys is None:
                raise CredentialError("aws_signing.source: expected a source, found none")
            key = await asyncio.to_thread(self.keys.get)
            headers = resign(verdict.applied(request), key, utc_now())
        except (CredentialError, ValueError) as err:
            _log.warning("not signed", where=str(err), reference=request.reference)
            refused = self.refuse(request, "signing_failed")
            return replace(refused, findings=verdict.findings, received_sha256=verdict.received_sha256)
        return replace(verdict, headers=headers)

    async def _judge(self, request: Request, identity: str) -> Verdict:
        known = self._known(request, identity)
        verdict = await self.pool.inspect(request, known=known)
        if not verdict.conversation:
            return verdict
        conversation = f"{verdict.vendor}/{verdict.conversation}"
        told = self.told.recall(identity, conversation)
        if told.fingerprints or (told.sent and verdict.decision is not Decision.ALLOW):
            verdict = await self.pool.inspect(request, told, known)
        if verdict.decision is Decision.BLOCK or verdict.telling.sent:
            self.told.remember(identity, conversation, verdict.telling)
        return verdict

    def _known(self, request: Request, identity: str) -> Known:
        vendor = self.gate.catalogue.vendor_for(request.host)
        if self.vault is None or vendor is None:
            return NOTHING_KNOWN
        return self.vault.known(identity, vendor.id)

    def lexicon(self, host: str, identity: str) -> Lexicon | None:
        """The pseudonyms that become values again in a reply of `host` to `identity`; None when there are none."""
        vendor = self.gate.catalogue.vendor_for(host)
        if self.vault is None or vendor is None:
            return None
        return self.vault.lexicon(identity, vendor.id)

    def refuse(self, request: Request, reason: str) -> Verdict:
        """A BLOCK verdict for something that was refused without being read."""
        vendor = self.gate.catalogue.vendor_for(request.host)
        return Verdict(
            Decision.BLOCK,
            vendor.id if vendor else "other",
            self.format_of(request.method, request.host, request.target).id,
            reason=reason,
            reply=self.refusal_reply(request, reason),
        )

    def refusal_reply(self, request: Request, reason: str) -> Reply:
        """The answer to a refusal in the shape that the client of this route understands."""
        fmt = self.format_of(request.method, request.host, request.target)
        text = message.refusal_message(reason, request.reference, self.wording)
        return Answers(time=time.time()).refusal(request, fmt, text, status_of(reason))

    def format_of(self, method: str, host: str, target: str) -> Format:
        return formats.identify(method, host, target, self.gate.catalogue.vendor_for(host))

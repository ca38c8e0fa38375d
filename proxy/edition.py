"""An edition: rules and charter that belong together, and all that follows from them. Immutable.

A request takes the edition that is in force when its headers arrive and keeps it to its end: what lets it in, what it
is judged by, the words it is refused with and what its record says are then of one piece, whatever is loaded meanwhile.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Self

from proxy import formats, message
from proxy.charter import Charter
from proxy.draft import Draft
from proxy.formats import Format
from proxy.gate import Gate
from proxy.pool import Pool
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.pseudonym.vault import Vault
from proxy.reason import status_of
from proxy.replies.answer import Answers
from proxy.restore import Lexicon
from proxy.setting import gate_of
from proxy.task import Sealed
from proxy.told import NOTHING_TOLD, Told
from proxy.vendor import Vendor
from proxy.verdict import Decision, Reply, Request, Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """What records say of an edition: its own short name, the policy's, and the digests of what it judges by."""

    policy: str
    policy_digest: str
    rules_digest: str
    config_digest: str
    edition: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """`pool` finds by the edition's rules; editions with the same rules share it. `sealed` is the charter.

    `vault` is None when the policy gives no pseudonyms.
    """

    charter: Charter
    sealed: Sealed
    gate: Gate
    pool: Pool
    standing: Standing
    vault: Vault | None = None
    number: int = 1

    async def inspect(self, request: Request, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN) -> Verdict:
        """The verdict of one worker. Raises PoolError."""
        return await self.pool.inspect(request, self.sealed, told, known)

    def vendor_for(self, host: str) -> Vendor | None:
        return self.charter.catalogue.vendor_for(host)

    def format_of(self, method: str, host: str, target: str) -> Format:
        return formats.identify(method, host, target, self.vendor_for(host))

    def refuse(self, request: Request, reason: str) -> Verdict:
        """A BLOCK verdict for something that was refused without being read."""
        vendor = self.vendor_for(request.host)
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
        text = message.refusal_message(reason, request.reference, self.charter.wording)
        return Answers(time=time.time()).refusal(request, fmt, text, status_of(reason))

    def known(self, host: str, identity: str) -> Known:
        """The pseudonyms that `identity` has been given for the vendor of `host`."""
        vendor = self.vendor_for(host)
        if self.vault is None or vendor is None:
            return NOTHING_KNOWN
        return self.vault.known(identity, vendor.id)

    def lexicon(self, host: str, identity: str) -> Lexicon | None:
        """The pseudonyms that become values again in a reply of `host` to `identity`; None when there are none."""
        vendor = self.vendor_for(host)
        if self.vault is None or vendor is None:
            return None
        return self.vault.lexicon(identity, vendor.id)

    @classmethod
    def of(cls, draft: Draft, pool: Pool, vault: Vault | None, number: int = 1) -> Self:
        """The edition that files describe, with workers for its rules."""
        charter, config = draft.charter, draft.config
        return cls(charter, draft.sealed, gate_of(config, charter.catalogue), pool, standing_of(draft), vault, number)


def standing_of(draft: Draft) -> Standing:
    charter, config = draft.charter, draft.config
    name = hashlib.sha256(f"{draft.rules.digest}\n{charter.digest}\n{config.digest}".encode()).hexdigest()[:12]
    return Standing(charter.policy.id, charter.policy.digest, draft.rules.digest, config.digest, name)

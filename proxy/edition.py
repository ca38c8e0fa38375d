"""An edition: rules and charter that belong together, and all that follows from them. Immutable.

A request takes the edition that is in force when its headers arrive and keeps it to its end: what lets it in, what it
is judged by, the words it is refused with and what its record says are then of one piece, whatever is loaded meanwhile.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from proxy.draft import Draft
from proxy.pool import Pool
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.pseudonym.vault import Vault
from proxy.restore import Lexicon
from proxy.setting import gate_of
from proxy.task import Sealed
from proxy.terms import Standing, Terms
from proxy.told import NOTHING_TOLD, Told
from proxy.verdict import Request, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Edition(Terms):
    """`pool` finds by the edition's rules; editions with the same rules share it. `sealed` is the charter.

    `vault` is None when the policy gives no pseudonyms, `expires` None when it comes from no bundle.
    """

    sealed: Sealed
    pool: Pool
    vault: Vault | None = None
    expires: datetime | None = None

    async def inspect(self, request: Request, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN) -> Verdict:
        """The verdict of one worker. Raises PoolError."""
        return await self.pool.inspect(request, self.sealed, told, known)

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
        gate, standing = gate_of(config, charter.catalogue), standing_of(draft)
        body_bytes, expires = draft.settings.limits.body_bytes, draft.bundle.expires if draft.bundle else None
        return cls(charter, gate, standing, body_bytes, number, draft.sealed, pool, vault, expires)


def standing_of(draft: Draft) -> Standing:
    charter, config = draft.charter, draft.config
    parts = (draft.rules.digest, draft.settings.names_digest, charter.digest, config.digest)
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return Standing(charter.policy.id, charter.policy.digest, draft.rules.digest, config.digest, name)

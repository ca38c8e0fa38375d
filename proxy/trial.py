"""Judging beside the live traffic: an edition with one worker and a vault in memory, that nothing is sent by.

For `tightlip inspect` and `tightlip replay`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from proxy.admission import is_plain_passage, refusal_of
from proxy.configfile import ConfigError
from proxy.draft import Draft
from proxy.edition import Edition
from proxy.inquiry import Inquiry
from proxy.origin import split_hints
from proxy.pool import Pool, PoolError
from proxy.pseudonym.vault import Vault
from proxy.verdict import Decision, Request, Verdict


@asynccontextmanager
async def trial(draft: Draft) -> AsyncIterator[Edition]:
    """The edition that a draft describes, until it is left. Raises ConfigError when its worker does not start."""
    pool = Pool(draft.settings, draft.rules, 1, draft.config.limits.scan_seconds)
    try:
        await pool.start()
    except PoolError as err:
        raise ConfigError("the scan worker did not start; `tightlip config check` and the log say why") from err
    try:
        yield Edition.of(draft, pool, Vault(None, pool.settings.key) if draft.charter.policy.pseudonymises else None)
    finally:
        await pool.stop()


async def judged(request: Request, inquiry: Inquiry, edition: Edition) -> Verdict:
    """The verdict for a request as it would come to the live proxy."""
    kept, hints = split_hints(request.headers, edition.charter.classification.headers)
    request = replace(request, headers=kept, hints=(*request.hints, *hints))
    refusal = refusal_of(request, edition.gate)
    if refusal is None and len(request.body) > edition.pool.settings.limits.body_bytes:
        refusal = "too_large"
    if refusal is not None:
        return edition.refuse(request, refusal)
    if edition.vendor_for(request.host) is None or is_plain_passage(request, edition.gate):
        return Verdict(Decision.ALLOW, "other", "none", reason="not_intercepted")
    return await inquiry.decide(request, request.user or "local", edition)

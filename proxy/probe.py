"""Readiness, proved rather than assumed: a canary is scanned by a live worker; log, CA and listeners are asked."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from proxy.audit import AuditUnavailable
from proxy.auditing import Audit
from proxy.ca import CA
from proxy.front import Front
from proxy.pool import PoolError
from proxy.verdict import Request, Verdict

PROBE_SECONDS = 5.0


class Accepts(Protocol):
    @property
    def is_whole(self) -> bool:
        """Whether every process that should accept connections does."""


class Probe:
    """Called from the status server's threads; asks the proxy's own loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, front: Front, audit: Audit, authority: CA, serving: Accepts
    ) -> None:
        self._loop = loop
        self._front = front
        self._audit = audit
        self._authority = authority
        self._serving = serving

    def __call__(self) -> dict[str, bool]:
        """Each check by name. All True means ready."""
        return {**self.of_work(), "ca": self._ca_is_valid(), "listening": self._serving.is_whole}

    def of_work(self) -> dict[str, bool]:
        """What a restart might mend, by name: an expired CA does not get younger by one."""
        return {"engine": self._engine_works(), "audit": self._audit_is_written()}

    def _engine_works(self) -> bool:
        """Whether a worker, asked now, finds the canary.

        When there is more to do than can be done, it finds no worker. Verdicts that others get meanwhile prove as much:
        a host that works to its limit is neither to be restarted nor to be left to its neighbours.
        """
        before = self._front.edition.pool.answered
        verdict = self._verdict()
        return bool(verdict.findings) if verdict else self._front.edition.pool.answered != before

    def _verdict(self) -> Verdict | None:
        """A worker's word on the canary; None when none was to be had."""
        future = asyncio.run_coroutine_threadsafe(self._front.edition.inspect(canary()), self._loop)
        try:
            return future.result(PROBE_SECONDS)
        except (PoolError, TimeoutError):
            future.cancel()
            return None

    def _audit_is_written(self) -> bool:
        try:
            self._audit.probe().result(PROBE_SECONDS)
        except (AuditUnavailable, TimeoutError):
            return False
        return True

    def _ca_is_valid(self) -> bool:
        return self._authority.days_left(datetime.now(UTC)) >= 0


def canary() -> Request:
    """A request with something to find, whatever the policy: a private key in PEM that is nobody's."""
    marker = "-----BEGIN " + "RSA PRIVATE KEY-----"
    body = marker + "\n" + "MIIEowIBAAKCAQEA" + "canary" * 16 + "\n" + marker.replace("BEGIN", "END")
    return Request(
        "POST",
        "https",
        "api.openai.com",
        443,
        "/v1/probe",
        ((b"content-type", b"text/plain"),),
        body.encode(),
    )

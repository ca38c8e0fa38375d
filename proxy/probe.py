"""Readiness, proved rather than assumed: a canary is scanned by a live worker, the audit log and the CA are asked."""

import asyncio
from datetime import UTC, datetime

from proxy.audit import AuditLog, AuditUnavailable
from proxy.ca import CA
from proxy.front import Front
from proxy.pool import PoolError
from proxy.verdict import Request

PROBE_SECONDS = 5.0


class Probe:
    """Called from the status server's threads; asks the proxy's own loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, front: Front, audit: AuditLog, authority: CA) -> None:
        self._loop = loop
        self._front = front
        self._audit = audit
        self._authority = authority

    def __call__(self) -> dict[str, bool]:
        """Each check by name. All True means ready."""
        return {"engine": self._engine_finds(), "audit": self._audit_is_written(), "ca": self._ca_is_valid()}

    def _engine_finds(self) -> bool:
        """Whether a worker, asked now, finds the canary."""
        future = asyncio.run_coroutine_threadsafe(self._front.edition.inspect(canary()), self._loop)
        try:
            return bool(future.result(PROBE_SECONDS).findings)
        except (PoolError, TimeoutError):
            future.cancel()
            return False

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

"""The hand that writes the audit log. While it changes hands records wait; those who append don't notice.

Knows which requests are open: decided, on record or about to be, and without an outcome.
"""

import asyncio
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditing import Audit
from proxy.auditowed import subject_of
from proxy.auditrecord import Change, Decision, Load, Outcome, Shadow, encode
from proxy.configfile import ConfigError

HELD_RECORDS: Final = 10_000

Held = tuple[str | None, Future[int] | None]
"""A record, or the wish for a proof that one could be written; and who waits, if anybody does."""


class Pen:
    """An `Audit` before any is there, and from one to the next. Thread-safe."""

    def __init__(self, audit: Audit | None = None) -> None:
        self._turn = threading.RLock()
        self._audit = audit
        self._held: list[Held] = []
        self._held_since: float | None = None
        self._open: dict[str, None] = {}
        self._others: dict[str, None] = {}

    @property
    def open_requests(self) -> tuple[str, ...]:
        with self._turn:
            return (*self._others, *self._open)

    @property
    def available(self) -> bool:
        audit = self._audit
        return len(self._held) < HELD_RECORDS if audit is None else audit.available

    @property
    def failures(self) -> int:
        audit = self._audit
        return 0 if audit is None else audit.failures

    @property
    def lag_seconds(self) -> float:
        audit, since = self._audit, self._held_since
        if audit is not None:
            return audit.lag_seconds
        return 0.0 if since is None else time.monotonic() - since

    def append(self, record: Decision | Outcome | Shadow | Change | Load) -> Future[int]:
        """As `AuditLog.append`; while nobody holds the log the record waits, and is not written if nobody waits for it
        any more."""
        return self.append_encoded(encode(record))

    def append_encoded(self, members: str) -> Future[int]:
        with self._turn:
            future = self._pass_on(members)
            self._note(members, future)
        return future

    async def put(self, record: Decision | Outcome | Shadow | Change | Load) -> int:
        audit = self._audit
        if audit is None:
            return await asyncio.wrap_future(self.append(record))
        if isinstance(record, Decision):
            with self._turn:
                self._open[record.request] = None
        try:
            return await audit.put(record)
        except AuditUnavailable:
            if isinstance(record, Decision):
                self._forget(record.request)
            raise

    def append_later(self, record: Outcome) -> None:
        self.append_later_encoded(encode(record))

    def append_later_encoded(self, members: str) -> None:
        with self._turn:
            if (subject := subject_of(members)) is not None:
                self._forget(subject[1])
            if self._audit is not None:
                self._audit.append_later_encoded(members)
            elif len(self._held) < HELD_RECORDS:
                self._held.append((members, None))

    def probe(self) -> Future[int]:
        with self._turn:
            return self._pass_on(None)

    def lift(self) -> Audit | None:
        """Lets records wait from now on. Who wrote them up to now."""
        with self._turn:
            audit, self._audit = self._audit, None
            return audit

    def give(self, audit: Audit, still_open: Iterable[str] = ()) -> None:
        """Has it write what waits, in order, and what is to come; `still_open` are requests that others began."""
        with self._turn:
            self._others |= dict.fromkeys(still_open)
            held, self._held, self._held_since = self._held, [], None
            self._audit = audit
            for members, future in held:
                if future is None:
                    audit.append_later_encoded(members or "")
                elif future.set_running_or_notify_cancel():
                    _follow(self._pass_on(members), future)
                elif (subject := subject_of(members or "")) is not None:
                    self._forget(subject[1])

    def end_open(self, result: str) -> None:
        """Puts this outcome on record for every request that has none, others' excepted: nothing is sent any more."""
        with self._turn:
            left = tuple(self._open)
        for request in left:
            self.append(Outcome(request=request, time=time.time(), result=result))

    def close(self) -> None:
        """Ends what is open, since it is cut, and closes the log, if it is this process that holds it."""
        self.end_open("cut")
        if isinstance(audit := self.lift(), AuditLog):
            audit.close()

    def _pass_on(self, members: str | None) -> Future[int]:
        if self._audit is not None:
            return self._audit.probe() if members is None else self._audit.append_encoded(members)
        future: Future[int] = Future()
        if len(self._held) >= HELD_RECORDS:
            future.set_exception(AuditUnavailable("busy"))
            return future
        self._held.append((members, future))
        self._held_since = self._held_since or time.monotonic()
        return future

    def _note(self, members: str, future: Future[int]) -> None:
        match subject_of(members):
            case ("decision", request):
                self._open[request] = None
                future.add_done_callback(lambda done: self._forget(request) if _has_failed(done) else None)
            case ("outcome", request):
                self._forget(request)

    def _forget(self, request: str) -> None:
        """Of a request that has an outcome, or whose decision did not come on record, nothing more is to come."""
        with self._turn:
            self._open.pop(request, None)
            self._others.pop(request, None)


def opened(folder: Path) -> AuditLog:
    """The log under `folder`. Raises ConfigError."""
    try:
        return AuditLog(folder)
    except AuditUnavailable as err:
        if err.reason == "locked":
            raise ConfigError(
                f"{folder}: expected no other proxy with this state folder, found another proxy or a command;"
                " `tightlip run --takeover` takes a proxy's place"
            ) from err
        raise ConfigError(
            f"{folder}: expected an audit log that can be written, found {err.reason}; without one nothing may be sent"
        ) from err


def _has_failed(done: Future[int]) -> bool:
    return not done.cancelled() and done.exception() is not None


def _follow(passed_on: Future[int], future: Future[int]) -> None:
    """Settles the one as the other."""

    def settle(done: Future[int]) -> None:
        if (err := done.exception()) is not None:
            future.set_exception(err)
        else:
            future.set_result(done.result())

    passed_on.add_done_callback(settle)

"""Signs of life for the service manager, each of them earned: a worker has just found the canary, a record was written.

A process that is there but scans nothing or records nothing lets nobody through either; started anew it may.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import structlog

from proxy import metrics
from proxy.notify import ServiceManager

Proof = Callable[[], Mapping[str, bool]]

PROOFS: Final = 4
"""In the time after which silence counts as death: one that fails is no reason to restart."""
_log = structlog.get_logger()


@contextlib.contextmanager
def watched(manager: ServiceManager, proof: Proof) -> Iterator[None]:
    """Signs of life within this, where the manager waits for them."""
    if manager.watchdog_seconds is None:
        yield
        return
    with contextlib.closing(Watchdog(proof, manager.alive, manager.watchdog_seconds)):
        yield


class Watchdog:
    """Proves and tells, on a thread of its own, until closed. `proof` gives each check by name."""

    def __init__(self, proof: Proof, alive: Callable[[], None], seconds: float) -> None:
        """`seconds`: how long silence may last."""
        self._proof = proof
        self._alive = alive
        self._seconds = seconds / PROOFS
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """No sign of life after this."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            failed = self._failed()
            if self._closed.is_set():
                return
            metrics.ready(not failed)
            if failed:
                _log.error("no sign of life to the service manager: the proof failed", where=", ".join(failed))
            else:
                self._alive()
            metrics.watchdog_proved("failed" if failed else "proved")
            self._closed.wait(self._seconds)

    def _failed(self) -> list[str]:
        """The checks that did not hold."""
        try:
            checks = self._proof()
        except Exception as err:  # whatever it was, nothing was proved
            return [type(err).__name__]
        return [name for name, holds in checks.items() if not holds]

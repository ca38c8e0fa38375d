"""Memory gets short by stages: collect, refuse what is large, refuse all, end the largest worker; and not the kernel.

Each stage holds until there is clearly less, so that nothing flutters.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from proxy import metrics
from proxy.bound import LARGE_BODY_BYTES, InFlight, Pressure
from proxy.memory import Budget, budget_of, collect, own_bytes

LOOK_SECONDS: Final = 0.5
AT: Final = {Pressure.COLLECT: 0.70, Pressure.REFUSE_LARGE: 0.80, Pressure.REFUSE_ALL: 0.90}
"""Of the budget. What is in hand goes on, and may need as much again: a tenth of the budget for each stage."""

END_AT: Final = 0.95
EASE: Final = 0.05
"""A stage ends so much below where it began."""

COLLECT_SECONDS: Final = 2.0
"""Between two collections: each stops everything for some tens of milliseconds."""

END_SECONDS: Final = 10.0
"""Between two ends: a new worker takes seconds to start, and another one's end helps nobody meanwhile."""

SURGE_BYTES: Final = 64 << 20
"""After so many bytes of bodies at once, what they leave is given back as soon as they are gone."""

_log = structlog.get_logger()


def stage_of(share: float, now: Pressure) -> Pressure:
    """The stage at `share` of the budget, coming from the stage `now`."""
    reached = max((stage for stage, at in AT.items() if share >= at), default=Pressure.NONE)
    held = max((stage for stage, at in AT.items() if stage <= now and share >= at - EASE), default=Pressure.NONE)
    return max(reached, held)


@dataclass(slots=True)
class Relief:
    """Looks at memory and does what its stage asks for. `end_largest` ends what can be started anew at once."""

    budget: Budget
    in_flight: InFlight
    end_largest: Callable[[], None]
    _collected_at: float = float("-inf")
    _ended_at: float = float("-inf")
    _peak_bytes: int = 0

    async def run(self) -> None:
        """Runs until it is cancelled."""
        while True:
            try:
                self.look(time.monotonic())
            except Exception as err:  # the next look may do better
                _log.error("memory not looked at", exception=type(err).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    def look(self, now: float) -> None:
        """One round, as of `now`, monotonic."""
        share = self._share()
        if now - self._collected_at >= COLLECT_SECONDS and (share >= AT[Pressure.COLLECT] or self._has_ebbed()):
            self._collect(now)
            share = self._share()
        self._enter(stage_of(share, self.in_flight.pressure), share)
        if share >= END_AT and now - self._ended_at >= END_SECONDS:
            self._ended_at = now
            _log.error("memory nearly used up: the largest worker is ended", share=round(share, 2))
            self.end_largest()

    def _share(self) -> float:
        return self.budget.used() / self.budget.limit_bytes

    def _collect(self, now: float) -> None:
        self._collected_at = now
        self._peak_bytes = SURGE_BYTES if self.in_flight.bytes > LARGE_BODY_BYTES else 0  # what is left goes later
        collect()

    def _has_ebbed(self) -> bool:
        """Whether much was in flight a moment ago, and little is left of it."""
        self._peak_bytes = max(self._peak_bytes, self.in_flight.bytes)
        return self._peak_bytes >= SURGE_BYTES and self.in_flight.bytes < self._peak_bytes / 4

    def _enter(self, stage: Pressure, share: float) -> None:
        metrics.memory_pressure(stage)
        if stage is self.in_flight.pressure:
            return
        told = _log.info if stage < Pressure.REFUSE_LARGE else _log.warning
        told("memory", stage=stage.name.lower(), share=round(share, 2), limit=self.budget.limit_bytes)
        self.in_flight.pressure = stage


def relief_of(limit: int | None, in_flight: InFlight, workers: Callable[[], Iterable[int]]) -> Relief | None:
    """For this process and all below it, of which `workers` are started anew when they end. None where nothing is told.

    `limit` is in bytes; None is what the system leaves.
    """
    budget = budget_of(limit, os.getpid())
    if budget is None:
        return None
    return Relief(budget, in_flight, lambda: _end(max(workers(), key=own_bytes, default=None)))


def _end(pid: int | None) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

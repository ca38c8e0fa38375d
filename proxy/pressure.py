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
    """Looks at memory and does what its stage asks for in the process that takes bodies in."""

    budget: Budget
    in_flight: InFlight
    _collected_at: float = float("-inf")
    _peak_bytes: int = 0

    def look(self, now: float) -> None:
        """One round, as of `now`, monotonic."""
        share = self._share()
        if now - self._collected_at >= COLLECT_SECONDS and (share >= AT[Pressure.COLLECT] or self._has_ebbed()):
            self._collect(now)
            share = self._share()
        self._enter(stage_of(share, self.in_flight.pressure), share)

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


@dataclass(slots=True)
class LastResort:
    """Ends the largest of the processes that are started anew when they end, before the kernel ends any."""

    budget: Budget
    process_ids: Callable[[], Iterable[int]]
    _ended_at: float = float("-inf")

    def look(self, now: float) -> None:
        """One round, as of `now`, monotonic."""
        share = self.budget.used() / self.budget.limit_bytes
        if share < END_AT or now - self._ended_at < END_SECONDS:
            return
        pid = max(self.process_ids(), key=own_bytes, default=None)
        if pid is not None:
            self._ended_at = now
            _log.error("memory nearly used up: the largest process is ended", share=round(share, 2))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


async def relieve(limit: int | None, root: int, in_flight: InFlight) -> None:
    """Keeps `in_flight` told how short of memory process `root` and all below it are, until it is cancelled.

    `limit` is in bytes; None is what the system leaves.
    """
    if (budget := budget_of(limit, root)) is not None:
        await _keep_looking(Relief(budget, in_flight).look)


async def stand_by(limit: int | None, process_ids: Callable[[], Iterable[int]]) -> None:
    """Ends the largest of these when this process and all below it have taken nearly all, until it is cancelled."""
    if (budget := budget_of(limit, os.getpid())) is not None:
        await _keep_looking(LastResort(budget, process_ids).look)


async def _keep_looking(look: Callable[[float], None]) -> None:
    while True:
        try:
            look(time.monotonic())
        except Exception as err:  # the next look may do better
            _log.error("memory not looked at", exception=type(err).__name__)
        await asyncio.sleep(LOOK_SECONDS)

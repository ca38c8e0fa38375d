"""What proves that it works: a canary found, or work done for others; never an engine that finds nothing."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from proxy.audit import AuditUnavailable
from proxy.pool import PoolError
from proxy.probe import Probe
from proxy.verdict import Decision, Judged, Request, Verdict

FOUND = Judged("r", "secret", "KEY", "high", "", "prompt", 0, 1, 0.9, True, "f" * 32, "block", "c")


@dataclass
class Parts:
    """What a probe asks, in one: front, edition, pool, audit log, authority and listeners."""

    answer: Callable[["Parts"], Verdict]
    days: int = 100
    is_full: bool = False
    answered: int = 0
    is_whole: bool = True
    asked: list[Request] = field(default_factory=list)

    @property
    def edition(self) -> "Parts":
        return self

    pool = edition

    async def inspect(self, request: Request) -> Verdict:
        self.asked.append(request)
        return self.answer(self)

    def probe(self) -> Future[None]:
        future: Future[None] = Future()
        if self.is_full:
            future.set_exception(AuditUnavailable("full"))
        else:
            future.set_result(None)
        return future

    def days_left(self, now: datetime) -> int:
        return self.days


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def checks(loop: asyncio.AbstractEventLoop, parts: Parts) -> dict[str, bool]:
    anything: Any = parts
    probe = Probe(loop, anything, anything, anything, anything)
    found = probe()
    assert probe.of_work() == {name: holds for name, holds in found.items() if name in ("engine", "audit")}
    return found


def finds(parts: Parts) -> Verdict:
    parts.answered += 1
    return Verdict(Decision.BLOCK, "openai", "openai.chat", findings=(FOUND,))


def finds_nothing(parts: Parts) -> Verdict:
    parts.answered += 1
    return Verdict(Decision.ALLOW, "openai", "openai.chat")


def is_busy_with_others(parts: Parts) -> Verdict:
    parts.answered += 7
    raise PoolError("busy")


def is_busy_with_nothing(parts: Parts) -> Verdict:
    raise PoolError("busy")


@pytest.mark.parametrize(
    ("answer", "works"),
    [(finds, True), (finds_nothing, False), (is_busy_with_others, True), (is_busy_with_nothing, False)],
)
def test_the_engine_works_when_it_finds_or_works_for_others(
    loop: asyncio.AbstractEventLoop, answer: Callable[[Parts], Verdict], works: bool
) -> None:
    parts = Parts(answer)
    assert checks(loop, parts) == {"engine": works, "audit": True, "ca": True, "listening": True}
    assert b"PRIVATE KEY" in parts.asked[0].body


def test_what_else_does_not_hold_is_named(loop: asyncio.AbstractEventLoop) -> None:
    assert checks(loop, Parts(finds, is_full=True)) == {"engine": True, "audit": False, "ca": True, "listening": True}
    assert checks(loop, Parts(finds, days=-1)) == {"engine": True, "audit": True, "ca": False, "listening": True}
    assert checks(loop, Parts(finds, is_whole=False)) == {"engine": True, "audit": True, "ca": True, "listening": False}

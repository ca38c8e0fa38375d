"""What waits for the audit log and what does not: coroutines, threads, and outcomes that go along with a decision."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from proxy import auditsegment
from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditwait import tell
from tests.proxy.test_audit import chain_is_whole, decision, outcome, records


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    log = AuditLog(tmp_path)
    yield log
    log.close()


async def test_coroutines_learn_their_numbers(log: AuditLog) -> None:
    assert await asyncio.gather(*(log.put(decision(f"r{number}")) for number in range(20))) == list(range(2, 22))


async def test_a_coroutine_that_goes_away_leaves_its_record(log: AuditLog, tmp_path: Path) -> None:
    gone = asyncio.create_task(log.put(decision("r1")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await log.put(decision("r2")) == 3
    assert [record.get("request") for record in records(tmp_path)] == [None, "r1", "r2"]


async def test_a_closed_log_refuses_coroutines(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.close()
    log.append_later(outcome())
    with pytest.raises(AuditUnavailable, match="closed"):
        await log.put(decision())
    assert len(records(tmp_path)) == 1


async def test_what_ended_together_is_told_in_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    waiters: list[asyncio.Future[int]] = [loop.create_future() for _ in range(3)]
    waiters[1].cancel()
    calls = []
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *given: calls.append(given))
    thread: Future[int] = Future()
    tell([*((waiter, number) for number, waiter in enumerate(waiters)), (thread, 7), (None, 8)])
    ((settle, turn),) = calls
    settle(turn)
    assert (waiters[0].result(), waiters[2].result(), thread.result(0)) == (0, 2, 7)


def test_a_closed_loop_is_told_nothing() -> None:
    loop = asyncio.new_event_loop()
    waiter: asyncio.Future[int] = loop.create_future()
    loop.close()
    tell([(waiter, 1)])
    assert not waiter.done()


def test_an_outcome_goes_along_with_the_next_decision(
    log: AuditLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proxy.audit.LATER_SECONDS", 60)  # so that only the next decision can take it along
    log.append(decision("r1")).result(60)
    syncs = []
    monkeypatch.setattr(auditsegment, "_sync", lambda descriptor: (syncs.append(descriptor), os.fsync(descriptor)))
    log.append_later(outcome("r1"))
    assert log.append(decision("r2")).result(60) == 3
    assert [record["type"] for record in records(tmp_path)] == ["start", "decision", "decision", "outcome"]
    assert len(syncs) == 1
    assert chain_is_whole(tmp_path)


def test_outcomes_that_nothing_follows_are_soon_on_record(log: AuditLog, tmp_path: Path) -> None:
    for number in range(3):  # whether the writer has just been busy, or sleeps
        log.append_later(outcome(f"r{number}"))
        deadline = time.monotonic() + 60
        while len(records(tmp_path)) < number + 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [record.get("request") for record in records(tmp_path)][number + 1 :] == [f"r{number}"]
    assert chain_is_whole(tmp_path)


def test_a_log_that_closes_leaves_no_outcome_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.audit.LATER_SECONDS", 60)
    log = AuditLog(tmp_path)
    log.append(decision("r1")).result(60)
    for _ in range(5):
        log.append_later(outcome("r1"))
    log.close()
    assert [record["type"] for record in records(tmp_path)] == ["start", "decision", *["outcome"] * 5]

"""Records wait while nobody holds the log, in order and in bounds, and each request is open until it has an outcome."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.audit import AuditLog, AuditUnavailable
from proxy.handover import pen as module
from proxy.handover.pen import Pen
from tests.proxy.test_audit import decision, outcome, records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audit"


@pytest.fixture
def log(folder: Path) -> Iterator[AuditLog]:
    log = AuditLog(folder)
    yield log
    log.close()


def told(folder: Path) -> list[tuple[object, object]]:
    return [(record["type"], record.get("request")) for record in records(folder)][1:]


async def test_what_waits_is_written_in_order(log: AuditLog, folder: Path) -> None:
    pen = Pen()
    first = pen.append(decision("r1"))
    second = asyncio.create_task(pen.put(decision("r2")))
    await asyncio.sleep(0)
    pen.append_later(outcome("r1"))
    proof = pen.probe()
    assert (pen.available, pen.lag_seconds > 0, first.done()) == (True, True, False)
    pen.give(log)
    assert (first.result(60), await second) == (2, 3)
    proof.result(60)
    pen.close()
    assert told(folder) == [("decision", "r1"), ("decision", "r2"), ("outcome", "r1"), ("outcome", "r2")]


async def test_what_nobody_waits_for_any_more_is_not_written(log: AuditLog, folder: Path) -> None:
    pen = Pen()
    waiting = asyncio.create_task(pen.put(decision("r1")))
    await asyncio.sleep(0)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    pen.give(log)
    await pen.put(decision("r2"))
    assert told(folder) == [("decision", "r2")]
    assert pen.open_requests == ("r2",)


def test_only_so_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_RECORDS", 1)
    pen = Pen()
    pen.append(decision("r1"))
    assert not pen.available
    with pytest.raises(AuditUnavailable, match="busy"):
        pen.append(decision("r2")).result(0)
    assert pen.open_requests == ("r1",)


async def test_a_request_whose_decision_is_not_on_record_is_not_open(log: AuditLog, folder: Path) -> None:
    pen = Pen(log)
    await pen.put(decision("r1"))
    log.close()
    with pytest.raises(AuditUnavailable, match="closed"):
        await pen.put(decision("r2"))
    with pytest.raises(AuditUnavailable, match="closed"):
        pen.append(decision("r3")).result(60)
    assert pen.open_requests == ("r1",)


def test_the_end_closes_its_own_requests_and_not_anothers(folder: Path) -> None:
    pen = Pen()
    pen.give(AuditLog(folder), still_open=["of-another"])
    pen.append(decision("r1")).result(60)
    pen.append(decision("r2")).result(60)
    pen.append(outcome("r1")).result(60)
    assert pen.open_requests == ("of-another", "r2")
    pen.close()
    assert told(folder)[-1] == ("outcome", "r2")
    assert records(folder)[-1]["result"] == "cut"

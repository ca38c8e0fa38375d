"""A successor that fails, wherever it does, leaves the predecessor as it was: holding everything, with nothing lost."""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from proxy.audit import AuditLog, AuditUnavailable
from proxy.control import Presence, running_pid
from proxy.handover import predecessor as module
from proxy.handover.channel import PROTOCOL, connect
from proxy.handover.pen import Pen
from proxy.handover.predecessor import Predecessor
from proxy.handover.successor import Successor
from tests.proxy.test_audit import chain_is_whole, decision, outcome, records

SECONDS = 60


class Old:
    """A predecessor that holds a state folder, and how often it was told to leave."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.pen = Pen(AuditLog(state_dir / "audit"))
        self.presence = Presence(state_dir)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.left = 0
        self.predecessor = Predecessor(
            state_dir, self.pen, self.presence, "here", "there", lambda: [self.listening.fileno()], list
        )

    def leave(self) -> None:
        self.left += 1

    def outcomes(self) -> list[tuple[object, object]]:
        return [(r["request"], r["result"]) for r in records(self.state_dir / "audit") if r["type"] == "outcome"]


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[Old]:
    old = Old(tmp_path)
    running = asyncio.create_task(old.predecessor.run(old.leave))
    while not (tmp_path / "run" / "handover.sock").exists():
        await asyncio.sleep(0)
    yield old
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    old.pen.close()
    old.presence.close()
    old.listening.close()


async def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["knocked", "asked", "wrote", "gives-up", "hangs"])
async def test_the_predecessor_goes_on(old: Old, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if step == "hangs":
        monkeypatch.setattr(module, "SETTLE_SECONDS", 0.5)
    await old.pen.put(decision("r1"))
    command = [sys.executable, "-m", "tests.proxy.handover.failing", str(old.state_dir), step]
    failing = await asyncio.create_subprocess_exec(*command)
    appended = 0
    while failing.returncode is None:
        await asyncio.wait_for(old.pen.put(decision(f"d{appended}")), SECONDS)
        old.pen.append_later(outcome(f"d{appended}"))
        appended += 1
        await asyncio.sleep(0.01)
    old.pen.append_later(outcome("r1"))
    await old.pen.put(decision("last"))
    assert (old.left, old.predecessor.distant) == (0, None)
    assert running_pid(old.state_dir) == os.getpid()
    assert old.pen.open_requests == ("last",)
    old.pen.close()
    expected = {(f"d{number}", "complete") for number in range(appended)} | {("r1", "complete"), ("last", "cut")}
    assert set(old.outcomes()) - {("of-the-heir", "unknown")} == expected
    assert len(old.outcomes()) == len(expected) + (step == "wrote")
    assert chain_is_whole(old.state_dir / "audit")


async def test_everything_is_handed_over_and_the_last_records_follow(old: Old) -> None:
    for request in ("r1", "r2", "r3"):
        await old.pen.put(decision(request))
    old.pen.append_later(outcome("r1"))
    successor = await Successor.knock(old.state_dir, "here", "elsewhere")
    assert successor is not None
    assert [one.getsockname() for one in successor.listening] == [old.listening.getsockname()]
    pen = Pen()
    late = asyncio.create_task(old.pen.put(decision("r4")))
    taking = asyncio.create_task(successor.take(pen))
    presence = await taking
    held = asyncio.create_task(old.pen.put(decision("r5")))
    await asyncio.sleep(0)
    assert old.predecessor.distant is None
    await successor.confirm(pen)
    await asyncio.wait_for(held, SECONDS)
    await late
    await wait_for(lambda: old.left == 1)
    old.pen.append_later(outcome("r2"))
    with pytest.raises(AuditUnavailable, match="locked"):
        AuditLog(old.state_dir / "audit")
    await wait_for(lambda: ("r2", "complete") in old.outcomes())
    await old.predecessor.finish()  # cuts the others
    assert set(old.outcomes()) == {("r1", "complete"), ("r2", "complete"), *((r, "cut") for r in ("r3", "r4", "r5"))}
    await successor.close()
    presence.close()
    pen.close()
    assert chain_is_whole(old.state_dir / "audit")


async def test_what_a_lost_predecessor_left_open_is_unknown(old: Old) -> None:
    await old.pen.put(decision("r1"))
    successor = await Successor.knock(old.state_dir, "here", "there")
    assert successor is not None
    pen = Pen()
    presence = await successor.take(pen)
    await successor.confirm(pen)
    await old.pen.put(decision("r2"))
    await successor.close()
    async with asyncio.timeout(30):
        while len(old.outcomes()) < 2:  # what nobody waits for comes on record a moment later
            await asyncio.sleep(0.01)
    assert set(old.outcomes()) == {("r1", "unknown"), ("r2", "unknown")}
    with pytest.raises(AuditUnavailable, match="closed"):
        await old.pen.put(decision("r3"))
    assert not old.pen.available
    presence.close()
    pen.close()


@pytest.mark.parametrize("hello", [{"protocol": PROTOCOL + 1}, {}], ids=["newer", "none"])
async def test_who_speaks_another_protocol_is_refused(old: Old, hello: dict[str, int]) -> None:
    with await connect(old.state_dir) as channel:
        await channel.send(hello)
        assert "protocol" in (await channel.receive())["refused"]


async def test_another_users_process_gets_nothing(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await connect(old.state_dir)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with channel:
        await channel.send({"protocol": PROTOCOL})
        with pytest.raises(EOFError):
            await channel.receive()


async def test_the_socket_is_its_owners_alone(old: Old) -> None:
    folder = old.state_dir / "run"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "handover.sock").stat().st_mode & 0o777 == 0o600

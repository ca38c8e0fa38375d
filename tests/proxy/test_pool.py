"""Workers that die, hang or run out of memory: their request is refused, nobody else's is, and the pool refills."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from proxy.charter import Charter
from proxy.config import load
from proxy.draft import Draft, read_draft
from proxy.policy import load_policy
from proxy.pool import Pool, PoolError
from proxy.setting import policy_folder
from proxy.task import KEPT_CHARTERS, Sealed
from proxy.verdict import Decision, Request
from tests.compiled import share_rules
from tests.proxy.inspecting import catalogue, charter_of, chat, engine, request

pytestmark = pytest.mark.slow


def sealed_of(charter: Charter) -> Sealed:
    return Sealed.of(charter, charter.digest)


def sealed(policy: str) -> Sealed:
    return sealed_of(charter_of(policy))


CHARTER = sealed("balanced")


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    share_rules(tmp_path)
    return read_draft(load(None, os.environ, {"state_dir": tmp_path}))


@pytest.fixture
async def pool(draft: Draft) -> AsyncIterator[Pool]:
    made = Pool(draft.settings, draft.rules, 1, deadline_seconds=1.0, queue_limit=2)
    await made.start()
    yield made
    await made.stop()


def clean(number: int = 0) -> Request:
    return request(chat(f"hello {number}"))


async def refilled(pool: Pool) -> None:
    async with asyncio.timeout(30):
        while not pool.alive:
            await asyncio.sleep(0.02)


async def test_a_killed_worker_costs_its_own_request_only(pool: Pool) -> None:
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(PoolError, match="worker_lost"):
        await pool.inspect(clean(), CHARTER)
    await refilled(pool)
    assert (await pool.inspect(clean(), CHARTER)).decision is Decision.ALLOW
    assert pool.process_ids != [pid]


async def test_a_worker_that_ends_while_idle_costs_nobody_a_request(pool: Pool) -> None:
    reasons: list[str] = []
    pool.on_restart = reasons.append
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while not reasons:
            await asyncio.sleep(0.001)
    assert reasons == ["crash"]
    await refilled(pool)
    assert (await pool.inspect(clean(), CHARTER)).decision is Decision.ALLOW
    assert pool.process_ids != [pid]


async def test_a_hanging_worker_is_killed_at_the_deadline_and_replaced(pool: Pool) -> None:
    reasons: list[str] = []
    pool.on_restart = reasons.append
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGSTOP)
    started = asyncio.get_running_loop().time()
    with pytest.raises(PoolError, match="scan_timeout"):
        await pool.inspect(clean(), CHARTER)
    assert 0.9 < asyncio.get_running_loop().time() - started < 3
    assert reasons == ["timeout"]
    await refilled(pool)
    assert (await pool.inspect(clean(), CHARTER)).decision is Decision.ALLOW
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_more_than_the_queue_holds_is_refused_at_once(pool: Pool) -> None:
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGSTOP)
    asked = [asyncio.create_task(pool.inspect(clean(number), CHARTER)) for number in range(6)]
    await asyncio.sleep(0.1)
    assert pool.queue_depth == 2
    refused = [task for task in asked if task.done()]
    assert len(refused) == 3
    assert {str(task.exception()) for task in refused} == {"busy"}
    os.kill(pid, signal.SIGCONT)
    rest = await asyncio.gather(*(task for task in asked if task not in refused))
    assert [verdict.decision for verdict in rest] == [Decision.ALLOW] * 3


async def test_an_abandoned_request_leaves_no_answer_for_the_next(pool: Pool) -> None:
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGSTOP)
    abandoned = asyncio.create_task(pool.inspect(clean(1), CHARTER))
    await asyncio.sleep(0.05)
    abandoned.cancel()
    with pytest.raises(asyncio.CancelledError):
        await abandoned
    await refilled(pool)
    again = await pool.inspect(request(chat("another one"), headers=[("x-mark", "1")]), CHARTER)
    assert again.decision is Decision.ALLOW
    assert pool.process_ids != [pid]


@pytest.mark.usefixtures("pool")  # whose worker has filled the cache: one that compiles rules takes 130 MB more
async def test_a_worker_out_of_memory_is_replaced(draft: Draft) -> None:
    enough = await start_bytes(draft) + (64 << 20)
    small = Pool(replace(draft.settings, memory_bytes=enough), draft.rules, 1, deadline_seconds=30.0)
    await small.start()
    try:
        large = b'{"a": "%s"}' % (b"x" * (30 << 20))  # in bytes and as text, and in the mailbox's copy: 90 MB
        with pytest.raises(PoolError, match="worker_lost"):
            await small.inspect(request(large), CHARTER)
        await refilled(small)
        assert (await small.inspect(clean(), CHARTER)).decision is Decision.ALLOW
    finally:
        await small.stop()


async def start_bytes(draft: Draft) -> int:
    """The most address space that a worker takes to start from a warm cache."""
    pool = Pool(draft.settings, draft.rules, 1)
    await pool.start()
    most = memory_peak_bytes(pool.process_ids[0])
    await pool.stop()
    return most


def memory_peak_bytes(pid: int) -> int:
    """The most address space that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmPeak:")).split()[1]) * 1024


@pytest.mark.parametrize("content", [b"no rules", Sealed.of(engine().ruleset, "x").content], ids=["none", "others"])
async def test_rules_that_no_worker_can_start_with_are_told(draft: Draft, content: bytes) -> None:
    pool = Pool(draft.settings, Sealed("another digest", content), 1)
    with pytest.raises(PoolError, match="worker_lost"):
        await pool.start()
    await pool.stop()


async def test_a_worker_keeps_the_last_few_charters_and_is_taught_what_it_has_not(pool: Pool) -> None:
    asked = request(chat("deploy with " + "AKIA" + "QYLPMN5HHHFPZAM2"))
    policies = [load_policy("monitor", policy_folder()).model_copy(update={"digest": str(n)}) for n in range(6)]
    charters = [sealed_of(Charter(policy, catalogue())) for policy in policies]
    strict = sealed("strict")
    for charter in (*charters[:3], strict, *charters, *reversed(charters), strict):
        verdict = await pool.inspect(asked, charter)
        assert verdict.charter_digest == charter.digest
        assert verdict.decision is (Decision.BLOCK if charter is strict else Decision.LOG)
    assert len(charters) > KEPT_CHARTERS


async def test_a_verdict_by_another_charter_is_none(pool: Pool) -> None:
    mislabelled = replace(sealed("monitor"), digest="what was asked for")
    with pytest.raises(PoolError, match="worker_lost"):
        await pool.inspect(clean(), mislabelled)


async def test_the_body_and_its_redaction_come_through_whole(pool: Pool) -> None:
    big = chat("words " * 300_000)
    assert (await pool.inspect(request(big), CHARTER)).decision is Decision.ALLOW
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    verdict = await pool.inspect(request(chat(f"{key} " + "words " * 300_000)), CHARTER)
    assert verdict.decision is Decision.REDACT
    assert verdict.body is not None
    assert key.encode() not in verdict.body
    assert len(verdict.body) > 1_800_000

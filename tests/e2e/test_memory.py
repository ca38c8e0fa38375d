"""What memory is taken for comes back, and what is idle takes little."""

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.client import SPEAKERS, Connection, LoadError, Target
from proxy.memory import family, taken_bytes
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import Tightlip

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("vendor")]

_MIB = 1 << 20
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def all_bytes(tightlip: Tightlip) -> int:
    """Of the proxy and its workers."""
    return sum(map(resident_bytes, family(tightlip.pid)))


def target_of(tightlip: Tightlip) -> Target:
    host, _, port = tightlip.listen.rpartition(":")
    return Target(host, int(port), str(tightlip.ca))


def until(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def test_memory_comes_back_after_many_large_bodies(lab: Lab) -> None:
    """20 bodies of 20 MB at once: within ten seconds what is taken is within half of what it was."""
    with lab.tightlip("large bodies") as tightlip:
        for _ in range(3):
            curl(tightlip, CHAT, values.chat("first words"))
        before = resident_bytes(tightlip.pid), all_bytes(tightlip)
        file = tightlip.folder / "body.json"
        file.write_bytes(values.chat("a word of plain prose and another one. " * (20 * _MIB // 39)))
        command = ["curl", "-q", "-sS", "-m", "60", "-o", "/dev/null", "-x", tightlip.proxy_url, "--cacert"]
        command += [str(tightlip.ca), "-H", "expect:", "-H", "content-type: application/json"]
        clients = [subprocess.Popen([*command, "--data-binary", f"@{file}", CHAT]) for _ in range(20)]
        for client in clients:
            client.wait(90)
        assert until(lambda: tightlip.metric("tightlip_requests_total") >= 23, 10)
        assert until(lambda: resident_bytes(tightlip.pid) <= 1.5 * before[0], 10), resident_bytes(tightlip.pid) / _MIB
        assert until(lambda: all_bytes(tightlip) <= 1.5 * before[1], 5), all_bytes(tightlip) / _MIB


@pytest.mark.timeout(240)
def test_many_requests_take_no_more_than_few(lab: Lab) -> None:
    """Of mixed kinds, over both versions: at most twice what is taken after 100. So it was after 10,000."""
    bodies = [values.chat("Say hello. " * count) for count in (1, 20, 200)]
    bodies += [values.chat(f"Deploy with {values.aws_key()}")]
    with lab.tightlip("many requests") as tightlip:
        asyncio.run(_load(tightlip, bodies, 100))
        before = all_bytes(tightlip)
        asyncio.run(_load(tightlip, bodies, 3_000))
        assert tightlip.metric("tightlip_requests_total") == 3_100
        assert all_bytes(tightlip) <= 2 * before, (before / _MIB, all_bytes(tightlip) / _MIB)


async def _load(tightlip: Tightlip, bodies: list[bytes], count: int) -> None:
    speakers = ["http/1.1", "h2"] * 4
    await asyncio.gather(*(_speak(tightlip, alpn, bodies, count // len(speakers)) for alpn in speakers))
    await _speak(tightlip, "http/1.1", bodies, count % len(speakers))


async def _speak(tightlip: Tightlip, alpn: str, bodies: list[bytes], count: int) -> None:
    connection = await SPEAKERS[alpn].open(target_of(tightlip))
    for at in range(count):
        with contextlib.suppress(LoadError):  # those with a key in them are blocked
            await connection.request(bodies[at % len(bodies)])
    connection.close()


@pytest.mark.timeout(240)
def test_idle_connections_take_little(lab: Lab) -> None:
    """1,000 that are open and silent, and 1,000 with TLS inside a tunnel: 400 MB for the proxy."""
    limits = {"client_connections": 4000, "header_seconds": 600}
    with lab.tightlip("idle connections", limits=limits) as tightlip:
        asyncio.run(_idle(tightlip))


async def _idle(tightlip: Tightlip) -> None:
    target = target_of(tightlip)
    plain = [await asyncio.open_connection(target.proxy_host, target.proxy_port) for _ in range(1000)]
    secure: list[Connection] = []
    while len(secure) < 1000:
        secure += await asyncio.gather(*(SPEAKERS["http/1.1"].open(target) for _ in range(20)))
    assert until(lambda: tightlip.metric("tightlip_connections") == 2000, 10)
    assert resident_bytes(tightlip.pid) <= 400_000_000, resident_bytes(tightlip.pid) / _MIB
    await secure[-1].request(values.chat("still served"))
    for connection in secure:
        connection.close()
    for _, writer in plain:
        writer.close()


@pytest.fixture(scope="module")
def idle_bytes(lab: Lab) -> int:
    """What a proxy of which nothing was asked yet takes, with its workers, when they find their rules compiled."""
    with lab.tightlip("compiling"):
        pass
    with lab.tightlip("idle") as tightlip:
        return taken_bytes(tightlip.pid)


@pytest.mark.parametrize(("share", "small", "large"), [(0.85, 200, 503), (0.925, 503, 503)], ids=["large", "all"])
def test_requests_are_refused_while_memory_is_short(
    lab: Lab, idle_bytes: int, share: float, small: int, large: int
) -> None:
    """A proxy whose limit is such that it has taken this share of it by standing there."""
    with lab.tightlip("little memory", limits={"memory": int(idle_bytes / share)}) as tightlip:
        stage = 2 if small == 200 else 3
        assert until(lambda: tightlip.metric("tightlip_memory_pressure") == stage, 10)
        answers = [curl(tightlip, CHAT, values.chat("words " * count)) for count in (1, 400_000)]
        assert [answer.status for answer in answers] == [small, large]
        assert b"overloaded" in answers[1].body and answers[1].headers["retry-after"]
        assert tightlip.decisions()[-1]["reason"] == "overloaded"
        assert tightlip.metric("tightlip_shed_requests_total") == [small, large].count(503)


def test_the_largest_worker_is_started_anew(lab: Lab, idle_bytes: int) -> None:
    with lab.tightlip("no memory", limits={"memory": int(idle_bytes / 1.1)}) as tightlip:
        assert until(lambda: tightlip.metric("tightlip_worker_restarts_total") >= 1, 20)
        assert tightlip.process is not None and tightlip.process.poll() is None

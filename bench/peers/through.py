"""Requests through proxies: bare mitmdump, mitmdump with Presidio behind it, Tightlip; the same bodies by turns.

The naive proxy has no cache and scans in its event loop, so what is resent costs it what the first sight does.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import server
from bench.client import Http1, LoadError, Target
from bench.corpus import Conversation
from bench.peers.install import interpreter
from bench.peers.roster import SCANNERS
from bench.statistic import milliseconds
from tests.compiled import share_rules

_NEW_BYTES = 1_000
_ADDON = Path(__file__).with_name("addon.py")


def measure(folder: Path, sizes: Iterable[int], requests: int, seconds: float) -> list[dict[str, Any]]:
    """By size and sight, each proxy's latencies, for about so many seconds a size; empty without the naive one."""
    python = interpreter(SCANNERS)
    if python is None:
        return []
    with ExitStack() as started:
        vendor = started.enter_context(server.fake_vendor(folder))
        bare, _ = started.enter_context(server.bare_mitmdump(folder, vendor))
        naive, _ = started.enter_context(server.bare_mitmdump(folder, vendor, "naive", python, (_ADDON,)))
        running = server.tightlip(folder / "tightlip", vendor, folder)
        share_rules(running.state)
        started.enter_context(running)
        targets = {"bare": bare, "naive": naive, "tightlip": server.target_of(running)}
        return [row for size in sizes for row in asyncio.run(_rows(targets, size, requests, seconds))]


async def _rows(targets: dict[str, Target], size: int, requests: int, limit: float) -> list[dict[str, Any]]:
    """First sight and resent. The first request of each connection is not counted, nor is what gets no answer."""
    seconds: dict[str, dict[str, list[float]]] = {
        sight: {name: [] for name in targets} for sight in ("first", "resent")
    }
    open_ = {name: await Http1.open(target) for name, target in targets.items()}
    ends = time.monotonic() + limit
    for number in range(requests + 1):
        if number > 1 and time.monotonic() > ends:
            break
        conversation = Conversation((size << 16) + number, size)
        for sight in seconds:
            for name in list(open_) if number % 2 else reversed(list(open_)):
                if spent := await _ask(open_, targets, name, conversation.body()):
                    seconds[sight][name] += [spent] if number else []
            conversation.turn(_NEW_BYTES)
    for connection in open_.values():
        connection.close()
    return [
        {"size_bytes": size, "sight": sight}
        | {name: milliseconds(part) if part else None for name, part in row.items()}
        for sight, row in seconds.items()
    ]


async def _ask(open_: dict[str, Http1], targets: dict[str, Target], name: str, body: bytes) -> float | None:
    """Seconds, or None when there was no answer in time; the connection is then made anew."""
    try:
        return await open_[name].request(body)
    except (LoadError, TimeoutError):
        open_[name].close()
        open_[name] = await Http1.open(targets[name])
        return None

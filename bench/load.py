"""The load generator's process: `python -m bench.load` reads one cell as JSON, prints its timings as JSON.

Both targets are measured here in turn, round by round, with the same bodies over connections that stay open: what the
machine does meanwhile, it does to both. Bodies are made between the timed parts.
"""

import asyncio
import gc
import json
import sys
import time
import zlib
from dataclasses import dataclass, field

from bench.client import SPEAKERS, Connection, Target
from bench.corpus import Conversation
from bench.server import cpu_seconds

_NEW_BYTES = 2048
_AT_ONCE = 4
_GROWTH = 0.25  # a conversation is closed when it has grown by this much, so that a cell's size means something


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table. `sight` is "first" (all text new) or "resent" (history plus 2 KB)."""

    size_bytes: int
    sight: str
    protocol: str
    connections: int
    rounds: int
    requests: int  # each connection's, in each round
    targets: dict[str, Target]
    processes: dict[str, list[int]] = field(default_factory=dict)  # whose processor time is counted, by target


class Script:
    """One connection's bodies, in order. No two cells and no two connections share a conversation."""

    def __init__(self, cell: Cell, number: int) -> None:
        self._cell = cell
        name = f"{cell.size_bytes} {cell.sight} {cell.protocol} {cell.connections} {number}"
        self._seed = zlib.crc32(name.encode()) << 20
        self._new_bytes = min(_NEW_BYTES, cell.size_bytes // 2)
        self._conversation: Conversation | None = None
        self._turns_left = 0

    def take(self, count: int) -> tuple[list[bytes], list[bytes]]:
        """What is to be sent before the clock starts, and the `count` bodies to be timed after it has."""
        if self._cell.sight == "first":
            return [], [self._start().body() for _ in range(count)]
        primers, timed = [], []
        for _ in range(count):
            if self._conversation is None or not self._turns_left:
                self._conversation = self._start()
                self._turns_left = max(2, int(self._cell.size_bytes * _GROWTH) // self._new_bytes)
                primers.append(self._conversation.body())
            self._turns_left -= 1
            self._conversation.turn(self._new_bytes)
            timed.append(self._conversation.body())
        return primers, timed

    def _start(self) -> Conversation:
        self._seed += 1
        return Conversation(self._seed, self._cell.size_bytes)


async def measure(cell: Cell) -> dict[str, dict[str, list[float]]]:
    """Per target: every timed request's seconds, each round's requests per second and processor seconds a request."""
    speaker = SPEAKERS[cell.protocol]
    open_: dict[str, list[Connection]] = {
        name: [await speaker.open(target) for _ in range(cell.connections)] for name, target in cell.targets.items()
    }
    scripts = [Script(cell, number) for number in range(cell.connections)]
    result: dict[str, dict[str, list[float]]] = {name: {"seconds": [], "rate": [], "cpu": []} for name in cell.targets}
    order = list(cell.targets)
    for number in range(cell.rounds + 1):  # the first warms connections and proxies, and is not counted
        work = [script.take(cell.requests) for script in scripts]
        for name in order if number % 2 else reversed(order):
            seconds, rate, cpu = await _round(open_[name], work, cell.processes.get(name, []))
            if number:
                result[name]["seconds"] += seconds
                result[name]["rate"].append(rate)
                result[name]["cpu"].append(cpu)
    for name, connections in open_.items():
        result[name]["refused"] = [float(connection.refused) for connection in connections]
        for connection in connections:
            connection.close()
    return result


async def _round(
    connections: list[Connection], work: list[tuple[list[bytes], list[bytes]]], pids: list[int]
) -> tuple[list[float], float, float]:
    await prime(connections, [primers for primers, _ in work])
    gc.collect()
    gc.disable()
    spent, started = cpu_seconds(pids), time.perf_counter()
    parts = await asyncio.gather(*(_send(c, timed) for c, (_, timed) in zip(connections, work, strict=True)))
    elapsed = time.perf_counter() - started
    gc.enable()
    seconds = [second for part in parts for second in part]
    return seconds, len(seconds) / elapsed, (cpu_seconds(pids) - spent) / len(seconds)


async def prime(connections: list[Connection], work: list[list[bytes]]) -> None:
    """Sends what history is to be known, a few at a time: all at once would be refused for being too much."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def send(connection: Connection, bodies: list[bytes]) -> None:
        async with free:
            await _send(connection, bodies)

    await asyncio.gather(*(send(c, bodies) for c, bodies in zip(connections, work, strict=True)))


async def _send(connection: Connection, bodies: list[bytes]) -> list[float]:
    return [await connection.insist(body) for body in bodies]


def main() -> None:
    spec = json.load(sys.stdin)
    spec["targets"] = {name: Target(**target) for name, target in spec["targets"].items()}
    json.dump(asyncio.run(measure(Cell(**spec))), sys.stdout)


if __name__ == "__main__":
    main()

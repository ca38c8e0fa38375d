"""What a request costs in processor time: `python -m bench.cost [--requests N] [--sizes N ...] [--connections N]`.

The same bodies go through bare mitmdump and through Tightlip by turns, round by round. Before and after each round the
kernel is asked how much processor time each process has had, so what other processes take does not count; that they
make caches and cores slower does, for both alike. Prints Markdown. Linux only.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import server
from bench.client import SPEAKERS, Connection, Target
from bench.corpus import Conversation
from bench.load import Cell, Script
from tests.compiled import share_rules

_SIZES = (2_000, 10_000, 300_000)
_ROUNDS = 9
_HEAD = ("body", "protocol", "bare", "front", "workers", "sum to bare")

Cpu = Callable[[], float]
"""Seconds of processor time that one or more processes have had."""


@dataclass(frozen=True, slots=True)
class Processes:
    """What is asked for: bare mitmdump, our front process and its workers together."""

    bare: Cpu
    front: Cpu
    workers: Cpu


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cost")
    parser.add_argument("--requests", type=int, default=60, help="each connection's in one round")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="*", default=_SIZES, help="body sizes in bytes")
    parser.add_argument("--protocols", nargs="*", default=list(SPEAKERS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in _lines(Path(folder), options):
            print(line, flush=True)


def _lines(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    share_rules(folder / "tightlip" / "state")
    with (
        server.fake_vendor(folder) as vendor,
        server.bare_mitmdump(folder, vendor) as (bare, bare_pid),
        server.tightlip(folder / "tightlip", vendor, folder) as tightlip,
    ):
        targets = {"bare": bare, "tightlip": server.target_of(tightlip)}
        processes = Processes(_cpu([bare_pid]), _cpu([tightlip.pid]), _cpu(tightlip.children()))
        yield from (_row(_HEAD), _row(["---"] * len(_HEAD)))
        for size in options.sizes:
            for protocol in options.protocols:
                cell = Cell(size, "resent", protocol, options.connections, _ROUNDS, options.requests, targets, {})
                yield _row(_shown(cell, asyncio.run(_requests(cell, processes))))
        yield _row(_connection(asyncio.run(_connections(targets, processes, options.requests))))


def _cpu(pids: Sequence[int]) -> Cpu:
    return lambda: server.cpu_seconds(pids)


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _shown(cell: Cell, costs: Mapping[str, float]) -> list[str]:
    return [f"{cell.size_bytes // 1000} KB resent", cell.protocol, *_costs(costs)]


def _connection(costs: Mapping[str, float]) -> list[str]:
    return ["2 KB, on a new TLS connection", "http/1.1", *_costs(costs)]


def _costs(costs: Mapping[str, float]) -> list[str]:
    figures = [f"{costs[name] * 1e3:.2f} ms" for name in ("bare", "front", "workers")]
    return [*figures, f"{(costs['front'] + costs['workers']) / costs['bare']:.2f}"]


async def _requests(cell: Cell, processes: Processes) -> dict[str, float]:
    speaker = SPEAKERS[cell.protocol]
    scripts = [Script(cell, number) for number in range(cell.connections)]
    open_ = {name: [await speaker.open(target) for _ in scripts] for name, target in cell.targets.items()}
    spent: dict[str, list[float]] = {"bare": [], "front": [], "workers": []}
    for number in range(cell.rounds + 1):  # the first warms and is not counted
        work = [script.take(cell.requests) for script in scripts]
        count = cell.requests * cell.connections
        for name in list(open_) if number % 2 else reversed(open_):
            await _send(open_[name], [primers for primers, _ in work])
            before = _spent(processes, name)
            await _send(open_[name], [timed for _, timed in work])
            await asyncio.sleep(0.1)  # what ends a request is done after its answer
            for part, seconds in _spent(processes, name).items():
                if number:
                    spent[part].append((seconds - before[part]) / count)
    for connections in open_.values():
        for connection in connections:
            connection.close()
    return {name: median(rounds) for name, rounds in spent.items()}


async def _send(connections: Sequence[Connection], work: Sequence[Sequence[bytes]]) -> None:
    async def one(connection: Connection, bodies: Sequence[bytes]) -> None:
        for body in bodies:
            await connection.request(body)

    await asyncio.gather(*map(one, connections, work))


async def _connections(targets: Mapping[str, Target], processes: Processes, count: int) -> dict[str, float]:
    """Each a tunnel, TLS on both sides of the proxy, and one small request."""
    spent: dict[str, list[float]] = {"bare": [], "front": [], "workers": []}
    body = Conversation(1, min(_SIZES)).body()
    for number in range(_ROUNDS + 1):
        for name, target in targets.items():
            before = _spent(processes, name)
            for _ in range(count):
                connection = await SPEAKERS["http/1.1"].open(target)
                await connection.request(body)
                connection.close()
            await asyncio.sleep(0.1)
            for part, seconds in _spent(processes, name).items():
                if number:
                    spent[part].append((seconds - before[part]) / count)
    return {name: median(rounds) for name, rounds in spent.items()}


def _spent(processes: Processes, target: str) -> dict[str, float]:
    if target == "bare":
        return {"bare": processes.bare()}
    return {"front": processes.front(), "workers": processes.workers()}


if __name__ == "__main__":
    main()

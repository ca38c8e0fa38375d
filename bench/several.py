"""Several processes on one port: requests a second, and requests for each second of processor time.

Two load generators, each a process with half of the connections, begin every round together. They, the vendor and the
proxy share the machine's cores, so the rate says how this machine is shared; what the proxy's own processes take of
the processor for a request says what more cores would give. `python -m bench.several` is a generator.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

from bench.client import SPEAKERS, Connection, Target
from bench.load import Cell, Script, prime
from bench.server import cpu_seconds
from bench.stand import Proxy
from tests.e2e.lab import ROOT

_GENERATORS = 2


def measure(proxies: Mapping[str, Proxy], size_bytes: int, connections: int, rounds: int, requests: int) -> Any:
    """By name: each round's requests a second, and requests for each second of processor time of its processes."""
    job = {
        "size_bytes": size_bytes,
        "sight": "resent",
        "protocol": "http/1.1",
        "connections": connections // _GENERATORS,
        "rounds": rounds,
        "requests": requests,
        "targets": {name: asdict(proxy.target) for name, proxy in proxies.items()},
        "processes": {},
    }
    result: dict[str, dict[str, list[float]]] = {name: {"rate": [], "per_cpu": []} for name in proxies}
    with ExitStack() as started:
        generators = [started.enter_context(_generator(number, job)) for number in range(_GENERATORS)]
        for number in range(rounds + 1):  # the first warms, and is not counted
            for name in proxies if number % 2 else reversed(list(proxies)):
                rate, per_cpu = _round(generators, name, proxies[name].pids)
                if number:
                    result[name]["rate"].append(rate)
                    result[name]["per_cpu"].append(per_cpu)
    return result


@contextmanager
def _generator(number: int, job: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.several", str(number)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        _tell(process, json.dumps(job))
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _round(generators: list[subprocess.Popen[str]], name: str, pids: list[int]) -> tuple[float, float]:
    for generator in generators:  # bodies are made and history is sent before the clock starts
        _tell(generator, name)
    for generator in generators:
        _hear(generator)
    spent = cpu_seconds(pids)
    for generator in generators:
        _tell(generator, "go")
    heard = [json.loads(_hear(generator)) for generator in generators]
    spent = cpu_seconds(pids) - spent
    count = sum(one["count"] for one in heard)
    return count / (max(one["end"] for one in heard) - min(one["start"] for one in heard)), count / spent


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    """Raises SubprocessError when the generator has ended."""
    assert process.stdout is not None
    if line := process.stdout.readline():
        return line
    raise subprocess.SubprocessError("a load generator ended")


async def generate(number: int, cell: Cell) -> None:
    """Reads a target's name, makes ready, says so, waits for the word, sends, and tells how many and how long."""
    speaker = SPEAKERS[cell.protocol]
    open_: dict[str, list[Connection]] = {
        name: [await speaker.open(target) for _ in range(cell.connections)] for name, target in cell.targets.items()
    }
    scripts = {
        name: [Script(cell, (number + 1) * 1000 + one) for one in range(cell.connections)] for name in cell.targets
    }
    while name := sys.stdin.readline().strip():
        work = [script.take(cell.requests) for script in scripts[name]]
        await prime(open_[name], [first for first, _ in work])
        gc.collect()
        print("ready", flush=True)
        sys.stdin.readline()
        started = time.monotonic()
        await asyncio.gather(*(_send(c, timed) for c, (_, timed) in zip(open_[name], work, strict=True)))
        done = {"count": cell.requests * cell.connections, "start": started, "end": time.monotonic()}
        print(json.dumps(done), flush=True)


async def _send(connection: Connection, bodies: list[bytes]) -> None:
    for body in bodies:
        await connection.insist(body)


def main() -> None:
    spec = json.loads(sys.stdin.readline())
    spec["targets"] = {name: Target(**target) for name, target in spec["targets"].items()}
    asyncio.run(generate(int(sys.argv[1]), Cell(**spec)))


if __name__ == "__main__":
    main()

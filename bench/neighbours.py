"""What others see while one connection sends the worst input: their latencies without and with it, by turns.

A process of its own, like `load`: `python -m bench.neighbours` reads a target as JSON and prints timings as JSON.
Refusals of the worst input are fine here, and counted; those of others are counted too, and none is to be hoped for.
"""

import asyncio
import json
import sys
from typing import Any

from bench.client import Http1, LoadError, Target
from bench.corpus import Conversation
from bench.worst import worst_inputs

_CONNECTIONS = 4
_SIZE_BYTES = 30_000
_TEXT = b'"content": "'
_PAUSE_SECONDS = 0.02  # people think between two requests; without a pause it is they who load the machine


async def measure(target: Target, rounds: int, requests: int) -> dict[str, Any]:
    """By name of the worst input: the others' seconds alone and beside it, and its own."""
    others = [await Http1.open(target) for _ in range(_CONNECTIONS)]
    work = [(other, Conversation(seed, _SIZE_BYTES).body()) for seed, other in enumerate(others)]
    await _phase(work, requests, [1.0], [])
    result: dict[str, Any] = {}
    for name, body in worst_inputs().items():
        row: dict[str, list[float]] = {"alone": [], "beside": [], "own": [], "refused": [], "others_refused": []}
        for number in range(rounds):
            row["alone"] += await _phase(work, requests, [1.0], row["others_refused"])
            stop = asyncio.Event()
            own: list[float] = []
            sender = asyncio.create_task(_send(target, body, number, own, row["refused"], stop))
            row["beside"] += await _phase(work, requests, own, row["others_refused"])
            stop.set()
            await sender
            row["own"] += own
        result[name] = row
    return result


async def _phase(work: list[tuple[Http1, bytes]], requests: int, own: list[float], refused: list[float]) -> list[float]:
    """Each other connection's requests: at least so many, and until the worst input has been answered once."""

    async def one(connection: Http1, body: bytes) -> list[float]:
        seconds: list[float] = []
        while len(seconds) < requests or not own:
            await asyncio.sleep(_PAUSE_SECONDS)
            try:
                seconds.append(await connection.request(body))
            except LoadError:
                refused.append(1.0)
        return seconds

    parts = await asyncio.gather(*(one(connection, body) for connection, body in work))
    return [second for part in parts for second in part]


async def _send(
    target: Target, body: bytes, salt: int, own: list[float], refused: list[float], stop: asyncio.Event
) -> None:
    """Sends until it is stopped; each text begins otherwise, so that no cache knows it."""
    connection = await Http1.open(target)
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        started = loop.time()
        try:
            await connection.request(body.replace(_TEXT, _TEXT + b"%d-%d " % (salt, len(own)), 1))
        except LoadError:
            refused.append(1.0)
            connection.close()
            connection = await Http1.open(target)
        own.append(loop.time() - started)
    connection.close()


def main() -> None:
    spec = json.load(sys.stdin)
    target = Target(**spec["target"])
    json.dump(asyncio.run(measure(target, spec["rounds"], spec["requests"])), sys.stdout)


if __name__ == "__main__":
    main()

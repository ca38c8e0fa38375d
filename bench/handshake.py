"""A new TLS connection for every request: what the connection takes, the request inside it, and both together.

Proxies differ in when they connect to the vendor, before they answer the client's handshake or with the request, so
the whole is what compares. `python -m bench.handshake` reads its job as JSON and prints seconds as JSON. Proxies take
turns, connection by connection; none is kept open, and no session is resumed.
"""

import asyncio
import json
import sys
from typing import Any

from bench.client import SPEAKERS, Target
from bench.corpus import Conversation

_SIZE_BYTES = 2_000
_WARM = 3
_SEED = 1 << 40


async def measure(targets: dict[str, Target], connections: int) -> list[dict[str, Any]]:
    """By protocol, each target's seconds: of the connection, up to the end of TLS, and of the request."""
    rows = []
    for protocol, speaker in SPEAKERS.items():
        kinds = ("connection", "request", "whole")
        seconds: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in kinds} for name in targets}
        for number in range(connections + _WARM):
            body = Conversation(_SEED + number, _SIZE_BYTES).body()
            for name in targets if number % 2 else reversed(targets):
                spent = await _one(speaker, targets[name], body)
                if number >= _WARM:
                    for kind, one in zip(seconds[name], (*spent, sum(spent)), strict=True):
                        seconds[name][kind].append(one)
        rows.append({"protocol": protocol, "targets": seconds})
    return rows


async def _one(speaker: Any, target: Target, body: bytes) -> tuple[float, float]:
    loop = asyncio.get_running_loop()
    started = loop.time()
    connection = await speaker.open(target)
    opened = loop.time() - started
    seconds = await connection.request(body)
    connection.close()
    return opened, seconds


def main() -> None:
    job = json.load(sys.stdin)
    targets = {name: Target(**target) for name, target in job["targets"].items()}
    json.dump(asyncio.run(measure(targets, job["connections"])), sys.stdout)


if __name__ == "__main__":
    main()

"""What a proxy adds to a streamed reply: to its first token and to each one after, HTTP/1.1 and HTTP/2, two APIs.

`python -m bench.stream` reads its job as JSON and prints seconds as JSON. The vendor writes the time into each token;
client and vendor read one clock, so a token's way is known to the microsecond. Proxies take turns, reply by reply.
"""

import asyncio
import json
import sys
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from bench.client import SPEAKERS, Connection, LoadError, Target
from bench.corpus import prose
from bench.vendor import PACED, STAMPED, STAND_IN, TOKENS
from tests.e2e import values

APIS = {
    "anthropic": ("api.anthropic.com", "/v1/messages"),
    "chat completions": ("api.openai.com", "/v1/chat/completions"),
}
_PROSE_CHARS = 1_500


@dataclass(frozen=True, slots=True)
class Reply:
    """Seconds of one streamed reply: from request to first token, and each token's own way from vendor to client."""

    first: float
    ways: tuple[float, ...]


async def measure(targets: dict[str, Target], replies: int, restoring: str) -> list[dict[str, Any]]:
    """By protocol and API, each target's seconds. To `restoring` go requests that get a stand-in for an address."""
    rows = []
    for protocol in SPEAKERS:
        for api, (host, path) in APIS.items():
            there = {name: replace(target, host=host, path=path) for name, target in targets.items()}
            row = {name: await SPEAKERS[protocol].open(target) for name, target in there.items()}
            rows.append({"protocol": protocol, "api": api, "targets": await _turns(row, replies, restoring)})
    return rows


async def _turns(open_: dict[str, Connection], replies: int, restoring: str) -> dict[str, dict[str, list[float]]]:
    seconds: dict[str, dict[str, list[float]]] = {name: {"first": [], "first_way": [], "ways": []} for name in open_}
    for number in range(replies + 1):  # the first warms connections, and is not counted
        for name in open_ if number % 2 else reversed(open_):
            reply = await _ask(open_[name], number, given=name == restoring)
            if number:
                seconds[name]["first"].append(reply.first)
                seconds[name]["first_way"].append(reply.ways[0])
                seconds[name]["ways"] += reply.ways[1:]
    for connection in open_.values():
        connection.close()
    return seconds


async def _ask(connection: Connection, number: int, given: bool) -> Reply:
    address = values.address()
    text = f"{number} {prose(number, _PROSE_CHARS)}" + f" Write to {address}." * given
    turn = {"role": "user", "content": text}
    body = {"model": PACED.decode(), "max_tokens": 999, "stream": True, "messages": [turn]}
    connection.arrivals = []
    started = asyncio.get_running_loop().time()
    await connection.request(json.dumps(body).encode())
    arrivals, connection.arrivals = connection.arrivals, None
    if given:
        _check(b"".join(data for _, data in arrivals), address)
    return _read(started, arrivals)


def _check(reply: bytes, address: str) -> None:
    """Raises LoadError when nothing was restored: it would be measured for nothing."""
    name, _, _ = address.partition("@")
    if STAND_IN.search(reply) or name.encode() not in reply:
        raise LoadError("the reply was not restored")


def _read(started: float, arrivals: list[tuple[float, bytes]]) -> Reply:
    ends = list(accumulate(len(data) for _, data in arrivals))
    ways, first = [], 0.0
    for stamp in STAMPED.finditer(b"".join(data for _, data in arrivals)):
        arrived = arrivals[bisect_left(ends, stamp.end())][0]
        first = first or arrived - started
        ways.append(arrived - int(stamp[1]) / 1e6)
    if len(ways) != TOKENS:
        raise LoadError(f"{len(ways)} tokens of {TOKENS} came")
    return Reply(first, tuple(ways))


def main() -> None:
    job = json.load(sys.stdin)
    targets = {name: Target(**target) for name, target in job["targets"].items()}
    json.dump(asyncio.run(measure(targets, job["replies"], job["restoring"])), sys.stdout)


if __name__ == "__main__":
    main()

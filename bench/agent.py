"""Recorded agent conversations replayed, turn by turn: what each turn's request waits for, as the history grows.

`python -m bench.agent` prints the recordings' names; with a name it reads its job as JSON and prints seconds as JSON.
Proxies take turns at every turn. Each replay has words of its own in the files that were read, so that a turn brings
new text every time; system prompt and tools are new in the first replay alone, as in a day's work.
"""

import asyncio
import gc
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bench import conversations
from bench.client import SPEAKERS, Connection, Target
from bench.conversations import Recording
from bench.corpus import leaves_of

_WORD = re.compile(rb"\bself\b")
"""In nearly every file of Python; what takes its place is as long."""


async def measure(recording: Recording, targets: dict[str, Target], replays: int) -> dict[str, list[float]]:
    """Each target's seconds for every request of every replay."""
    there = {name: replace(target, host=recording.host, path=recording.target) for name, target in targets.items()}
    seconds: dict[str, list[float]] = {name: [] for name in targets}
    for number in range(replays):
        open_ = {name: await SPEAKERS[recording.protocol].open(target) for name, target in there.items()}
        for turn, body in enumerate(_salted(recording.bodies, number)):
            for name in open_ if turn % 2 else reversed(open_):
                seconds[name].append(await _ask(open_[name], body))
        for connection in open_.values():
            connection.close()
    return seconds


async def _ask(connection: Connection, body: bytes) -> float:
    gc.collect()
    return await connection.request(body)


def _salted(bodies: tuple[bytes, ...], number: int) -> Iterator[bytes]:
    word = b"me%02x" % (number % 256)
    return (_WORD.sub(word, body) if number else body for body in bodies)


def resent_share(bodies: tuple[bytes, ...]) -> float:
    """Of all characters in strings, those in strings that the request before held too."""
    known: set[str] = set()
    resent = total = 0
    for body in bodies:
        texts = leaves_of(body)
        total += sum(map(len, texts))
        resent += sum(len(text) for text in texts if text in known)
        known = set(texts)
    return resent / total


def describe(recording: Recording, replays: int) -> dict[str, Any]:
    """What the report says of a recording."""
    sizes = [len(body) for body in recording.bodies]
    return {
        "client": recording.client,
        "protocol": recording.protocol,
        "turns": len(sizes),
        "first_bytes": sizes[0],
        "last_bytes": sizes[-1],
        "resent": round(resent_share(recording.bodies), 4),
        "replays": replays,
    }


def main(name: str) -> None:
    job, recording = json.load(sys.stdin), conversations.load(name)
    targets = {name: Target(**target) for name, target in job["targets"].items()}
    seconds = asyncio.run(measure(recording, targets, job["replays"]))
    json.dump(describe(recording, job["replays"]) | {"seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        json.dump(conversations.names(), sys.stdout)

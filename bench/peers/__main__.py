"""`python -m bench.peers [--quick] [--write]`: measures the peers that are installed, prints their tables."""

import argparse
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import conversations
from bench.corpus import Conversation, leaves_of
from bench.page import put
from bench.peers import accuracy, through
from bench.peers.finding import Finder, started
from bench.peers.report import markdown
from bench.peers.roster import PEERS
from bench.section import tell


@dataclass(frozen=True, slots=True)
class Effort:
    """`body_seconds` is what a peer may take for one body, in one round; who needs more gets a part of it."""

    rounds: int
    body_seconds: float
    cases: int
    case_seconds: float
    requests: int
    proxy_seconds: float


FULL = Effort(5, 20, 300, 60, 6, 180)
QUICK = Effort(1, 3, 60, 5, 2, 15)
_SIZES = (2_000, 30_000, 300_000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers")
    parser.add_argument("--quick", action="store_true", help="about three minutes; figures for a first look only")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    results: dict[str, Any] = {"machine": _machine(), "absent": {}}
    with started(PEERS, results["absent"]) as finders:
        results["versions"] = {one.peer.id: one.version for one in finders}
        results["bodies"] = list(_speeds(finders, effort))
        results["kinds"] = accuracy.measure(finders, effort.cases, effort.case_seconds)
    with tempfile.TemporaryDirectory() as folder:
        results["proxies"] = through.measure(Path(folder), _SIZES, effort.requests, effort.proxy_seconds)
    print(markdown(results))
    if options.write:
        put("peers", markdown(results))


def _speeds(finders: list[Finder], effort: Effort) -> Any:
    """Rows by body and peer. Rounds are interleaved: the same body goes to one after the other, in changing order."""
    for name, texts in _bodies():
        row: dict[str, list[dict[str, float]]] = {one.peer.id: [] for one in finders}
        for number in range(effort.rounds):
            for finder in finders if number % 2 else reversed(finders):
                row[finder.peer.id].append(finder.scan(texts, effort.body_seconds))
        tell(f"{name} done")
        yield {"body": name, "chars": sum(map(len, texts)), "peers": row}


def _bodies() -> Any:
    """Name and texts: generated conversations, and the last request of each recorded one."""
    for size in _SIZES:
        yield f"{size // 1000} KB, generated", leaves_of(Conversation(size, size).body())
    for name in conversations.names():
        recording = conversations.load(name)
        yield f"{len(recording.bodies[-1]) // 1000} KB, {recording.client}", leaves_of(recording.bodies[-1])


def _machine() -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
        "load": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()

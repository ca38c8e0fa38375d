"""`python -m bench [--quick] [--sizes N ...]`: runs every measurement, writes bench/results/, prints the tables."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import server
from bench.client import Target
from bench.report import markdown
from bench.statistic import compare, milliseconds
from tests.e2e.lab import ROOT

_SIZES = (2_000, 30_000, 300_000)
_PROTOCOLS = ("http/1.1", "h2")
_SIGHTS = ("first", "resent")


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure. Requests are each connection's in one round."""

    rounds: int
    alone_requests: int
    crowd_requests: int
    neighbour_rounds: int
    neighbour_requests: int
    scan_rounds: int


_FULL = Effort(12, 30, 3, 4, 60, 20)
_QUICK = Effort(2, 10, 2, 1, 20, 5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="about a minute; figures for a first look only")
    parser.add_argument("--sizes", type=int, nargs="*", default=_SIZES, help="body sizes in bytes")
    parser.add_argument("--workers", type=int, help="scan workers (default: the product's own)")
    options = parser.parse_args()
    effort = _QUICK if options.quick else _FULL
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), effort, options.sizes, options.workers)
    file = ROOT / "bench" / "results" / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(results, indent=1))
    print(markdown(results))
    print(f"\nwritten to {file.relative_to(ROOT)}", file=sys.stderr)


def measure(folder: Path, effort: Effort, sizes: list[int], workers: int | None) -> dict[str, Any]:
    machine = _machine()
    sync = milliseconds(list(server.sync_seconds(folder)))
    with server.fake_vendor(folder) as vendor, server.bare_mitmdump(folder, vendor) as (bare, bare_pid):
        tightlip = server.tightlip(folder, vendor, workers)
        start = {}
        for name in ("first", "again"):  # the same state folder, so that the second finds its caches
            tightlip.start()
            start[name] = tightlip.start_seconds
            if name == "first":
                tightlip.stop()
        try:
            targets = {"bare": bare, "tightlip": server.target_of(tightlip)}
            cells = [_cell(spec, targets, effort) for spec in _specs(sizes)]
            memory = {
                "front": server.memory_mib(tightlip.pid),
                "workers": [server.memory_mib(pid) for pid in tightlip.children()],
                "bare": server.memory_mib(bare_pid),
            }
            neighbours = _neighbours(targets["tightlip"], effort)
        finally:
            tightlip.stop()
    scan = _ask("bench.scan", None, str(effort.scan_rounds), str(folder / "tightlip" / "state" / "cache"))
    restore = _ask("bench.restore", None, str(effort.scan_rounds))
    return {
        "machine": machine,
        "effort": asdict(effort),
        "cells": cells,
        "scan": scan,
        "restore": restore,
        "start_seconds": start,
        "sync_ms": sync,
        "memory_mib": memory,
        "neighbours": neighbours,
    }


def _specs(sizes: list[int]) -> Iterator[dict[str, Any]]:
    for size in sizes:
        for sight in _SIGHTS:
            for protocol in _PROTOCOLS:
                for connections in (1, 32):
                    yield {
                        "size_bytes": size,
                        "sight": sight,
                        "protocol": protocol,
                        "connections": connections,
                    }


def _cell(spec: dict[str, Any], targets: dict[str, Target], effort: Effort) -> dict[str, Any]:
    requests = effort.alone_requests if spec["connections"] == 1 else effort.crowd_requests
    job = spec | {
        "rounds": effort.rounds,
        "requests": requests,
        "targets": {name: asdict(target) for name, target in targets.items()},
    }
    cell: dict[str, Any] = spec | compare(_ask("bench.load", job))
    print(
        f"{spec['size_bytes']:>7} {spec['sight']:<6} {spec['protocol']:<8} {spec['connections']:>2} connections: "
        f"added p50 {cell['added_p50_ms']:+.2f} ms, rate ratio {cell['rate_ratio']:.2f}",
        file=sys.stderr,
    )
    return cell


def _neighbours(target: Target, effort: Effort) -> list[dict[str, Any]]:
    job = {
        "target": asdict(target),
        "rounds": effort.neighbour_rounds,
        "requests": effort.neighbour_requests,
    }
    raw = _ask("bench.neighbours", job)
    rows = []
    for name, part in raw.items():
        row: dict[str, Any] = {kind: milliseconds(part[kind]) for kind in ("alone", "beside", "own")}
        row["refused"] = len(part["refused"])
        rows.append(row | {"name": name, "p99_ratio": round(row["beside"]["p99_ms"] / row["alone"]["p99_ms"], 2)})
    return rows


def _ask(module: str, job: dict[str, Any] | None, *arguments: str) -> Any:
    """Runs a measuring module as a process and reads its JSON; its errors are shown as they are."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def _machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(": ")[2] for line in info if line.startswith("model name")), platform.machine())
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "python": platform.python_version(),
        "mitmproxy": version("mitmproxy"),
        "date": time.strftime("%Y-%m-%d"),
        "load": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()

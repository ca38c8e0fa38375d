"""`python -m bench [--quick] [--only PART ...] [--write]`: measures, keeps bench/results/, prints the tables."""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import section, server
from bench.page import put
from bench.report import markdown
from bench.section import FULL, QUICK, Effort, tell
from bench.stand import Stand, stand
from bench.statistic import milliseconds
from tests.e2e.lab import ROOT

_SIZES = (2_000, 10_000, 300_000)
_PARTS = ("cells", *section.PARTS, "engine")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="about three minutes; figures for a first look only")
    parser.add_argument("--sizes", type=int, nargs="*", default=_SIZES, help="body sizes in bytes")
    parser.add_argument("--workers", type=int, help="scan workers (default: the product's own)")
    parser.add_argument("--only", nargs="*", choices=_PARTS, default=_PARTS, help="some of the measurements")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), effort, options.sizes, options.workers, options.only)
    file = ROOT / "bench" / "results" / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(results, indent=1))
    print(markdown(results))
    if options.write:
        put("bench", markdown(results))
    tell(f"\nwritten to {file.relative_to(ROOT)}")


def measure(
    folder: Path, effort: Effort, sizes: list[int], workers: int | None, parts: Iterable[str]
) -> dict[str, Any]:
    results: dict[str, Any] = {"machine": _machine(), "effort": asdict(effort)}
    results["sync_ms"] = milliseconds(list(server.sync_seconds(folder)))
    with stand(folder, workers, times_first_start=effort is FULL) as place:
        results["start_seconds"] = place.start_seconds
        for part in parts:
            if part != "engine":
                with section.measuring(place, part):
                    results[part] = _part(part, place, effort, sizes)
        results["memory_mib"] = section.memory(place)
        results["failed"] = place.failed
    if "engine" in parts:
        cache = str(place.shipped.state / "cache")
        results["scan"] = section.ask("scan", None, str(effort.scan_rounds), cache)
        results["restore"] = section.ask("restore", None, str(effort.scan_rounds))
    return results


def _part(name: str, place: Stand, effort: Effort, sizes: list[int]) -> Any:
    started = time.monotonic()
    rows = section.cells(place, effort, sizes) if name == "cells" else section.PARTS[name](place, effort)
    tell(f"{name}: {time.monotonic() - started:.0f} s")
    return rows


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

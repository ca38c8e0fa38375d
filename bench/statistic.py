"""Percentiles, and what one cell's raw timings say about two proxies."""

from collections.abc import Mapping, Sequence
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie; the nearest one that was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(values: Sequence[float]) -> dict[str, float]:
    return {
        "p50_ms": round(percentile(values, 0.5) * 1e3, 2),
        "p99_ms": round(percentile(values, 0.99) * 1e3, 2),
        "count": len(values),
    }


def compare(raw: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, Any]:
    """Each target's latencies and median rate, what Tightlip adds to the bare median, and the ratio of rates."""
    cell: dict[str, Any] = {
        name: milliseconds(part["seconds"]) | {"rate": round(percentile(part["rate"], 0.5), 1)}
        for name, part in raw.items()
    }
    bare, tightlip = cell["bare"], cell["tightlip"]
    cell["added_p50_ms"] = round(tightlip["p50_ms"] - bare["p50_ms"], 2)
    cell["added_p99_ms"] = round(tightlip["p99_ms"] - bare["p99_ms"], 2)
    cell["rate_ratio"] = round(tightlip["rate"] / bare["rate"], 2)
    return cell

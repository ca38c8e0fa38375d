"""Percentiles, and what raw timings of several proxies say about what they add to the bare one."""

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


def added(raw: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Each target's latencies from seconds by name; all but `bare` with what they add to its percentiles."""
    row: dict[str, Any] = {name: milliseconds(seconds) for name, seconds in raw.items()}
    for name in row.keys() - {"bare"}:
        for kind in ("p50_ms", "p99_ms"):
            row[name][f"added_{kind}"] = round(row[name][kind] - row["bare"][kind], 2)
    return row


def compare(raw: Mapping[str, Mapping[str, Sequence[float]]]) -> dict[str, Any]:
    """A cell: latencies, median rates, processor milliseconds a request, and the ratio of rates to the bare one."""
    cell = added({name: part["seconds"] for name, part in raw.items()})
    for name, part in raw.items():
        cell[name]["rate"] = round(percentile(part["rate"], 0.5), 1)
        cell[name]["refused"] = int(sum(part["refused"]))
        cell[name]["cpu_ms"] = round(percentile(part["cpu"], 0.5) * 1e3, 2)
    cell["rate_ratio"] = round(cell["tightlip"]["rate"] / cell["bare"]["rate"], 2)
    return cell

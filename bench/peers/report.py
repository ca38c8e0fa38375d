"""The peers' results as Markdown, as it stands in docs/benchmarks.md."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.peers.roster import PEERS
from bench.report import table

Row = Mapping[str, Any]
_NAMES = {peer.id: peer.name for peer in PEERS}


def markdown(results: Row) -> str:
    """All of it; a `~` stands before what was reckoned from a part of the body."""
    machine = results["machine"]
    told = (
        f"{machine['cores']} cores, Python {machine['python']}, {machine['date']}, load average at the start "
        f"{machine['load']}. A `~` stands before figures of a body that was scanned in part, for it took too long."
    )
    versions = results["versions"]
    scanners = ("scanner", "version", *(row["body"] for row in results["bodies"]))
    speeds = table(scanners, [(_NAMES[peer], versions[peer], *_speeds(results["bodies"], peer)) for peer in versions])
    kinds = ("scanner", *results["kinds"])
    found = table(kinds, [(_NAMES[peer], *_found(results["kinds"], peer)) for peer in versions])
    parts = [
        told,
        "**Scanning: processor time of a body, MB/s, and that time to Tightlip's**",
        speeds,
        "**Found, of values made from a seed**",
        found,
    ]
    if results["proxies"]:
        head = (
            "body",
            "sight",
            "bare p50 ms",
            "mitmproxy and Presidio",
            "Tightlip",
            "added, to Tightlip's",
        )
        parts += ["**Through a proxy**", table(head, map(_proxy_row, results["proxies"]))]
    if results["absent"]:
        absent = "; ".join(f"{name} ({why})" for name, why in results["absent"].items())
        parts.append(f"Could not be run: {absent}.")
    return "\n\n".join(parts)


def _speeds(bodies: list[Row], peer: str) -> Iterator[str]:
    """Of each body: the fastest round's milliseconds and rate, and how many times Tightlip's that is."""
    for row in bodies:
        rates = {name: _rate(rounds) for name, rounds in row["peers"].items()}
        part = "~" if max(one["chars"] for one in row["peers"][peer]) < row["chars"] else ""
        times = "" if peer == "tightlip" else f", {_plain(rates['tightlip'] / rates[peer])} times"
        yield f"{part}{_plain(row['chars'] / rates[peer] * 1e3)} ms, {_plain(rates[peer] / 1e6)} MB/s{times}"


def _rate(rounds: list[Row]) -> float:
    return max(float(one["chars"] / one["seconds"]) for one in rounds)


def _found(kinds: Row, peer: str) -> Iterator[str]:
    for row in kinds.values():
        found, done = row.get(peer, (0, 0))
        yield f"{found / done:.3f} of {done}" if done else "-"


def _plain(figure: float) -> str:
    """Two digits that count, none behind the point for large ones."""
    return f"{figure:,.0f}" if figure >= 10 else f"{figure:.2g}"


def _proxy_row(row: Row) -> tuple[str, ...]:
    told = [f"{row[name]['p50_ms']}" if row[name] else "no answer in time" for name in ("bare", "naive", "tightlip")]
    times = "-"
    if row["bare"] and row["naive"] and row["tightlip"]:
        naive, ours = (max(row[name]["p50_ms"] - row["bare"]["p50_ms"], 0.01) for name in ("naive", "tightlip"))
        times = f"{_plain(naive / ours)} times"
    return f"{row['size_bytes'] // 1000} KB", row["sight"], *told, times

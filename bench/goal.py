"""What is to be reached, and whether the results do; a miss is printed in bold.

Where the audit log's sync stands apart, the judged figure is that of the proxy whose state is in memory, and the one
with the disk stands beside it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]
_ADDED_MS = {2_000: 2.0, 10_000: 2.0, 300_000: 4.0}
_ADDED_P99_MS = 10.0
_CROWD_RATIO = 0.8
_CROWD_BYTES = 300_000
_FIRST_SIGHT_MS = 60.0
_FIRST_TOKEN_MS, _TOKEN_MS = 1.0, 0.2
_REQUEST_MS = 2.0
"""What the request may add that a new connection is made for."""
_PROCESSES_RATIO = 1.7
_BESIDE_RATIO = 2.0
_NAMES_RATIO = 1.1
_SOURCE_MB_PER_SECOND, _PIECE_P50_MS, _PIECE_P99_MS = 20.0, 1.5, 10.0


def rows(results: Row) -> Iterator[tuple[str, str, str]]:
    """What, goal, measured; only of what was measured."""
    yield from _latency(results.get("cells", ()))
    yield from _throughput(results.get("cells", ()))
    yield from _agents(results.get("agents", ()))
    yield from _streams(results.get("streams", ()))
    yield from _rest(results)


def _latency(cells: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    alone = [cell for cell in cells if cell["connections"] == 1]
    for size, limit in _ADDED_MS.items():
        chosen = [cell for cell in alone if cell["size_bytes"] == size and cell["sight"] == "resent"]
        if chosen:
            what = f"{size // 1000} KB resent, "
            p50 = _each(chosen, limit, "added_p50_ms")
            yield what + "p50 added, audit sync apart", f"at most {limit:g} ms", p50
            yield what + "p99 added", f"at most {_ADDED_P99_MS:g} ms", _each(chosen, _ADDED_P99_MS, "added_p99_ms")
    if first := [cell for cell in alone if cell["size_bytes"] == _CROWD_BYTES and cell["sight"] == "first"]:
        measured = _each(first, _FIRST_SIGHT_MS, "added_p50_ms")
        yield "first sight of 300 KB, p50 added", f"at most {_FIRST_SIGHT_MS:g} ms", measured


def _each(cells: Iterable[Row], limit: float, kind: str) -> str:
    """The figure of every cell, apart from the disk where that was measured, with it in brackets."""
    told = []
    for cell in cells:
        with_disk = cell["tightlip"][kind]
        judged = cell.get("unsynced", cell["tightlip"])[kind]
        disk = f" (with it {with_disk:.2f})" if "unsynced" in cell else ""
        told.append(f"{_bold(f'{judged:.2f} ms', judged <= limit)}{disk} over {cell['protocol']}")
    return ", ".join(told)


def _throughput(cells: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    chosen = [c for c in cells if c["connections"] > 1 and c["sight"] == "resent" and c["size_bytes"] == _CROWD_BYTES]
    if chosen:
        told = (f"{_bold(str(c['rate_ratio']), c['rate_ratio'] >= _CROWD_RATIO)} over {c['protocol']}" for c in chosen)
        yield (
            "300 KB resent, requests a second at 32 connections",
            f"at least {_CROWD_RATIO:g} of bare",
            ", ".join(told),
        )


def _agents(agents: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    limit = _ADDED_MS[300_000]
    for row in agents:
        p50, p99 = (row.get("unsynced", row["tightlip"])[f"added_{kind}_ms"] for kind in ("p50", "p99"))
        told = f"{_bold(f'{p50:.2f}', p50 <= limit)} / {_bold(f'{p99:.2f} ms', p99 <= _ADDED_P99_MS)}"
        what = f"{row['client']}, {row['turns']} turns to {row['last_bytes'] // 1000} KB, p50 / p99 added, sync apart"
        yield what, f"at most {limit:g} / {_ADDED_P99_MS:g} ms", told


def _streams(streams: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    for name, told in (("tightlip", "passed on"), ("restoring", "restored")):
        for kind, what, limit in (
            ("first_way", "first token", _FIRST_TOKEN_MS),
            ("ways", "each token", _TOKEN_MS),
        ):
            if figures := [row[kind][name]["added_p50_ms"] for row in streams]:
                measured = f"{min(figures):.2f} to {_bold(f'{max(figures):.2f} ms', max(figures) <= limit)}"
                yield f"streams {told}, {what}, p50 added", f"at most {limit:g} ms", measured


def _rest(results: Row) -> Iterator[tuple[str, str, str]]:
    if shaken := [(row["protocol"], row["whole"]["tightlip"]["added_p50_ms"]) for row in results.get("handshakes", ())]:
        told = ", ".join(
            f"{_bold(f'{more:+.2f} ms', more <= _REQUEST_MS)} over {protocol}" for protocol, more in shaken
        )
        what = "a new TLS connection and 2 KB over it, p50 to bare"
        yield what, f"no dearer, {_REQUEST_MS:g} ms for the request excepted", told
    for row in results.get("processes", ()):
        rate, cpu = (row["several"][kind] / row["one"][kind] for kind in ("rate", "per_cpu"))
        told = _bold(f"{rate:.2f}", rate >= _PROCESSES_RATIO) + f" ({cpu:.2f} of the requests a processor second)"
        what = f"{row['processes']} processes to one, {row['size_bytes'] // 1000} KB resent"
        yield what, f"at least {_PROCESSES_RATIO:g} of the requests a second", told
    if beside := [row["p99_ratio"] for row in results.get("neighbours", ())]:
        worst = _bold(f"{max(beside)}", max(beside) <= _BESIDE_RATIO)
        yield "others' p99 beside the worst input", "at most twice their p99 alone", f"{min(beside)} to {worst} times"
    for row in results.get("names", ()):
        what = f"{row['size_bytes'] // 1000} KB, {row['sight']}, p50 with names to p50 without"
        yield what, f"at most {_NAMES_RATIO:g}", _bold(f"{row['ratio']:.2f}", row["ratio"] <= _NAMES_RATIO)
    if scan := results.get("scan"):
        yield from _engine(scan)


def _engine(scan: Row) -> Iterator[tuple[str, str, str]]:
    speed, p50, p99 = scan["source_mb_per_second"], scan["piece_p50_ms"], scan["piece_p99_ms"]
    told = _bold(f"{speed:.1f} MB/s", speed >= _SOURCE_MB_PER_SECOND)
    yield "engine alone, package source", f"at least {_SOURCE_MB_PER_SECOND:g} MB/s", told
    told = f"{_bold(f'{p50:.2f}', p50 <= _PIECE_P50_MS)} / {_bold(f'{p99:.2f} ms', p99 <= _PIECE_P99_MS)}"
    yield "32 KB of source, p50 / p99", f"at most {_PIECE_P50_MS:g} / {_PIECE_P99_MS:g} ms", told


def _bold(figure: str, is_reached: bool) -> str:
    return figure if is_reached else f"**{figure}**"

"""The results as Markdown, section by section as they stand in docs/benchmarks.md."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bench import goal

Row = Mapping[str, Any]


def markdown(results: Row) -> str:
    """All of it; what was not measured is left out."""
    return "\n\n".join((_machine(results["machine"]), *_sections(results)))


def _sections(results: Row) -> Iterator[str]:
    if results["failed"]:
        yield f"Not measured, for it failed: {', '.join(results['failed'])}."
    yield "### Against the goals\n\n" + table(("what", "goal", "measured"), goal.rows(results))
    for key, title, head, row in _TABLES:
        if results.get(key):
            yield f"### {title}\n\n" + table(head, map(row, results[key]))
    if "scan" in results:
        yield "### Engine, start and memory\n\n" + table(("what", "figure"), _single_rows(results))
        yield "### Restoring replies\n\n" + table(_RESTORE_HEAD, map(_restore_row, results["restore"]["rows"]))


def _machine(machine: Row) -> str:
    return (
        f"{machine['cores']} cores, {machine['cpu']}, Python {machine['python']}, mitmproxy {machine['mitmproxy']}, "
        f"{machine['date']}, load average at the start {machine['load']}"
    )


_CELL_HEAD = (
    "body",
    "sight",
    "protocol",
    "conn.",
    "bare p50 / p99 ms",
    "Tightlip p50 / p99 ms",
    "added",
    "added without the disk",
    "req/s, bare and Tightlip",
    "ratio",
    "processor ms a request, bare and Tightlip",
)


def _cell_row(cell: Row) -> tuple[str, ...]:
    bare, tightlip = cell["bare"], cell["tightlip"]
    return (
        _size(cell),
        cell["sight"],
        cell["protocol"],
        str(cell["connections"]),
        _pair(bare),
        _pair(tightlip),
        _added(tightlip),
        _added(cell["unsynced"]) if "unsynced" in cell else "-",
        f"{bare['rate']}, {tightlip['rate']}" + f" ({tightlip['refused']} refused)" * (tightlip["refused"] > 0),
        str(cell["rate_ratio"]),
        f"{bare['cpu_ms']}, {tightlip['cpu_ms']}",
    )


_STREAM_HEAD = (
    "API",
    "protocol",
    "replies",
    "a token's way, bare p50 / p99 ms",
    "first token added",
    "each token added",
    "request to first token added",
)


def _stream_row(row: Row) -> Iterator[tuple[str, ...]]:
    for name, told in (("tightlip", "passed on"), ("restoring", "restored")):
        yield (
            row["api"],
            row["protocol"],
            told,
            _pair(row["ways"]["bare"]),
            _added(row["first_way"][name]),
            _added(row["ways"][name]),
            _added(row["first"][name]),
        )


_HANDSHAKE_HEAD = (
    "protocol",
    "connection, bare and Tightlip p50 ms",
    "2 KB request in it",
    "both, bare p50 / p99 ms",
    "both, Tightlip p50 / p99 ms",
    "added",
)


def _handshake_row(row: Row) -> tuple[str, ...]:
    return (
        row["protocol"],
        *(f"{row[kind]['bare']['p50_ms']}, {row[kind]['tightlip']['p50_ms']}" for kind in ("connection", "request")),
        _pair(row["whole"]["bare"]),
        _pair(row["whole"]["tightlip"]),
        _added(row["whole"]["tightlip"]),
    )


_AGENT_HEAD = (
    "client",
    "turns",
    "body, first to last",
    "protocol",
    "text sent before",
    "pieces known",
    "bare p50 / p99 ms",
    "Tightlip p50 / p99 ms",
    "added",
    "added without the disk",
)


def _agent_row(row: Row) -> tuple[str, ...]:
    return (
        row["client"],
        f"{row['turns']}, {row['replays']} times",
        f"{row['first_bytes'] // 1000} to {row['last_bytes'] // 1000} KB",
        row["protocol"],
        f"{row['resent']:.1%}",
        f"{row['known_pieces']:.1%}",
        _pair(row["bare"]),
        _pair(row["tightlip"]),
        _added(row["tightlip"]),
        _added(row["unsynced"]) if "unsynced" in row else "-",
    )


_PROCESS_HEAD = (
    "body, resent",
    "processes",
    "req/s",
    "to one process",
    "to bare mitmdump",
    "requests a processor second",
    "processors that it had",
)


def _process_row(row: Row) -> Iterator[tuple[str, ...]]:
    for name, told in (("bare", "bare mitmdump"), ("one", "1"), ("several", str(row["processes"]))):
        rate, per_cpu = row[name]["rate"], row[name]["per_cpu"]
        ratios = (f"{rate / row[other]['rate']:.2f}" for other in ("one", "bare"))
        yield _size(row), told, str(rate), *ratios, str(per_cpu), f"{rate / per_cpu:.2f}"


_NEIGHBOUR_HEAD = (
    "one connection sends",
    "its own p50 ms",
    "others alone p50 / p99 ms",
    "beside it p50 / p99 ms",
    "p99 ratio",
    "others refused",
)


def _neighbour_row(row: Row) -> tuple[str, ...]:
    return (
        row["name"],
        f"{row['own']['p50_ms']} ({row['own']['count']} sent, {row['refused']} refused)",
        _pair(row["alone"]),
        _pair(row["beside"]),
        str(row["p99_ratio"]),
        str(row["others_refused"]),
    )


_NAMES_HEAD = (
    "body",
    "sight",
    "names off, p50 / p99 ms",
    "names on, p50 / p99 ms",
    "on to off, p50",
    "processor ms a request, off and on",
)


def _names_row(row: Row) -> tuple[str, ...]:
    off, on = row["nameless"], row["tightlip"]
    return _size(row), row["sight"], _pair(off), _pair(on), str(row["ratio"]), f"{off['cpu_ms']}, {on['cpu_ms']}"


_TABLES = (
    ("cells", "Requests", _CELL_HEAD, _cell_row),
    ("agents", "Recorded agent conversations", _AGENT_HEAD, _agent_row),
    ("streams", "Streamed replies", _STREAM_HEAD, _stream_row),
    ("handshakes", "A new TLS connection for every request", _HANDSHAKE_HEAD, _handshake_row),
    ("processes", "Several processes", _PROCESS_HEAD, _process_row),
    ("neighbours", "Beside the worst input", _NEIGHBOUR_HEAD, _neighbour_row),
    ("names", "With and without names", _NAMES_HEAD, _names_row),
)
"""Of each: its name in the results, its title, its columns, and what makes a row, or several, of an entry."""


def _single_rows(results: Row) -> Iterable[tuple[str, str]]:
    scan, start = results["scan"], results["start_seconds"]
    yield "conversations scanned, one core", f"{scan['mb_per_second']:.1f} MB/s with {scan['rules']} rules"
    yield f"{scan['source_mb']:.0f} MB of package source scanned", f"{scan['source_mb_per_second']:.1f} MB/s"
    yield "32 KB of source, p50 / p99", f"{scan['piece_p50_ms']:.2f} / {scan['piece_p99_ms']:.2f} ms"
    yield "engine start with caches, and memory", f"{scan['engine_start_seconds']:.2f} s, {scan['memory_mb']:.0f} MB"
    yield "one text of 20 characters", f"{scan['short_text_us']:.1f} us"
    yield "one record made durable on this disk, p50 / p99", f"{_pair(results['sync_ms'])} ms"
    if "first" in start:
        yield "start to ready, first time", f"{start['first']:.1f} s"
    yield "start to ready, with caches", f"{start['again']:.1f} s"
    memory = results["memory_mib"]
    yield "memory of the front process, after the load", f"{memory['front']} MiB (bare mitmdump {memory['bare']} MiB)"
    yield "memory of what it started, after the load", " + ".join(f"{one} MiB" for one in memory["workers"])


_RESTORE_HEAD = (
    "pseudonyms",
    "made ready, once",
    "Anthropic stream",
    "OpenAI chat stream",
    "OpenAI responses stream",
    "one JSON body",
    "first token",
)


def _restore_row(row: Row) -> tuple[str, ...]:
    streams = [row[name] for name in ("anthropic.messages", "openai.chat", "openai.responses")]
    return (
        str(row["pairs"]),
        f"{row['lexicon_ms']} ms",
        *(f"{stream['mb_per_second']} MB/s, {stream['waited']:.2%} of events waited" for stream in streams),
        f"{row['whole_mb_per_second']} MB/s",
        f"+{max(stream['first_token_ms'] for stream in streams)} ms",
    )


def _size(row: Row) -> str:
    return f"{row['size_bytes'] // 1000} KB"


def _pair(part: Row) -> str:
    return f"{part['p50_ms']} / {part['p99_ms']}"


def _added(part: Row) -> str:
    return f"{part['added_p50_ms']:+.2f} / {part['added_p99_ms']:+.2f}"


def table(head: tuple[str, ...], rows: Iterable[Any]) -> str:
    """A Markdown table. An entry of `rows` is a row, or an iterable of rows."""
    lines = [head, tuple("---" for _ in head)]
    for row in rows:
        lines += [row] if isinstance(row, tuple) else row
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

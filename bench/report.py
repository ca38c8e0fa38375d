"""The results as Markdown, for the terminal and for docs/benchmarks.md."""

from collections.abc import Iterable, Mapping
from typing import Any

_HEAD = (
    "body",
    "sight",
    "protocol",
    "conn.",
    "bare p50 / p99 ms",
    "Tightlip p50 / p99 ms",
    "added p50",
    "bare req/s",
    "Tightlip req/s",
    "ratio",
)

_RESTORE_HEAD = (
    "pseudonyms",
    "made ready, once",
    "Anthropic stream",
    "OpenAI chat stream",
    "OpenAI responses stream",
    "one JSON body",
    "first token",
)


def markdown(results: Mapping[str, Any]) -> str:
    return "\n\n".join(
        (
            _machine(results["machine"]),
            _table(_HEAD, map(_cell_row, results["cells"])),
            _table(("what", "figure"), _single_rows(results)),
            _table(_RESTORE_HEAD, map(_restore_row, results["restore"]["rows"])),
            _table(
                (
                    "one connection sends",
                    "its own p50 ms",
                    "others alone p50 / p99 ms",
                    "beside it p50 / p99 ms",
                    "p99 ratio",
                ),
                map(_neighbour_row, results["neighbours"]),
            ),
        )
    )


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['cores']} cores, {machine['cpu']}, Python {machine['python']}, mitmproxy {machine['mitmproxy']}, "
        f"{machine['date']}, load average at the start {machine['load']}"
    )


def _cell_row(cell: Mapping[str, Any]) -> tuple[str, ...]:
    bare, tightlip = cell["bare"], cell["tightlip"]
    return (
        f"{cell['size_bytes'] // 1000} KB",
        cell["sight"],
        cell["protocol"],
        str(cell["connections"]),
        f"{bare['p50_ms']} / {bare['p99_ms']}",
        f"{tightlip['p50_ms']} / {tightlip['p99_ms']}",
        f"{cell['added_p50_ms']:+}",
        str(bare["rate"]),
        str(tightlip["rate"]),
        str(cell["rate_ratio"]),
    )


def _single_rows(results: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    scan, memory, start = results["scan"], results["memory_mib"], results["start_seconds"]
    yield "conversations scanned, one core", f"{scan['mb_per_second']:.1f} MB/s with {scan['rules']} rules"
    yield f"{scan['source_mb']:.0f} MB of package source scanned", f"{scan['source_mb_per_second']:.1f} MB/s"
    yield "32 KB of source, p50 / p99", f"{scan['piece_p50_ms']:.2f} / {scan['piece_p99_ms']:.2f} ms"
    yield "engine start with caches, and memory", f"{scan['engine_start_seconds']:.2f} s, {scan['memory_mb']:.0f} MB"
    yield "one text of 20 characters", f"{scan['short_text_us']:.1f} us"
    sync = results["sync_ms"]
    yield "one record made durable on this disk", f"{sync['p50_ms']} / {sync['p99_ms']} ms (p50 / p99)"
    yield "start to ready, first time", f"{start['first']:.1f} s"
    yield "start to ready, with caches", f"{start['again']:.1f} s"
    yield "memory of the front process, after the load", f"{memory['front']} MiB (bare mitmdump {memory['bare']} MiB)"
    yield "memory of each worker, after the load", " + ".join(f"{one} MiB" for one in memory["workers"])


def _restore_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    streams = [row[name] for name in ("anthropic.messages", "openai.chat", "openai.responses")]
    return (
        str(row["pairs"]),
        f"{row['lexicon_ms']} ms",
        *(f"{stream['mb_per_second']} MB/s, {stream['waited']:.2%} of events waited" for stream in streams),
        f"{row['whole_mb_per_second']} MB/s",
        f"+{max(stream['first_token_ms'] for stream in streams)} ms",
    )


def _neighbour_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    alone, beside = row["alone"], row["beside"]
    return (
        row["name"],
        f"{row['own']['p50_ms']} ({row['own']['count']} sent, {row['refused']} refused)",
        f"{alone['p50_ms']} / {alone['p99_ms']}",
        f"{beside['p50_ms']} / {beside['p99_ms']}",
        str(row["p99_ratio"]),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

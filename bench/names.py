"""What finding names costs: the engine with names off and on, by turns in one run, on one core, in processor time.

`python -m bench.names [--quick] [--names MODEL] [--write]` prints tables: conversations and pieces of 32 KB at first
sight, what a resent history asks of the finder, words that the model reads, memory over many texts.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import conversations
from bench.corpus import Conversation
from bench.page import put
from bench.prose import KINDS
from bench.report import table
from bench.scan import pieces, source
from bench.statistic import percentile
from bench.thread import take_one
from detectors import Engine, bundled_rules, load_rules
from detectors.names.finder import OWN, make_finder
from detectors.names.named import Allowance, Finder, Named
from detectors.names.network import Network
from proxy.body import Limits
from proxy.configsection import NamesConfig
from proxy.formats import FORMATS, Format
from proxy.reason import Reason
from proxy.scanner import Scanner

Row = Mapping[str, Any]
KEY: Final = b"k" * 32
PIECE_CHARS: Final = 32_000
TEXT_CHARS: Final = 300
FORMAT_OF: Final = {
    "claude-code": "anthropic.messages",
    "codex-http": "openai.responses",
    "gemini-cli": "gemini.generate",
}
_LEAST_MB_PER_SECOND, _MOST_P95_MS = 1.0, 50.0
_PAGE_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    pieces: int
    texts: int
    """Distinct texts over which memory is watched, in ten steps."""


FULL: Final = Effort(5, 40, 100_000)
QUICK: Final = Effort(1, 5, 2_000)


class Counting:
    """A finder that counts how often it was asked, and how many characters it was shown."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.calls = self.chars = 0

    def load(self) -> None:
        self._finder.load()

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        self.calls += 1
        self.chars += len(text)
        return self._finder.find(text, allowance)


@dataclass(frozen=True, slots=True)
class Bench:
    """The engine as it is without names and as it is with them, and the finder that the second has."""

    engines: dict[str, Engine]
    finder: Counting

    def scanner(self, name: str) -> Scanner:
        """With empty caches."""
        return Scanner(self.engines[name], KEY, Limits())


def bench_of(model: str, cache_dir: Path) -> Bench:
    """Raises ValueError where `model` names no finder."""
    ruleset = load_rules([bundled_rules()], cache_dir=cache_dir)
    made = make_finder(model, ruleset.names)
    if made is None:
        raise ValueError(f"names, expected a model that finds them, found {model!r}")
    finder = Counting(made)
    engines = {
        name: Engine(ruleset, KEY, cache_dir=cache_dir, names=names) for name, names in (("off", None), ("on", finder))
    }
    for engine in engines.values():
        engine.warm()
    gc.collect()
    gc.freeze()  # as workers do
    return Bench(engines, finder)


def by_turns(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Processor seconds of each, the order changing from round to round; the first round isn't counted."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name in works if number % 2 else reversed(works):
            started = time.process_time()
            works[name]()
            if number:
                seconds[name].append(time.process_time() - started)
    return seconds


@contextmanager
def words_read() -> Iterator[list[int]]:
    """How many words our model reads meanwhile, as the list's only item; nobody counts those of other models."""
    words = [0]
    probabilities = Network.probabilities

    def counted(self: Network, stretches: Any, wanted: Any) -> Any:
        words[0] += sum(map(len, stretches))
        return probabilities(self, stretches, wanted)

    Network.probabilities = counted  # type: ignore[method-assign]
    try:
        yield words
    finally:
        Network.probabilities = probabilities  # type: ignore[method-assign]


def conversations_seen(bench: Bench, effort: Effort) -> Iterator[Row]:
    """A row for each whole conversation: megabytes a second at first sight, what the finder was shown of it, and how
    often it is asked when the same is sent again."""
    for name, body, fmt in _bodies():
        seconds = by_turns({one: partial(_read, bench, one, body, fmt) for one in bench.engines}, effort.rounds)
        scanner = bench.scanner("on")
        scanner.allowance = Allowance(float("inf"), time.process_time)
        bench.finder.calls = bench.finder.chars = 0
        with words_read() as words:
            scanner.read_json(body, fmt)
        calls, chars = bench.finder.calls, bench.finder.chars
        scanner.read_json(body, fmt)
        yield {
            "name": name,
            "bytes": len(body),
            "mb_per_second": {one: len(body) / 1e6 / percentile(taken, 0.5) for one, taken in seconds.items()},
            "calls": calls,
            "chars": chars,
            "calls_again": bench.finder.calls - calls,
            "words": words[0],
            "finder_ms": scanner.allowance.used * 1e3,
            "requests": requests_until_read(bench, body, fmt),
        }


def requests_until_read(bench: Bench, body: bytes, fmt: Format, most: int = 50) -> int:
    """How often a conversation is sent until its names are read, with the time that each request has as shipped."""
    scanner = bench.scanner("on")
    for number in range(1, most + 1):
        scanner.allowance = Allowance(NamesConfig().milliseconds / 1e3, time.process_time)
        if Reason.NAMES_BUDGET not in scanner.read_json(body, fmt).incomplete:
            return number
    return most


def _read(bench: Bench, name: str, body: bytes, fmt: Format) -> None:
    bench.scanner(name).read_json(body, fmt)


def _bodies() -> Iterator[tuple[str, bytes, Format]]:
    for name in conversations.names():
        recording = conversations.load(name)
        yield recording.client, recording.bodies[-1], FORMATS[FORMAT_OF[name]]
    yield "generated", Conversation(1, 300_000).body(), FORMATS["anthropic.messages"]


def pieces_seen(bench: Bench, effort: Effort) -> Iterator[Row]:
    """A row for each kind of text: milliseconds for 32 KB of it that were never seen."""
    kinds = {"source": list(pieces(list(source(effort.pieces * PIECE_CHARS + 1_000_000))))[: effort.pieces]}
    for name, make in KINDS.items():
        kinds[name] = [make(seed, PIECE_CHARS) for seed in range(effort.pieces)]
    for name, texts in kinds.items():
        taken: dict[str, list[float]] = {one: [] for one in bench.engines}
        for number, text in enumerate(texts):
            for one in bench.engines if number % 2 else reversed(bench.engines):
                started = time.process_time()
                bench.engines[one].scan(text)
                taken[one].append(time.process_time() - started)
        with words_read() as words:
            bench.engines["on"].scan(texts[0])
        yield {
            "name": name,
            "count": len(texts),
            "words": words[0] / len(texts[0]) * 1e3,
            "ms": {one: [percentile(seconds, share) * 1e3 for share in (0.5, 0.95)] for one, seconds in taken.items()},
        }


def memory_over_texts(bench: Bench, effort: Effort) -> list[float]:
    """Megabytes resident at the start and after each tenth of the texts, all distinct."""
    told = [_resident()]
    for number in range(effort.texts):
        bench.engines["on"].scan(KINDS["chat"](1_000_000 + number, TEXT_CHARS))
        if (number + 1) % (effort.texts // 10) == 0:
            told.append(_resident())
    return told


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 1e6


_CONVERSATION_HEAD = (
    "conversation, first sight",
    "names off, MB/s",
    "on",
    "on to off",
    "shown to the finder",
    "words read by the model per KB",
    "its time",
    "requests until read, as shipped",
    "shown when resent",
)


def markdown(seen: Iterable[Row], read: Iterable[Row], memory: Sequence[float], texts: int) -> str:
    return "\n\n".join(
        (
            table(
                _CONVERSATION_HEAD,
                map(_conversation_row, seen),
            ),
            table(
                (
                    "32 KB never seen",
                    "names off, p50 / p95 ms",
                    "on",
                    "on to off, p50",
                    "words read by the model per KB",
                ),
                map(_piece_row, read),
            ),
            f"Memory over {texts:,} distinct texts: {memory[0]:.0f} MB at the start, "
            f"after each tenth {', '.join(f'{one:.0f}' for one in memory[1:])} MB.",
        )
    )


def _conversation_row(row: Row) -> tuple[str, ...]:
    off, on = (row["mb_per_second"][name] for name in ("off", "on"))
    return (
        f"{row['name']}, {row['bytes'] // 1000} KB",
        f"{off:.2f}",
        _judged(f"{on:.2f}", on >= _LEAST_MB_PER_SECOND),
        f"{on / off:.2f}",
        f"{row['chars'] / row['bytes']:.0%} in {row['calls']} texts",
        f"{row['words'] / row['bytes'] * 1e3:.0f}",
        f"{row['finder_ms']:.0f} ms",
        str(row["requests"]),
        _judged(f"{row['calls_again']} texts", not row["calls_again"]),
    )


def _piece_row(row: Row) -> tuple[str, ...]:
    off, on = row["ms"]["off"], row["ms"]["on"]
    return (
        f"{row['name']}, {row['count']} pieces",
        f"{off[0]:.1f} / {off[1]:.1f}",
        f"{on[0]:.1f} / {_judged(f'{on[1]:.1f}', on[1] <= _MOST_P95_MS)}",
        f"{on[0] / off[0]:.2f}",
        f"{row['words']:.0f}",
    )


def _judged(figure: str, is_reached: bool) -> str:
    return figure if is_reached else f"**{figure}**"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.names")
    parser.add_argument("--quick", action="store_true", help="half a minute; figures for a first look only")
    parser.add_argument("--names", default=OWN, metavar="MODEL", help="as the configuration has it (default: our own)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options = parser.parse_args()
    take_one("bench.names")
    effort = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory() as cache:
        try:
            bench = bench_of(options.names, Path(cache))
        except ValueError as err:
            parser.error(str(err))
        seen, read = list(conversations_seen(bench, effort)), list(pieces_seen(bench, effort))
        printed = markdown(seen, read, memory_over_texts(bench, effort), effort.texts)
    print(printed)
    if options.write:
        put("cost of names", printed)


if __name__ == "__main__":
    main()

"""The engine alone, on one core: source code, conversations, one text of 32 KB, a very short one; start and memory.

`python -m bench.scan ROUNDS CACHE` prints JSON. Source is that of the installed packages, conversations are the texts
of the request bodies that `load` sends.
"""

import json
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.corpus import texts
from detectors import Engine, bundled_rules, load_rules

_BYTES = 300_000
_SHORT = 20_000
_SOURCE_BYTES = 20_000_000
_PIECE_CHARS = 32_000
_PAGE_BYTES = 4096


def measure(rounds: int, cache_dir: Path) -> dict[str, float]:
    started = time.perf_counter()
    engine = Engine(load_rules([bundled_rules()], cache_dir=cache_dir), b"k" * 32, cache_dir=cache_dir)
    engine.warm()
    start_seconds = time.perf_counter() - started
    rates = sorted(_rate(engine, texts(seed, _BYTES)) for seed in range(rounds))
    files = list(source(_SOURCE_BYTES if rounds > 5 else _SOURCE_BYTES // 10))
    source_rate = _rate(engine, files)
    seconds = sorted(_seconds(engine, piece) for piece in pieces(files))
    started = time.perf_counter()
    for number in range(_SHORT):
        engine.scan(f"short text no {number:07}")
    short_us = (time.perf_counter() - started) / _SHORT * 1e6
    return {
        "mb_per_second": rates[len(rates) // 2],
        "source_mb_per_second": source_rate,
        "source_mb": sum(map(len, files)) / 1e6,
        "piece_p50_ms": seconds[len(seconds) // 2] * 1e3,
        "piece_p99_ms": seconds[len(seconds) * 99 // 100] * 1e3,
        "short_text_us": short_us,
        "rules": len(engine.ruleset.rules),
        "engine_start_seconds": start_seconds,
        "memory_mb": int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 1e6,
    }


def source(size: int) -> Iterator[str]:
    """Python source of the installed packages, up to `size` bytes."""
    for path in sorted(Path(sysconfig.get_paths()["purelib"]).glob("*/**/*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield text
        size -= len(text)
        if size < 0:
            return


def pieces(texts: Sequence[str]) -> Iterator[str]:
    """What they hold together, 32 KB at a time, of the first 10 MB."""
    whole = "".join(texts)
    for start in range(0, min(len(whole), 10_000_000) - _PIECE_CHARS, _PIECE_CHARS):
        yield whole[start : start + _PIECE_CHARS]


def _rate(engine: Engine, leaves: Sequence[str]) -> float:
    """Megabytes per second."""
    started = time.perf_counter()
    for text in leaves:
        engine.scan(text)
    return sum(map(len, leaves)) / 1e6 / (time.perf_counter() - started)


def _seconds(engine: Engine, text: str) -> float:
    started = time.perf_counter()
    engine.scan(text)
    return time.perf_counter() - started


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1]), Path(sys.argv[2])), sys.stdout)

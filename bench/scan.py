"""The engine alone: megabytes of new text per second on one core, and what one very short text costs.

`python -m bench.scan` prints JSON. Its texts are those of the request bodies that `load` sends.
"""

import json
import sys
import time
from pathlib import Path

from bench.corpus import texts
from detectors import Engine, bundled_rules, load_rules

_BYTES = 300_000
_SHORT = 20_000


def measure(rounds: int, cache_dir: Path) -> dict[str, float]:
    started = time.perf_counter()
    engine = Engine(load_rules([bundled_rules()], cache_dir=cache_dir), b"k" * 32, cache_dir=cache_dir)
    engine.warm()
    start_seconds = time.perf_counter() - started
    rates = []
    for seed in range(rounds):
        leaves = texts(seed, _BYTES)
        started = time.perf_counter()
        for text in leaves:
            engine.scan(text)
        rates.append(sum(map(len, leaves)) / 1e6 / (time.perf_counter() - started))
    started = time.perf_counter()
    for number in range(_SHORT):
        engine.scan(f"short text no {number:07}")
    short_us = (time.perf_counter() - started) / _SHORT * 1e6
    rates.sort()
    return {
        "mb_per_second": rates[len(rates) // 2],
        "short_text_us": short_us,
        "rules": len(engine.ruleset.rules),
        "engine_start_seconds": start_seconds,
    }


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1]), Path(sys.argv[2])), sys.stdout)

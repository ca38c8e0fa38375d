"""Pseudonyms restored in streams, on one core: megabytes a second where nothing is found, and what a first token waits.

`python -m bench.restore ROUNDS` prints JSON. The text is this repository's documentation, cut into tokens of a few
characters, and comes event by event.
"""

import json
import re
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from proxy.formats import FORMATS
from proxy.restore import Lexicon, Pair, Restorer
from tests.fakevendor import anthropic_api, openai_api
from tests.fakevendor.step import Step

_ROOT: Final = Path(__file__).parents[1]
_STREAMS: Final = {
    "anthropic.messages": anthropic_api.message_events,
    "openai.chat": openai_api.chat_events,
    "openai.responses": openai_api.response_events,
}
_PAIRS: Final = (1, 100, 4000)
_FIRST_TOKENS: Final = 200


def measure(rounds: int) -> dict[str, Any]:
    text = "".join(page.read_text() for page in sorted((_ROOT / "docs").glob("*.md")))
    tokens = tuple(re.findall(r" ?\w{1,7}|\s+|.", text))
    rows = []
    for count in _PAIRS:
        pairs = list(_made_up(count))
        started = time.process_time()
        lexicon = Lexicon(pairs)
        made_ms = (time.process_time() - started) * 1e3
        row: dict[str, Any] = {"pairs": count, "lexicon_ms": round(made_ms, 2)}
        for format_id, events in _STREAMS.items():
            body = b"".join(events(Step(text=tokens)))
            row[format_id] = _rate(format_id, lexicon, body, rounds) | {"first_token_ms": _first(format_id, lexicon)}
        whole = json.dumps(anthropic_api.message(Step(text=tokens))).encode()
        row["whole_mb_per_second"] = _rate("anthropic.messages", lexicon, whole, rounds)["mb_per_second"]
        rows.append(row)
    return {"text_kb": len(text) // 1000, "rows": rows}


def _made_up(count: int) -> Iterator[Pair]:
    """Pseudonyms of four kinds by turns; each has a value."""
    for number in range(count):
        name = f"{_syllables(number)} {_syllables(number + 7).title()}"
        made = (
            f"person-{number:08x}@example.com",
            f"4000 00{number % 100:02} {number:04} {number * 7 % 10_000:04}",
            name.title(),
            f"tok_{number:05}{_syllables(number * 31)}{number:04}",
        )
        yield Pair(made[number % 4], f"value {number}")


def _syllables(number: int) -> str:
    parts = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "xu", "zy")
    return "".join(parts[number >> shift & 15] for shift in (0, 4, 8)) + "r"


def _rate(format_id: str, lexicon: Lexicon, body: bytes, rounds: int) -> dict[str, float]:
    media = "application/json" if body.startswith(b"{") else "text/event-stream"
    pieces = [event + b"\n\n" for event in body.split(b"\n\n")]
    rates = []
    for _ in range(rounds):
        restorer = Restorer(FORMATS[format_id], lexicon, media)
        started = time.process_time()
        held = sum(not restorer.feed(piece) for piece in pieces)
        restorer.finish()
        rates.append(len(body) / (time.process_time() - started) / 1e6)
    return {"mb_per_second": round(statistics.median(rates), 1), "waited": round(held / len(pieces), 4)}


def _first(format_id: str, lexicon: Lexicon) -> float:
    """Milliseconds that a reply's beginning takes, up to its first token, restorer and all; the median of many."""
    body = b"".join(_STREAMS[format_id](Step(text=("Well", ", ", "then"))))
    spent = []
    for _ in range(_FIRST_TOKENS):
        started = time.process_time()
        restorer = Restorer(FORMATS[format_id], lexicon, "text/event-stream")
        restorer.feed(body)
        spent.append((time.process_time() - started) * 1e3)
    return round(statistics.median(spent), 3)


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1])), sys.stdout)

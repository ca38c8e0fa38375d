"""Hostile text costs time in proportion to its length: nothing is looked at over and over."""

import json
import time
from collections.abc import Callable

import pytest

from proxy.formats import FORMATS, Writing
from proxy.restore import Restorer
from proxy.restore.passage import Passage
from tests.proxy.restore.pairs import LEXICON

SHORT, LONG = 20_000, 160_000
"""Eight times as much may take 24 times as long: a machine that others use as well."""

SLACK = 3

HOSTILE = [
    "\\",
    '\\"',
    "\\n",
    "Tovina ",
    "Tovina",
    " ",
    "4000 ",
    "4",
    "person-7f3a@",
    "person-7f3a@example.com.",
    "%C3%A9",
    "%",
    "&amp",
    "&#6",
    "\\u00c9",
    "*",
    "[",
    "\u200b",
    "\u00e9",
    "林",
    "word ",
    "{[",
    '"',
]


def _seconds(feed: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    feed(text)
    return time.process_time() - started


@pytest.mark.slow
@pytest.mark.parametrize("lead", ["", "Tovina", "4000"])
@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("piece_chars", [50, LONG])
def test_time_is_proportional(lead: str, unit: str, piece_chars: int) -> None:
    def feed(text: str) -> None:
        passage = Passage(LEXICON, Writing.JSON)
        for start in range(0, len(text), piece_chars):
            passage.feed(text[start : start + piece_chars])
        passage.end()

    short, long = (lead + unit * (size // len(unit)) for size in (SHORT, LONG))
    expected = LONG / SHORT * max(min(_seconds(feed, short) for _ in range(3)), 0.002)
    assert _seconds(feed, long) < SLACK * expected


@pytest.mark.slow
@pytest.mark.parametrize("media", ["text/event-stream", "application/json"])
@pytest.mark.parametrize("unit", ["{", "[", '"', "\n", "data: x\n", "\r", "data:\n\n", "{}", '{"a":', "\\"])
def test_framing_is_proportional(media: str, unit: str) -> None:
    def feed(text: str) -> None:
        restorer = Restorer(FORMATS["openai.chat"], LEXICON, media)
        for start in range(0, len(text), 1000):
            restorer.feed(text[start : start + 1000].encode())
        assert restorer.finish() is not None

    short, long = (unit * (size // len(unit)) for size in (SHORT, LONG))
    expected = LONG / SHORT * max(min(_seconds(feed, short) for _ in range(3)), 0.002)
    assert _seconds(feed, long) < SLACK * expected


def test_deep_json_passes() -> None:
    body = (b'{"content":' * 5000) + json.dumps("Tovina Kelder").encode() + b"}" * 5000
    restorer = Restorer(FORMATS["openai.chat"], LEXICON, "application/json")
    assert restorer.feed(body) + restorer.finish() == body

"""Hostile text costs time in proportion to its length: nothing is looked at over and over."""

import json

import pytest

from proxy.formats import FORMATS, Writing
from proxy.restore import Restorer
from proxy.restore.passage import Passage
from tests.proxy.restore.pairs import LEXICON
from tests.timing import assert_proportional, repeated

SHORT, LONG = 20_000, 160_000

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

    assert_proportional(feed, repeated(unit, SHORT, lead), repeated(unit, LONG, lead))


@pytest.mark.slow
@pytest.mark.parametrize("media", ["text/event-stream", "application/json"])
@pytest.mark.parametrize("unit", ["{", "[", '"', "\n", "data: x\n", "\r", "data:\n\n", "{}", '{"a":', "\\"])
def test_framing_is_proportional(media: str, unit: str) -> None:
    def feed(text: str) -> None:
        restorer = Restorer(FORMATS["openai.chat"], LEXICON, media)
        for start in range(0, len(text), 1000):
            restorer.feed(text[start : start + 1000].encode())
        assert restorer.finish() is not None

    assert_proportional(feed, repeated(unit, SHORT), repeated(unit, LONG))


def test_deep_json_passes() -> None:
    body = (b'{"content":' * 5000) + json.dumps("Tovina Kelder").encode() + b"}" * 5000
    restorer = Restorer(FORMATS["openai.chat"], LEXICON, "application/json")
    assert restorer.feed(body) + restorer.finish() == body

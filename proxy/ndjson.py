"""Newline-delimited JSON: where each line stands. Reading a line is `jsontext`'s work."""

from collections.abc import Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One line that isn't blank; `number` counts from 1 and counts blank lines too."""

    number: int
    start: int
    end: int


def lines(data: bytes) -> Iterator[Line]:
    """Yield the lines of `data`, without their line feeds (a carriage return before one is JSON white
    space)."""
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if not data[start:end].isspace() and end > start:
            yield Line(number, start, end)
        start, number = end + 1, number + 1


def is_ndjson(data: bytes) -> bool:
    """Tell whether a first line ends an object or array and a second one begins another.

    No single JSON text can look like that, so this never takes one for many.
    """
    both = lines(data)
    first, second = next(both, None), next(both, None)
    if first is None or second is None:
        return False
    ends = data[first.start : first.end].rstrip()[-1:]
    begins = data[second.start : second.start + 64].lstrip()[:1]
    return ends in (b"}", b"]") and begins in (b"{", b"[")

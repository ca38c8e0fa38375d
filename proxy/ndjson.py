"""Newline-delimited JSON: where each line stands. Reading a line is `jsontext`'s work."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(rb"[ \t\r\n]*+([^\n]++)")


class Line(NamedTuple):
    """One line that isn't blank; `number` counts from 1 and counts blank lines too."""

    number: int
    start: int
    end: int


def lines(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Line]:
    """Yield the lines of `data[start:end]`, each from its first character that isn't a blank to its line
    feed."""
    stop = len(data) if end is None else end
    pos, number = start, 1
    while (line := _LINE.match(data, pos, stop)) is not None:
        number += data.count(b"\n", pos, line.start(1))
        yield Line(number, line.start(1), line.end(1))
        pos = line.end(1)


def is_ndjson(data: bytes) -> bool:
    """Tell whether a first line ends an object or array and a second one begins another.

    No single JSON text can look like that, so this never takes one for many.
    """
    both = lines(data)
    first, second = next(both, None), next(both, None)
    if first is None or second is None:
        return False
    ends = data[first.start : first.end].rstrip()[-1:]
    return ends in (b"}", b"]") and data[second.start] in b"{["

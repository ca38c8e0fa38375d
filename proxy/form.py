"""application/x-www-form-urlencoded text, in bodies and query strings: names, values, and where they stand.

Reads as the WHATWG URL standard does (section 5.1): `&` separates, the first `=` ends the name, `+` is a
space, a `%` without two hex digits is itself. Bytes that aren't UTF-8 become surrogates (PEP 383), so
nothing goes unread.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote_plus, unquote_to_bytes

_BYTE = re.compile(rb"%[0-9a-fA-F]{2}|.", re.DOTALL)


class Field(NamedTuple):
    """One `name=value`; offsets are of the raw bytes. Without `=`, the value is empty at the name's end."""

    name: str
    name_start: int
    name_end: int
    value: str
    value_start: int
    value_end: int

    def __repr__(self) -> str:
        return f"Field({self.name_start}, {self.value_start}, {self.value_end})"


def fields(data: bytes, *, start: int = 0, end: int | None = None) -> Iterator[Field]:
    """Yield the fields of `data[start:end]` in order; empty ones are skipped."""
    stop = len(data) if end is None else end
    while start < stop:
        cut = data.find(b"&", start, stop)
        cut = stop if cut < 0 else cut
        if cut > start:
            yield _field(data, start, cut)
        start = cut + 1


def _field(data: bytes, start: int, end: int) -> Field:
    sign = data.find(b"=", start, end)
    name_end, value_start = (end, end) if sign < 0 else (sign, sign + 1)
    name, value = unquote(data[start:name_end]), unquote(data[value_start:end])
    return Field(name, start, name_end, value, value_start, end)


def unquote(raw: bytes) -> str:
    """Return what a raw name or value stands for."""
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode(errors="surrogateescape")


def quote(text: str) -> bytes:
    """Return `text` as it is written in a name or value."""
    return quote_plus(text.encode(errors="surrogateescape")).encode()


def wide_runs(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and width of each code point that takes more than a byte in `raw`.

    One by one, since it may be written in any mixture of bytes and percent codes: about 1 us each.
    """
    widths = [len(unit[0]) for unit in _BYTE.finditer(raw)]
    done = at = 0
    for char in unquote(raw):
        size = len(char.encode(errors="surrogateescape"))
        width = sum(widths[done : done + size])
        if width > 1:
            yield at, at + width, width
        done += size
        at += width

"""What shows of a text in bytes that are none as a whole, and the numbers that fixed-width and packed fields hold.

Bytes in, text out. Whatever is found here can't be written back: a placeholder has no place in a number or a blob.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from proxy.binary.wire import read_varint

MIN_CHARS: Final = 6
"""Shorter runs are chance, and no value is as short without a name beside it."""

_PRINTABLE: Final = rb"[\t\n\r\x20-\x7e]"
_RUN: Final = re.compile(
    rb"""
    ( (?: %(ascii)s
      | [\xc2-\xdf][\x80-\xbf] | [\xe0-\xef][\x80-\xbf]{2} | [\xf0-\xf4][\x80-\xbf]{3}   # UTF-8
      | (?<=[A-Za-z]) [\xc0-\xff] (?=[a-z])                                              # a Latin-1 letter in a word
      ){%(least)d,}+ )
    | ( (?: %(ascii)s \x00 ){%(least)d,}+ )   # UTF-16
    | ( (?: \x00 %(ascii)s ){%(least)d,}+ )
    """
    % {b"ascii": _PRINTABLE, b"least": MIN_CHARS},
    re.VERBOSE,
)

_LEAST_DIGITS: Final = 10**11
_MOST_DIGITS: Final = 10**19
_MOST_FIXED: Final = 10**17
"""Doubles of any usual size, read as integers, are larger. Of 18 and 19 digits in a fixed64, none is read."""
_MOST_EXACT: Final = 2**53
"""Every larger double is a whole number."""

_WIDE_PACKED: Final = re.compile(rb"[\x80-\xff]{5,9}[\x00-\x7f]")
_PACKED: Final = re.compile(rb"(?:[\x80-\xff]{0,9}[\x00-\x7f])++")
_LAST: Final = re.compile(rb"[\x00-\x7f]")
_MEAN_PACKED_BYTES: Final = 3
"""Of random bytes every second one would end a number; lists of long numbers are told from them by their length."""


def text_runs(raw: bytes) -> str:
    """Return the printable runs of at least `MIN_CHARS` in `raw`, a line each: ASCII, UTF-8, Latin-1 words, UTF-16."""
    return "\n".join(_decoded(match) for match in _RUN.finditer(raw))


def _decoded(match: re.Match[bytes]) -> str:
    raw = match.group()
    if match.lastindex != 1:
        return raw.replace(b"\0", b"").decode("ascii")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def varint_number(raw: bytes) -> str:
    """Return the number that a varint spells if it has 12 to 19 digits, else ""."""
    value = read_varint(raw)
    return str(value) if _LEAST_DIGITS <= value < _MOST_DIGITS else ""


def fixed_numbers(raw: bytes) -> Iterator[str]:
    """Yield the whole numbers of 12 to 17 digits among those of eight bytes each, integers or doubles."""
    for (value,) in struct.iter_unpack("<Q", raw):
        if _LEAST_DIGITS <= value < _MOST_FIXED:
            yield str(value)
    for (real,) in struct.iter_unpack("<d", raw):
        if _LEAST_DIGITS <= real < _MOST_EXACT and real.is_integer():
            yield str(int(real))


def packed_numbers(raw: bytes) -> Iterator[str]:
    """Yield the long numbers in bytes that look like a packed list of such."""
    if len(raw) % 8 == 0:
        yield from fixed_numbers(raw)
    if _PACKED.fullmatch(raw) and len(raw) >= _MEAN_PACKED_BYTES * len(_LAST.findall(raw)):
        yield from filter(None, map(varint_number, _WIDE_PACKED.findall(raw)))

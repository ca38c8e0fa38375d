"""How unlike code is a string? A character-trigram model of names, words and paths, against chance.

The table beside this file holds what `python -m training.rarity` learnt from the source of the installed packages: the
surprise of every character after two others, in whole bits. It knows characters only; what a name promises about a
value, and which random values aren't secrets (hashes, ids), is told elsewhere.
"""

import math
import zlib
from functools import cache
from pathlib import Path

MODEL = Path(__file__).with_name("rarity.bin")
STAMP_BYTES = 16
"""The model opens with so many bytes of the digest of what it was trained on."""

SYMBOLS = 64
"""Kinds of characters: the 52 letters, 5 groups of digits, `_ - . /`, `+ =`, everything else, and the beginning (0)."""

OFFSET_CHARS = 27.0
"""How fast shorter strings must be stranger to count as random: set so that at every length from 8 to 80 about one in a
hundred tokens of source code scores above 0."""

MAX_CHARS = 256
"""Longer strings are judged by their beginning."""

_HEX = frozenset("0123456789abcdef-")
_GROUPS = ("", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0", "1", "2", "345", "6789", *"_-./", "+=")


def symbol_table() -> dict[int, int]:
    """For `str.translate`: the kind of each character; whatever isn't in it is of the last kind."""
    table: dict[int, int] = {}
    number = 1
    for group in _GROUPS[1:3]:
        for char in group:
            table[ord(char)] = number
            number += 1
    for group in _GROUPS[3:]:
        table |= {ord(char): number for char in group}
        number += 1
    return table


_SYMBOL = symbol_table()
_OTHER = SYMBOLS - 1


def rarity(value: str) -> float:
    """Above 0: chance explains the characters better than code does. About -3 for words, 1 to 4 for random ones.

    Bits per character that the value surprises more than a random one of its alphabet would.
    """
    seen = value[:MAX_CHARS]
    if not seen:
        return -math.inf
    return surprise(seen) / len(seen) - math.log2(_alphabet(seen)) + 1 - OFFSET_CHARS / len(seen)


def surprise(value: str) -> float:
    """Bits by which the model of code is surprised, over all characters."""
    table = _table()
    state, bits = 0, 0
    for char in value:
        symbol = _SYMBOL.get(ord(char), _OTHER)
        bits += table[state << 6 | symbol]
        state = (state << 6 | symbol) & 0xFFF
    return float(bits)


def _alphabet(value: str) -> int:
    """How many characters a generator of such values would choose from."""
    chars = set(value)
    if chars <= _HEX or ({c.lower() for c in chars} <= _HEX and not any(c.islower() for c in chars)):
        return 16
    size = 26 * (any("a" <= c <= "z" for c in chars) + any("A" <= c <= "Z" for c in chars))
    size += 10 * any("0" <= c <= "9" for c in chars) + 2 * any(not c.isalnum() for c in chars)
    return max(size, 4)


@cache
def _table() -> bytes:
    """One byte per trigram, from two per byte in the file."""
    packed = zlib.decompress(MODEL.read_bytes()[STAMP_BYTES:])
    table = bytearray(2 * len(packed))
    table[::2] = packed.translate(bytes(byte >> 4 for byte in range(256)))
    table[1::2] = packed.translate(bytes(byte & 15 for byte in range(256)))
    return bytes(table)

"""Messages that were written into a text of another as hex digits, unfolded before anything is read, and folded again.

Cursor's clients send their side of a two-way stream so when they have no HTTP/2: request by request, each with a piece
in hex. Unfolded, the piece is a message within like any other. Knows the wire format and nothing of what is said in it.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from proxy.binary.splice import Span, joined
from proxy.binary.wire import Field, Wire, fields, varint
from proxy.reason import RequestError

_HEX: Final = re.compile(rb"(?: [0-9a-f]{2} ){24,}+ | (?: [0-9A-F]{2} ){24,}+", re.VERBOSE)
"""Shorter ones are ids. Of hashes and keys, one in a thousand is a message by chance."""

_MOST_FIELDS: Final = 1000
"""Of a message that is folded, or holds a folded one. Larger ones are read as they are."""


class Fold(NamedTuple):
    """A field that was unfolded: which of the message's it is, and whether its digits had capitals."""

    nth: int
    is_upper: bool


def unfold(message: bytes) -> tuple[bytes, list[Fold]]:
    """Return the message with its hex texts replaced by the messages that they spell, and which ones those are."""
    found = _fields(message)
    folds = [Fold(nth, _is_upper(message, field)) for nth, field in enumerate(found) if _is_folded(message, field)]
    spans = _spans(found, ((fold.nth, bytes.fromhex(_value(message, found[fold.nth]).decode())) for fold in folds))
    return joined(message, spans), folds


def fold(message: bytes, folds: list[Fold]) -> bytes:
    """Return an unfolded message with these fields in hex digits again. ValueError when it has no such fields."""
    found = _fields(message)
    if folds and folds[-1].nth >= len(found):
        raise ValueError("a folded field is missing")
    return joined(message, _spans(found, ((one.nth, _digits(_value(message, found[one.nth]), one)) for one in folds)))


def _fields(message: bytes) -> list[Field]:
    """Its lengths, as long as they are few. Unfolding changes neither how many there are nor where each one stands."""
    try:
        found = fields(message, 0, len(message), _MOST_FIELDS, _MOST_FIELDS) or []
    except RequestError:
        return []
    return [field for field in found if field.wire is Wire.LENGTH]


def _value(message: bytes, field: Field) -> bytes:
    return message[field.start : field.end]


def _is_folded(message: bytes, field: Field) -> bool:
    digits = _HEX.fullmatch(message, field.start, field.end)
    if digits is None or digits.group().isdigit():
        return False
    inner = _fields(bytes.fromhex(digits.group().decode()))
    return any(one.start < one.end for one in inner)


def _is_upper(message: bytes, field: Field) -> bool:
    return _value(message, field).isupper()


def _digits(raw: bytes, fold: Fold) -> bytes:
    return (raw.hex().upper() if fold.is_upper else raw.hex()).encode()


def _spans(found: list[Field], values: "Iterator[tuple[int, bytes]]") -> list[Span]:
    """Lengths and values that take the place of those fields'."""
    return [(found[nth].at, found[nth].end, varint(len(value)) + value) for nth, value in values]

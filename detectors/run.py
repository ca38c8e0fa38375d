"""Views of encoded runs: base64, hex, and gzip inside base64.

A run is opened only where the first pass saw that it decodes to text (`GATES`), which identifiers, hashes and images
hardly ever do. A finding inside covers the run whole, since its parts can't be replaced alone.
"""

import base64
import binascii
import re
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

from detectors.view import MAX_DEPTH, Budget, View

# Four characters of base64 that decode to three bytes of ASCII text. The classes follow from the bits: printable
# characters, tab, line feed and carriage return. A random group passes one time in eleven.
_FIRST = rb"[CDI-Za-f]"
_SECOND = rb"[ACDEFGHQSTUVWXgijklmnwyz0123]"
_THIRD = rb"[ABEFIJMNQRUVYZcdghklopstwx0145 89]".replace(b" ", b"")
_GROUP = _FIRST + _SECOND + _THIRD + rb"[A-Za-z0-9+/_-]"

GATES: tuple[bytes, ...] = (
    b"(?:" + _GROUP + b"){3}" + _FIRST + _SECOND,
    rb"H4sI[A-Za-z0-9+/_-]{16}",
    rb"(?:[2-7][0-9a-fA-F]|0[9aAdD]){10}",
)
"""First-pass expressions whose hits tell where a run of base64 text, base64 of gzip, or hex text may be."""

_BASE64, _GZIP, _HEX = range(3)

_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]*")
_HEX_RUN = re.compile(r"[0-9a-fA-F]*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAK = re.compile(r"\r?\n[ \t]{0,20}")
_TO_STANDARD = str.maketrans("-_", "+/", "\r\n \t")
"""URL-safe to standard alphabet, and line breaks and their indentation dropped."""

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_BASE64_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_NOT_ASCII_BYTES = bytes(range(128)) + b"\x1a" * 128
_GATE_WIDTHS = (14, 20, 20)

WRAP_CHARS = 56
"""Encoders wrap lines at 60, 64, 72 or 76; a shorter line before a break ends the run."""

ALIGNMENT_SHARE = 4
"""An alignment counts when it has at least one in so many of its run's hits."""


def runs(text: str, hits: list[tuple[int, int]], depth: int, budget: Budget, within: View | None) -> Iterator[View]:
    """The views of `text` that its hits of `GATES` promise. `within` is the view whose text it is, if it is one's."""
    gzips = {at for kind, at in hits if kind == _GZIP}
    base64s = _aligned_runs(text, sorted(at for kind, at in hits if kind != _HEX), gzips)
    hexes = _aligned_runs(text, sorted(at for kind, at in hits if kind == _HEX), None)
    for decode, aligned in ((_decode_base64, base64s), (_decode_hex, hexes)):
        for start, end, shift in aligned:
            if within is not None and within.repeats(start, end):
                continue
            decoded = decode(text, start + shift, end, budget)
            if decoded is None or (depth and not _is_text(decoded[1])):
                continue
            if depth >= MAX_DEPTH:
                budget.exceeded = budget.exceeded or "view_depth"
            elif budget.take(len(decoded[1])):
                yield View(*decoded, text, start, end)


def _is_text(decoded: str) -> bool:
    """Nearly all printable. Asked of nested runs only: an image may hold text, but what an image decodes to may not."""
    odd = len(_UNPRINTABLE.findall(decoded))
    return odd * 20 <= len(decoded)


def _aligned_runs(text: str, hits: list[int], gzips: set[int] | None) -> Iterator[tuple[int, int, int]]:
    """(start, end, shift) of each run with a hit, once per alignment that it may have. Hex when `gzips` is None.

    A run has one alignment, two when something was glued to it. Text hits at the others too, now and then.
    """
    index = 0
    while index < len(hits):
        start, end = _hex_extent(text, hits[index]) if gzips is None else _base64_extent(text, hits[index])
        after = max(bisect_right(hits, end), index + 1)
        width = 2 if gzips is None else 4
        gate = _GATE_WIDTHS[_HEX if gzips is None else _BASE64]
        shifts = Counter(
            (at - (gate if gzips is None or at not in gzips else _GATE_WIDTHS[_GZIP]) - start) % width
            for at in hits[index:after]
        )
        for shift, count in shifts.most_common():
            if count * ALIGNMENT_SHARE >= shifts.total():
                yield start, end, shift
        index = after


def _hex_extent(text: str, at: int) -> tuple[int, int]:
    match = _HEX_RUN.match(text, at)
    return _back(text, at - _GATE_WIDTHS[_HEX], _HEX_DIGITS), match.end() if match else at


def _base64_extent(text: str, at: int) -> tuple[int, int]:
    """The run around a hit that ends at `at`: padding, and further lines of equal length, included."""
    start = _back(text, at - _GATE_WIDTHS[_BASE64], _BASE64_CHARACTERS)
    match = _BASE64_RUN.match(text, at)
    end = match.end() if match else at
    line = end - start
    while line >= WRAP_CHARS and line % 4 == 0 and (gap := _LINE_BREAK.match(text, end)):
        following = _BASE64_RUN.match(text, gap.end())
        length = following.end() - gap.end() if following else 0
        if not 0 < length <= line:
            break
        end = gap.end() + length
        if length < line:
            break
    while text[end : end + 1] == "=":
        end += 1
    return start, end


def _back(text: str, start: int, alphabet: frozenset[str]) -> int:
    while start > 0 and text[start - 1] in alphabet:
        start -= 1
    return start


def _decode_base64(text: str, start: int, end: int, budget: Budget) -> tuple[str, str] | None:
    run = text[start:end].translate(_TO_STANDARD).rstrip("=")
    run = run[:-1] if len(run) % 4 == 1 else run
    try:
        raw = base64.b64decode(run + "=" * (-len(run) % 4))
    except binascii.Error:
        return None
    return _inflate(raw, budget) if raw[:3] == b"\x1f\x8b\x08" else ("base64", _text_of(raw))


def _inflate(raw: bytes, budget: Budget) -> tuple[str, str] | None:
    try:
        inflated = zlib.decompressobj(wbits=31).decompress(raw, max(1, budget.characters + 1))
    except zlib.error:
        return None
    return "gzip", _text_of(inflated)


def _decode_hex(text: str, start: int, end: int, _: Budget) -> tuple[str, str]:
    return "hex", _text_of(bytes.fromhex(text[start : end - (end - start) % 2]))


def _text_of(raw: bytes) -> str:
    """UTF-8 where it is; otherwise its ASCII bytes in their places, which is all that rules look for."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.translate(_NOT_ASCII_BYTES).decode("ascii")

"""Views of encoded runs: base64 and hex, with UTF-16 or compressed text inside.

A run is opened only where the first pass saw that it decodes to text (`GATES`), which identifiers, hashes and images
hardly ever do. A finding inside covers the run whole, since its parts can't be replaced alone.
"""

import base64
import binascii
import bz2
import lzma
import re
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator

import zstandard

from detectors.views.cut import PREFIX
from detectors.views.view import MAX_DEPTH, Budget, View

# Four characters of base64 that decode to three bytes of ASCII text. The classes follow from the bits: printable
# characters, tab, line feed and carriage return. A random group passes one time in eleven.
_FIRST = rb"[CDI-Za-f]"
_SECOND = rb"[ACDEFGHQSTUVWXgijklmnwyz0123]"
_THIRD = rb"[ABEFIJMNQRUVYZcdghklopstwx0145 89]".replace(b" ", b"")
_GROUP = _FIRST + _SECOND + _THIRD + rb"[A-Za-z0-9+/_-]"

# The same of UTF-16: every other byte is zero, in one of two phases.
_WIDE = rb"[I-Za-f0-9][AQgw][AB][A-Za-z0-9+/_-]A[A-H][AEIMQUYcgkosw048]A"

_PACKED = rb"(?:H4sI|eJ[w-z]|eN[o-r]|eA[E-H]|eF[4-7]|QlpoO|/Td6W|_Td6W|KLUv)[A-Za-z0-9+/_-]{16}"
"""What gzip, zlib, bzip2, xz and zstd streams begin with, in base64."""

GATES: tuple[bytes, ...] = (
    b"(?:" + _GROUP + b"){3}" + _FIRST + _SECOND,
    _PACKED,
    rb"(?:[2-7][0-9a-fA-F]|0[9aAdD]){10}|(?:(?:[2-7][0-9a-fA-F]|0[9aAdD])00){5}",
    b"(?:" + _WIDE + b"){3}",
    rb"(?:1[fF]8[bB]08|789[cC]|78[dD][aA]|7801|425[aA]68|[fF][dD]377[aA]58)[0-9a-fA-F]{20}",
)
"""First-pass expressions whose hits tell where a run of base64 text, of base64 of something packed, of hex text, of
base64 of UTF-16, or of hex of something packed may be."""

Run = tuple[int, int, str]
"""Where a run starts and ends, and its characters, without line breaks, from its first whole group on."""

_BASE64, _PACK, _HEX, _UTF16, _HEX_PACK = range(5)

_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]*")
_HEX_RUN = re.compile(r"[0-9a-fA-F]*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MAGIC = re.compile("H4sI|eJ[w-z]|eN[o-r]|eA[E-H]|eF[4-7]|QlpoO|[/_]Td6W|KLUv")
_NOT_A_BEGINNING = re.compile(r"[A-Za-z0-9+_](?<!\\[nr])\Z")
_ENDS = ("", "=", "\n", "\r", '"', "'", "<", " ", "\\", "`", "]", ")", "}", ",", ";")
_PLAIN_BREAK = re.compile(r"\r?\n[ \t]{0,40}")
_MARKED_BREAK = re.compile(
    rf"""[ \t]{{0,40}}(?:[\\|]|["'][ \t]{{0,4}}[+.&,]?[ \t]{{0,4}}\\?)?\r?\n
         (?:{PREFIX})?[ \t]{{0,40}}(?:(?:[+.&][ \t]{{0,4}})?[bf]?["'])?""",
    re.VERBOSE,
)
"""Line ends of quoted lines and between string literals."""

_TO_STANDARD = str.maketrans("-_", "+/")
"""URL-safe to standard alphabet."""

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_BASE64_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_NOT_ASCII_BYTES = bytes(range(128)) + b"\x1a" * 128
_GATE_WIDTHS = (14, 20, 20, 24, 20)

WRAP_CHARS = 56
"""Encoders wrap lines at 60, 64, 72 or 76 as a rule. Shorter lines must hold whole groups to be read as one run."""

SHORT_WRAP_CHARS = 20
HEX_WRAP_CHARS = 32
BINARY_CHARS = 4096
XZ_MEMORY_BYTES = 64 << 20
ZSTD_WINDOW_BYTES = 8 << 20

ALIGNMENT_SHARE = 4
"""An alignment counts when it has at least one in so many of its run's hits."""


def runs(text: str, hits: list[tuple[int, int]], depth: int, budget: Budget, within: View | None) -> Iterator[View]:
    """The views of `text` that its hits of `GATES` promise. `within` is the view whose text it is, if it is one's."""
    for decode, aligned in (
        (_decode_base64, _packed_runs(text, [at for kind, at in hits if kind == _PACK])),
        (_decode_base64, _aligned_runs(text, sorted(hit[::-1] for hit in hits if hit[0] in (_BASE64, _UTF16)), 4)),
        (_decode_hex, _aligned_runs(text, sorted(hit[::-1] for hit in hits if hit[0] in (_HEX, _HEX_PACK)), 2)),
    ):
        for start, end, run in aligned:
            if within is not None and within.repeats(start, end):
                continue
            decoded = decode(run, budget)
            if decoded is None or (depth and not _is_text(decoded[1])):
                continue
            if depth >= MAX_DEPTH:
                budget.exceeded = budget.exceeded or "view_depth"
            elif budget.take(len(decoded[1])):
                yield View(*decoded, text, start, end)


def is_binary(decoded: str) -> bool:
    """Whether its beginning is bytes rather than text, which nobody escapes or disguises."""
    beginning = decoded[:BINARY_CHARS]
    odd = len(_UNPRINTABLE.findall(beginning)) - beginning.count("\0")
    return odd * 10 > len(beginning)


def _is_text(decoded: str) -> bool:
    """Nearly all printable. Asked of nested runs only: an image may hold text, but what an image decodes to may not."""
    odd = len(_UNPRINTABLE.findall(decoded))
    return odd * 20 <= len(decoded)


def _packed_runs(text: str, hits: list[int]) -> Iterator[Run]:
    """As `_aligned_runs`: these runs begin where their magic number does."""
    done = 0
    for at in sorted(hits):
        magic = _MAGIC.search(text, max(done, at - 22), at)
        if magic is not None and not _NOT_A_BEGINNING.search(text, max(0, magic.start() - 2), magic.start()):
            done, run = _base64_extent(text, magic.start(), at)
            yield magic.start(), done, run


def _aligned_runs(text: str, hits: list[tuple[int, int]], width: int) -> Iterator[Run]:
    """Each run with a hit, once per alignment that it may have. `width` is 2 for hex, 4 for base64.

    A run has one alignment, two when something was glued to it. Text hits at the others too, now and then.
    """
    index = 0
    extent, alphabet = (_hex_extent, _HEX_DIGITS) if width == 2 else (_base64_extent, _BASE64_CHARACTERS)
    while index < len(hits):
        at, kind = hits[index]
        start = _unmarked(text, _back(text, at - _GATE_WIDTHS[kind], alphabet))
        end, run = extent(text, start, at)
        after = max(bisect_right(hits, (end, len(GATES))), index + 1)
        first_line = at if len(run) < end - start else end  # marks between lines would shift the others
        shifts = Counter(
            (at - _GATE_WIDTHS[kind] - start) % width for at, kind in hits[index:after] if at <= first_line
        )
        for shift, count in shifts.most_common():
            if count * ALIGNMENT_SHARE >= shifts.total():
                yield start, end, run[shift:]
        index = after


def _unmarked(text: str, start: int) -> int:
    """`start`, or behind a diff's mark there, which is a character of base64: two lines begin with it."""
    if text[start : start + 1] not in ("+", "-") or text[start - 1 : start] not in ("", "\n"):
        return start
    newline = text.find("\n", start, start + 128)
    return start + (newline > 0 and text[newline + 1 : newline + 2] == text[start])


def _hex_extent(text: str, start: int, at: int) -> tuple[int, str]:
    return _in_lines(text, start, at, _HEX_RUN, HEX_WRAP_CHARS if (at - start) % 2 == 0 else WRAP_CHARS)


def _base64_extent(text: str, start: int, at: int) -> tuple[int, str]:
    """The end of the run from `start` with a hit that ends at `at`, padding included, and its characters."""
    end, run = _in_lines(text, start, at, _BASE64_RUN, SHORT_WRAP_CHARS)
    while text[end : end + 1] == "=":
        end += 1
    return end, run


def _in_lines(text: str, start: int, at: int, run: "re.Pattern[str]", least: int) -> tuple[int, str]:
    """Where the run ends, further lines of equal length and one shorter included, and its characters."""
    match = run.match(text, at)
    end = match.end() if match else at
    line = end - start
    parts = [text[start:end]]
    if line < least or (line < WRAP_CHARS and line % 4):
        return end, parts[0]
    breaks = [_PLAIN_BREAK, _MARKED_BREAK]
    length = line
    while length == line:
        for gap in breaks:
            if (following := _following(text, end, line, run, gap)) is not None:
                break
        else:
            break
        breaks = [gap]
        length, end = following
        parts.append(text[end - length : end])
    return end, "".join(parts)


def _following(
    text: str, end: int, line: int, run: "re.Pattern[str]", gap: "re.Pattern[str]"
) -> tuple[int, int] | None:
    """Length and end of the next line's run, when it can be the next part of a run in lines of this length."""
    between = gap.match(text, end)
    following = run.match(text, between.end()) if between is not None else None
    if following is None:
        return None
    length = following.end() - following.start()
    if not 0 < length <= line or (length < line and text[following.end() : following.end() + 1] not in _ENDS):
        return None
    return length, following.end()


def _back(text: str, start: int, alphabet: frozenset[str]) -> int:
    while start > 0 and text[start - 1] in alphabet:
        start -= 1
    return start


def _decode_base64(run: str, budget: Budget) -> tuple[str, str] | None:
    run = run.translate(_TO_STANDARD)
    run = run[:-1] if len(run) % 4 == 1 else run
    try:
        raw = base64.b64decode(run + "=" * (-len(run) % 4))
    except binascii.Error:
        return None
    return _opened(raw, "base64", budget)


def _opened(raw: bytes, name: str, budget: Budget) -> tuple[str, str] | None:
    """What the bytes say, unpacked where they are packed; None when they can't be unpacked."""
    for magic, packing, unpack in _PACKINGS:
        if raw.startswith(magic):
            try:
                unpacked = unpack(raw, max(1, budget.characters + 1))
            except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError, zstandard.ZstdError):
                break
            return packing, _text_of(unpacked)
    return None if raw.startswith(b"\x1f\x8b\x08") else (name, _text_of(raw))


def _unpack_zstd(raw: bytes, limit: int) -> bytes:
    decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    return decompressor.stream_reader(raw).read(limit)


_PACKINGS: tuple[tuple[bytes | tuple[bytes, ...], str, Callable[[bytes, int], bytes]], ...] = (
    (b"\x1f\x8b\x08", "gzip", lambda raw, limit: zlib.decompressobj(wbits=31).decompress(raw, limit)),
    (
        (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"),
        "zlib",
        lambda raw, limit: zlib.decompressobj().decompress(raw, limit),
    ),
    (b"BZh", "bzip2", lambda raw, limit: bz2.BZ2Decompressor().decompress(raw, limit)),
    (b"\xfd7zXZ", "xz", lambda raw, limit: lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES).decompress(raw, limit)),
    (b"\x28\xb5\x2f\xfd", "zstd", _unpack_zstd),
)


def _decode_hex(run: str, budget: Budget) -> tuple[str, str] | None:
    return _opened(bytes.fromhex(run[: len(run) - len(run) % 2]), "hex", budget)


def _text_of(raw: bytes) -> str:
    """UTF-8 or UTF-16 where it is; otherwise its ASCII bytes in their places, which is all that rules look for."""
    if raw.count(0) * 5 >= len(raw) * 2:
        little = raw.count(0, 0, 64) and raw[1:64:2].count(0) >= raw[0:64:2].count(0)
        return raw.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.translate(_NOT_ASCII_BYTES).decode("ascii")

"""Decoded views of a text: what it says once escapes, encodings and disguises are undone.

A view is another text with a way back: `locate` maps a span of the view to the span of the original characters that
made it. Views are cut as small as their encoding allows, so a plain text costs a few look-ups and one escaped line in
a long file costs that line. Depth and growth are bounded; a bound reached is an `incomplete` reason, not silence.
"""

import base64
import binascii
import html
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from detectors import fold

MAX_DEPTH = 3
GROWTH = 12
"""A text's views may hold this many times its own characters: five kinds of view, some twice, fit well within."""

GROWTH_FLOOR = 256 * 1024

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


@dataclass(slots=True)
class Budget:
    """How many characters of views one scan may still make, and what went over."""

    characters: int
    exceeded: str | None = None

    @classmethod
    def for_text(cls, text: str) -> "Budget":
        return cls(len(text) * GROWTH + GROWTH_FLOOR)

    def take(self, characters: int) -> bool:
        self.characters -= characters
        if self.characters < 0:
            self.exceeded = "view_growth"
        return self.characters >= 0


class View:
    """A decoded stretch of a text, source[start:end], and the way back to it."""

    def __init__(self, name: str, text: str, source: str, start: int, end: int) -> None:
        self.name = name
        self.text = text
        self.source = source
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}, {self.start}, {self.end})"

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The source span of view[start:end]: here the whole run, since its parts can't be replaced alone."""
        return self.start, self.end

    def cuts(self, start: int, end: int) -> bool:
        """True when view[start:end] may go on beyond the view, so that it is an artefact of the cut."""
        return False


class SplicedView(View):
    """A view in which pieces of the source were replaced one by one and the rest stands as it was."""

    def __init__(self, kind: "_Splice", source: str, start: int, end: int) -> None:
        self._kind = kind
        parts = kind.pattern.split(source[start:end])
        parts[1::2] = [kind.decode(part) for part in parts[1::2]]
        super().__init__(kind.name, "".join(parts), source, start, end)

    @cached_property
    def _pieces(self) -> tuple[list[int], list[tuple[int, int, int]]]:
        """View offsets at which a piece starts; and per piece its source span and its length in the view."""
        offsets: list[int] = []
        pieces: list[tuple[int, int, int]] = []
        at = 0
        last = self.start
        for match in self._kind.pattern.finditer(self.source[self.start : self.end]):
            low, high = self.start + match.start(), self.start + match.end()
            for first, after, length in (
                (last, low, low - last),
                (low, high, len(self._kind.decode(match[0]))),
            ):
                if length:
                    offsets.append(at)
                    pieces.append((first, after, length))
                    at += length
            last = high
        offsets.append(at)
        pieces.append((last, self.end, self.end - last))
        return offsets, pieces

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self._source_of(start)[0], self._source_of(end - 1)[1]

    def _source_of(self, at: int) -> tuple[int, int]:
        offsets, pieces = self._pieces
        index = bisect_right(offsets, at) - 1
        first, after, length = pieces[index]
        if after - first == length:
            return first + at - offsets[index], first + at - offsets[index] + 1
        return first, after

    def cuts(self, start: int, end: int) -> bool:
        return (start == 0 and self.start > 0) or (end == len(self.text) and self.end < len(self.source))


@dataclass(frozen=True, slots=True)
class _Splice:
    """A kind of spliced view: what it replaces, by what, and the character without which there is nothing to do."""

    name: str
    trigger: str
    pattern: "re.Pattern[str]"
    decode: Callable[[str], str]


def views(text: str, hits: list[tuple[int, int]], depth: int, budget: Budget) -> Iterator[View]:
    """The views of `text`. `hits` are those of `GATES`, by number; `depth` counts the views it stands under."""
    if hits:
        yield from _runs(text, hits, depth, budget)
    if "\\" in text or "%" in text or "&" in text or "=" in text:
        for kind in SPLICES:
            if kind.trigger in text:
                yield from _splices(kind, text, depth, budget)
    if not text.isascii():
        yield from _splices(_fold(), text, depth, budget)


# ---- spliced views ----

BLOCK_CHARS = 1024
MARGIN_CHARS = 256
"""Context kept on either side of what is replaced: more than any rule's context window."""


def _splices(kind: _Splice, text: str, depth: int, budget: Budget) -> Iterator[View]:
    if depth >= MAX_DEPTH:
        return  # each level of escaping was undone three times; what is left is text about escapes
    for start, end in _regions(kind, text):
        if not budget.take(end - start):
            return
        view = SplicedView(kind, text, start, end)
        if view.text != text[start:end]:
            yield view


def _regions(kind: _Splice, text: str) -> Iterator[tuple[int, int]]:
    """Stretches that hold something to replace, with a margin, joined where they meet."""
    search = kind.pattern.search
    start = end = -1
    for low in range(0, len(text), BLOCK_CHARS):
        block_end = low + BLOCK_CHARS + 8  # a piece may straddle the cut
        if kind.trigger and text.find(kind.trigger, low, block_end) < 0:
            continue
        if not search(text, low, block_end):
            continue
        if low - MARGIN_CHARS > end:
            if end >= 0:
                yield start, end
            start = max(0, low - MARGIN_CHARS)
        end = min(len(text), low + BLOCK_CHARS + MARGIN_CHARS)
    if end >= 0:
        yield start, end


_SIMPLE_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b",
    '"': '"', "'": "'", "\\": "\\", "/": "/", "`": "`",
}  # fmt: skip


def _unescape(escape: str) -> str:
    simple = _SIMPLE_ESCAPES.get(escape[1])
    if simple is not None and len(escape) == 2:
        return simple
    digits = escape[2:].strip("{}")
    point = int(digits, 16) if escape[1] in "uUx" else int(escape[1:], 8)
    return chr(point) if point < 0x110000 else "?"


_unescape_cached = cache(_unescape)


def _unpercent(run: str) -> str:
    return bytes.fromhex(run.replace("%", "")).decode("utf-8", "replace")


def _unquote(run: str) -> str:
    hexes = re.sub(r"=[ \t]*\r?\n", "", run)
    return bytes.fromhex(hexes.replace("=", "")).decode("utf-8", "replace")


SPLICES = (
    _Splice(
        "escape",
        "\\",
        re.compile(
            r"""(\\(?:["'\\/`ntrbfvae] | u[0-9a-fA-F]{4} | x[0-9a-fA-F]{2} | u\{[0-9a-fA-F]{1,6}\}
                 | U[0-9a-fA-F]{8} | [0-3][0-7]{2} | 0))""",
            re.VERBOSE,
        ),
        lambda escape: _unescape_cached(escape),
    ),
    _Splice("percent", "%", re.compile(r"((?:%[0-9A-Fa-f]{2})+)"), _unpercent),
    _Splice(
        "html",
        "&",
        re.compile(r"(&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});)", re.VERBOSE),
        html.unescape,
    ),
    _Splice(
        "quoted-printable",
        "=",
        # one lone `=20` is arithmetic; soft line ends, `=3D` and runs of high bytes are not
        re.compile(r"((?:=[ \t]*\r?\n|=3D|(?:=[89A-F][0-9A-F]){2,})+)"),
        _unquote,
    ),
)


@cache
def _fold() -> _Splice:
    replacements = fold.table()
    pattern = re.compile(f"({fold.character_class()})")
    return _Splice("normalised", "", pattern, replacements.__getitem__)


# ---- encoded runs ----

_RUN_CHARACTERS = re.compile(r"[A-Za-z0-9+/_-]*")
_RUN_BACKWARDS = re.compile(r"[A-Za-z0-9+/_-]*")
_HEX_RUN = re.compile(r"(?:[0-9a-fA-F]{2})*")
_LINE_BREAK = re.compile(r"\r?\n[ \t]{0,20}")
_TO_STANDARD = str.maketrans("-_", "+/", "\r\n \t")
"""URL-safe to standard alphabet, and line breaks and their indentation dropped."""

WRAP_CHARS = 56
"""Encoders wrap lines at 60, 64, 72 or 76; a shorter line before a break ends the run."""


def _runs(text: str, hits: list[tuple[int, int]], depth: int, budget: Budget) -> Iterator[View]:
    done: set[tuple[int, int, int]] = set()
    ends: dict[int, tuple[int, int]] = {}
    for kind, at in sorted(hits, key=lambda hit: (hit[0] == _HEX, hit[1])):
        decode = _decode_hex if kind == _HEX else _decode_base64
        covered = ends.get(kind == _HEX)
        start, end = covered if covered and at <= covered[1] else _extent(text, at, kind)
        ends[kind == _HEX] = (start, end)
        width = 2 if kind == _HEX else 4
        shift = (at - _GATE_WIDTHS[kind] - start) % width
        if (start, end, shift) in done:
            continue
        done.add((start, end, shift))
        if depth >= MAX_DEPTH:
            budget.exceeded = budget.exceeded or "view_depth"
            return
        decoded = decode(text, start + shift, end, budget)
        if decoded is not None and budget.take(len(decoded[1])):
            yield View(decoded[0], decoded[1], text, start, end)


_GATE_WIDTHS = (14, 20, 20)


def _extent(text: str, at: int, kind: int) -> tuple[int, int]:
    """The run of encoding characters around a hit that ends at `at`."""
    alphabet = _HEX_DIGITS if kind == _HEX else _BASE64_CHARACTERS
    start = at - _GATE_WIDTHS[kind]
    while start > 0 and text[start - 1] in alphabet:
        start -= 1
    pattern = _HEX_RUN if kind == _HEX else _RUN_CHARACTERS
    match = pattern.match(text, at)
    end = match.end() if match else at
    return (start, end) if kind == _HEX else (start, _wrapped(text, start, end))


_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_BASE64_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")


def _wrapped(text: str, start: int, end: int) -> int:
    """Where a run ends that goes on in lines of equal length, padding included."""
    line = end - start
    while line >= WRAP_CHARS and line % 4 == 0 and (gap := _LINE_BREAK.match(text, end)):
        following = _RUN_CHARACTERS.match(text, gap.end())
        length = following.end() - gap.end() if following else 0
        if not 0 < length <= line:
            break
        end = gap.end() + length
        if length < line:
            break
    while text[end : end + 1] == "=":
        end += 1
    return end


def _decode_base64(text: str, start: int, end: int, budget: Budget) -> tuple[str, str] | None:
    run = text[start:end].translate(_TO_STANDARD).rstrip("=")
    run = run[: len(run) - 1] if len(run) % 4 == 1 else run
    try:
        raw = base64.b64decode(run + "=" * (-len(run) % 4))
    except binascii.Error:
        return None
    if raw[:3] == b"\x1f\x8b\x08":
        return _inflate(raw, budget)
    return "base64", _text_of(raw)


def _inflate(raw: bytes, budget: Budget) -> tuple[str, str] | None:
    stream = zlib.decompressobj(wbits=31)
    try:
        inflated = stream.decompress(raw, budget.characters + 1)
    except zlib.error:
        return None
    return "gzip", _text_of(inflated)


def _decode_hex(text: str, start: int, end: int, _: Budget) -> tuple[str, str] | None:
    return "hex", _text_of(bytes.fromhex(text[start : end - (end - start) % 2]))


def _text_of(raw: bytes) -> str:
    """UTF-8 where it is; otherwise one character per byte, which keeps the ASCII parts findable."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")

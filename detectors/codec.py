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
from functools import cache, cached_property, lru_cache

from detectors import fold

MAX_DEPTH = 3
GROWTH = 12
"""A text's views may hold this many times its own characters: five kinds of view, some twice, fit well within."""

GROWTH_FLOOR = 32 * 1024

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
    if not text.isascii() and (characters := fold.present(text)):
        yield from _splices(_fold(characters), text, depth, budget)


# ---- spliced views ----

BLOCK_CHARS = 1024
MARGIN_CHARS = 256
"""Context kept on either side of what is replaced: more than any rule's context window."""


PIECE_CHARS = 64
"""More than the least any kind replaces at once; runs are longer, but their beginning says enough."""


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
    start = end = -1
    for low in range(0, len(text), BLOCK_CHARS):
        if not _begins_in(kind, text, low, low + BLOCK_CHARS):
            continue
        if end < 0 or low - MARGIN_CHARS > end:
            if end >= 0:
                yield start, end
            start = max(0, low - MARGIN_CHARS)
        end = min(len(text), low + BLOCK_CHARS + MARGIN_CHARS)
    if end >= 0:
        yield start, end


def _begins_in(kind: _Splice, text: str, low: int, high: int) -> bool:
    """Whether something to replace begins in text[low:high]."""
    if not kind.trigger:
        return kind.pattern.search(text, low, high) is not None
    at = text.find(kind.trigger, low, high)
    while at >= 0:
        if kind.pattern.match(text, at, at + PIECE_CHARS):
            return True
        at = text.find(kind.trigger, at + 1, high)
    return False


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


_NOT_ASCII_LEAD = "(?:[CDcd][0-9A-Fa-f]=[89ABab]|[EFef][0-9A-Fa-f]=[89ABab])"


def _utf8(mark: str) -> str:
    """A pattern for one character's UTF-8 bytes, or one stray byte, each as `mark` and two hex digits."""
    follow = f"{mark}[89ABab][0-9A-Fa-f]"
    return (
        f"{mark}[CDcd][0-9A-Fa-f]{follow}|{mark}[Ee][0-9A-Fa-f](?:{follow}){{2}}"
        f"|{mark}[Ff][0-4](?:{follow}){{3}}|{mark}[0-9A-Fa-f]{{2}}"
    )


@lru_cache(maxsize=1024)
def _unmark(escape: str) -> str:
    return bytes.fromhex(escape.replace(escape[0], "")).decode("utf-8", "replace")


def _unquote(escape: str) -> str:
    return "" if escape[-1] == "\n" else _unmark(escape)


SPLICES = (
    _Splice(
        "escape",
        "\\",
        re.compile(
            r"""(\\(?:["'\\/`ntrbfvae] | u[0-9a-fA-F]{4} | x[0-9a-fA-F]{2} | u\{[0-9a-fA-F]{1,6}\}
                 | U[0-9a-fA-F]{8} | [0-3][0-7]{2} | 0))""",
            re.VERBOSE,
        ),
        _unescape_cached,
    ),
    _Splice("percent", "%", re.compile(f"({_utf8('%')})"), _unmark),
    _Splice(
        "html",
        "&",
        re.compile(r"(&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});)", re.VERBOSE),
        html.unescape,
    ),
    _Splice(
        "quoted-printable",
        "=",
        # `=20` and the like are arithmetic; soft line ends, `=3D` and non-ASCII bytes are not
        re.compile(f"(=[ \\t]{{0,8}}\\r?\\n|=3D|(?=={_NOT_ASCII_LEAD})(?:{_utf8('=')}))"),
        _unquote,
    ),
)


@lru_cache(maxsize=256)
def _fold(characters: str) -> _Splice:
    """The normalised view's splice for these of the table's characters: a small class is searched much faster."""
    return _Splice("normalised", "", re.compile(f"([{re.escape(characters)}])"), fold.table().__getitem__)


# ---- encoded runs ----

_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]*")
_HEX_RUN = re.compile(r"[0-9a-fA-F]*")
_LINE_BREAK = re.compile(r"\r?\n[ \t]{0,20}")
_TO_STANDARD = str.maketrans("-_", "+/", "\r\n \t")
"""URL-safe to standard alphabet, and line breaks and their indentation dropped."""

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_BASE64_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_NOT_ASCII_BYTES = bytes(range(128)) + b"\x1a" * 128
_GATE_WIDTHS = (14, 20, 20)

WRAP_CHARS = 56
"""Encoders wrap lines at 60, 64, 72 or 76; a shorter line before a break ends the run."""

HITS_PER_RUN = 64
"""Hits of one run that are looked at: enough to see every alignment at which it decodes to text."""


def _runs(text: str, hits: list[tuple[int, int]], depth: int, budget: Budget) -> Iterator[View]:
    if depth >= MAX_DEPTH:
        budget.exceeded = budget.exceeded or "view_depth"
        return
    ends = [sorted(at for kind, at in hits if kind in kinds) for kinds in ((_BASE64, _GZIP), (_HEX,))]
    gzips = {at for kind, at in hits if kind == _GZIP}
    for start, end, shift in _aligned_runs(text, ends[0], gzips):
        yield from _view(_decode_base64(text, start + shift, end, budget), text, start, end, budget)
    for start, end, shift in _aligned_runs(text, ends[1], None):
        yield from _view(_decode_hex(text, start + shift, end), text, start, end, budget)


def _view(decoded: tuple[str, str] | None, text: str, start: int, end: int, budget: Budget) -> Iterator[View]:
    if decoded is not None and budget.take(len(decoded[1])):
        yield View(*decoded, text, start, end)


def _aligned_runs(text: str, hits: list[int], gzips: set[int] | None) -> Iterator[tuple[int, int, int]]:
    """(start, end, shift) of each run with a hit, once per alignment at which it was hit. Hex when `gzips` is None."""
    index = 0
    while index < len(hits):
        start, end = _hex_extent(text, hits[index]) if gzips is None else _base64_extent(text, hits[index])
        after = bisect_right(hits, end)
        shifts = []
        for at in hits[index : min(after, index + HITS_PER_RUN)]:
            width = _GATE_WIDTHS[_HEX if gzips is None else _GZIP if at in gzips else _BASE64]
            shift = (at - width - start) % (2 if gzips is None else 4)
            if shift not in shifts:
                shifts.append(shift)
                yield start, end, shift
        index = max(after, index + 1)


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


def _decode_hex(text: str, start: int, end: int) -> tuple[str, str]:
    return "hex", _text_of(bytes.fromhex(text[start : end - (end - start) % 2]))


def _text_of(raw: bytes) -> str:
    """UTF-8 where it is; otherwise its ASCII bytes in their places, which is all that rules look for."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.translate(_NOT_ASCII_BYTES).decode("ascii")

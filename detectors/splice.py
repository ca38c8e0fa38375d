"""Views in which pieces were replaced one by one: escapes, percent, HTML entities, quoted-printable, look-alikes.

Text between the pieces stands as it was, so a span of the view maps back exactly. A view is cut to the stretches that
hold something to replace, so one escaped line in a long file costs that line.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from detectors import fold
from detectors.view import MAX_DEPTH, Budget, View


class SplicedView(View):
    """A view in which pieces of the source were replaced one by one and the rest stands as it was."""

    def __init__(self, kind: "Splice", source: str, start: int, end: int) -> None:
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
class Splice:
    """A kind of spliced view: what it replaces, by what, and the character without which there is nothing to do."""

    name: str
    trigger: str
    pattern: "re.Pattern[str]"
    decode: Callable[[str], str]


BLOCK_CHARS = 1024
MARGIN_CHARS = 256
"""Context kept on either side of what is replaced: more than any rule's context window."""


PIECE_CHARS = 64
"""More than the least any kind replaces at once; runs are longer, but their beginning says enough."""


def splices(kind: Splice, text: str, depth: int, budget: Budget) -> Iterator[View]:
    if depth >= MAX_DEPTH:
        return  # each level of escaping was undone three times; what is left is text about escapes
    for start, end in _regions(kind, text):
        if not budget.take(end - start):
            return
        view = SplicedView(kind, text, start, end)
        if view.text != text[start:end]:
            yield view


def _regions(kind: Splice, text: str) -> Iterator[tuple[int, int]]:
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


def _begins_in(kind: Splice, text: str, low: int, high: int) -> bool:
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


_unescape_cached = lru_cache(maxsize=4096)(_unescape)


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
    Splice(
        "escape",
        "\\",
        re.compile(
            r"""(\\(?:["'\\/`ntrbfvae] | u[0-9a-fA-F]{4} | x[0-9a-fA-F]{2} | u\{[0-9a-fA-F]{1,6}\}
                 | U[0-9a-fA-F]{8} | [0-3][0-7]{2} | 0))""",
            re.VERBOSE,
        ),
        _unescape_cached,
    ),
    Splice("percent", "%", re.compile(f"({_utf8('%')})"), _unmark),
    Splice(
        "html",
        "&",
        re.compile(r"(&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});)", re.VERBOSE),
        html.unescape,
    ),
    Splice(
        "quoted-printable",
        "=",
        # `=20` and the like are arithmetic; soft line ends, `=3D` and non-ASCII bytes are not
        re.compile(f"(=[ \\t]{{0,8}}\\r?\\n|=3D|(?=={_NOT_ASCII_LEAD})(?:{_utf8('=')}))"),
        _unquote,
    ),
)


@lru_cache(maxsize=256)
def fold_splice(characters: str) -> Splice:
    """The normalised view's splice for these of the table's characters: a small class is searched much faster."""
    return Splice("normalised", "", re.compile(f"([{re.escape(characters)}])"), fold.table().__getitem__)

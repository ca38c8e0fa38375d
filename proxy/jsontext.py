"""A strict RFC 8259 reader that says where every string, key and number stands in the bytes.

`leaves` reads a document whole; `split` cuts one into a skeleton and array elements, so that the elements
of a resent conversation can be recognised by their bytes alone. Nothing here knows a vendor, a label or a
pointer's spelling. Stricter than `json.loads`: duplicate keys, NaN, Infinity, bad UTF-8 and deep nesting
are refused, because two readers may take such a text in two ways.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from json.decoder import scanstring  # type: ignore[attr-defined]  # C, strict; missing from typeshed
from typing import NamedTuple

from proxy.reason import Reason, RequestError

type Path = tuple[str | int, ...]

MAX_DEPTH = 200
MAX_LEAVES = 2_000_000
"""A 64 MiB array of one-digit numbers would be 33 million leaves and half a minute."""


class LeafKind(StrEnum):
    KEY = "key"
    STRING = "string"
    NUMBER = "number"


class Leaf(NamedTuple):
    """One string, key or number token; a named tuple because a request holds thousands.

    `path` of a key is its member's. `start` and `end` are byte offsets of the raw token, a string's quotes
    included. `text` is the unescaped string, or the number's own characters. A lone surrogate escape stays
    a lone surrogate.
    """

    path: Path
    kind: LeafKind
    start: int
    end: int
    text: str

    def __repr__(self) -> str:
        return f"Leaf({self.kind}, {self.start}, {self.end})"


class Chunk(NamedTuple):
    """One array element that `split` cut out: its path and the byte range of its value."""

    path: Path
    start: int
    end: int


# Every pattern is possessive: no step looks at a byte twice, whatever the input.
_BOM = b"\xef\xbb\xbf"
_WS = rb"[ \t\n\r]*+"
_INNER = rb'[^"\\\x00-\x1f]*+ (?: \\[^\x00-\x1f] [^"\\\x00-\x1f]*+ )*+'
_NUMBER = rb"-?+ (?: 0 | [1-9][0-9]*+ ) (?: \.[0-9]++ )?+ (?: [eE][+-]?+[0-9]++ )?+"
_VALUE = rb'(?: "(' + _INNER + rb')" | (' + _NUMBER + rb") | true | false | null | ([{\[]) )"
_MEMBER = _WS + rb'"(' + _INNER + rb')"' + _WS + rb":" + _WS + _VALUE


def _step(grammar: bytes) -> re.Pattern[bytes]:
    return re.compile(_WS + grammar, re.VERBOSE)


# Groups of each: 1 key (empty outside objects), 2 string, 3 number, 4 opening bracket, 5 closing bracket.
_ROOT = _step(rb"()" + _VALUE)
_FIRST_MEMBER = _step(rb"(?:" + _MEMBER + rb"| (\}) )")
_NEXT_MEMBER = _step(rb"(?: ," + _MEMBER + rb"| (\}) )")
_FIRST_ELEMENT = _step(rb"(?: ()" + _VALUE + rb"| (\]) )")
_NEXT_ELEMENT = _step(rb"(?: ," + _WS + rb"()" + _VALUE + rb"| (\]) )")
_BLANK = re.compile(_WS)


def leaves(
    data: bytes,
    *,
    start: int = 0,
    end: int | None = None,
    prefix: Path = (),
    max_depth: int = MAX_DEPTH,
    max_leaves: int = MAX_LEAVES,
) -> Iterator[Leaf]:
    """Yield every key, string and number of the one JSON text in `data[start:end]`, in order.

    `prefix` is where that text stands in a larger document; it counts towards `max_depth`. Without one, a
    UTF-8 byte order mark at the start is skipped (RFC 8259, section 8.1 lets readers do so). Faults surface
    when the reading comes to them, so nothing is known to be well-formed until the iterator is exhausted:
    RequestError with BAD_JSON, BAD_UTF8, DUPLICATE_KEY, TOO_DEEP or TOO_LARGE (more than `max_leaves`).
    """
    stop = len(data) if end is None else end
    pos = start + len(_BOM) if not prefix and data.startswith(_BOM, start) else start
    base, index = prefix, 0
    seen: set[str] | None = None  # the keys of the open object; None in an array
    stack: list[tuple[Path, int, set[str] | None]] = []
    step, left, room = _ROOT, max_leaves, max_depth - len(prefix)
    while True:
        if (match := step.match(data, pos, stop)) is None:
            raise RequestError(Reason.BAD_JSON, pos)
        pos, group = match.end(), match.lastindex
        if group == 5:
            base, index, seen = stack.pop()
        else:
            if (left := left - 1) < 0:
                raise RequestError(Reason.TOO_LARGE, pos)
            if seen is not None:
                raw, at = match[1], match.start(1) - 1
                key = unescape(raw, at)
                if key in seen:
                    raise RequestError(Reason.DUPLICATE_KEY, at)
                seen.add(key)
                path: Path = (*base, key)
                yield Leaf(path, LeafKind.KEY, at, at + len(raw) + 2, key)
            elif stack:
                path = (*base, index)
                index += 1
            else:
                path = base
            if group == 2:
                raw = match[2]
                at = pos - len(raw) - 2
                yield Leaf(path, LeafKind.STRING, at, pos, unescape(raw, at))
            elif group == 3:
                raw = match[3]
                yield Leaf(path, LeafKind.NUMBER, pos - len(raw), pos, raw.decode())
            elif group == 4:
                if len(stack) >= room:
                    raise RequestError(Reason.TOO_DEEP, pos)
                stack.append((base, index, seen))
                base, index = path, 0
                seen, step = (set(), _FIRST_MEMBER) if data[pos - 1] == _BRACE else (None, _FIRST_ELEMENT)
                continue
        if not stack:
            break
        step = _NEXT_ELEMENT if seen is None else _NEXT_MEMBER
    if _blank_end(data, pos, stop) != stop:
        raise RequestError(Reason.BAD_JSON, pos)


def unescape(raw: bytes, at: int = 0) -> str:
    """Return the string whose raw characters between the quotes are `raw`, found at byte `at`.

    The decoders' own errors hold the document, so they are not chained.
    """
    try:
        if b"\\" not in raw:
            return raw.decode()
        text: str = scanstring(raw.decode() + '"', 0)[0]
        return text
    except UnicodeDecodeError:
        raise RequestError(Reason.BAD_UTF8, at) from None
    except ValueError:
        raise RequestError(Reason.BAD_JSON, at) from None


_BRACE = ord("{")
_LAX_STRING = rb'"[^"\\]*+ (?: \\. [^"\\]*+ )*+"'
_SCALAR = rb'[^"\[\]{},:\x00-\x20]++'


def _nest(levels: int) -> bytes:
    """Return a pattern for one value of at most `levels` levels, with as many closing brackets as opening."""
    inner = _LAX_STRING
    for _ in range(levels):
        inner = rb'(?: [\[{] [^"\[\]{}]*+ (?:' + inner + rb'[^"\[\]{}]*+ )*+ [\]}] |' + _LAX_STRING + rb")"
    return inner


_HOP = re.compile(_nest(12) + rb"|" + _SCALAR, re.VERBOSE | re.DOTALL)
_LAX_MEMBER = re.compile(_WS + rb"(" + _LAX_STRING + rb")" + _WS + rb":" + _WS, re.VERBOSE | re.DOTALL)
_SEPARATOR = re.compile(_WS + rb"([,\]}])" + _WS, re.VERBOSE)
_FLAT = re.compile(rb'\[ [^"\[\]{}]*+ \]', re.VERBOSE)
_BRACKET = re.compile(_LAX_STRING + rb"| ([\[{]) | ([\]}])", re.VERBOSE | re.DOTALL)

CHUNK_BYTES = 128
CHUNK_DEPTH = 4


class Split(NamedTuple):
    """A document in pieces: the chunks, and the skeleton in which `null` stands for each of them."""

    skeleton: bytes
    chunks: list[Chunk]

    def offset(self, at: int) -> int:
        """Where the byte `at` of the skeleton stands in the document."""
        shift = 0
        for _, start, end in self.chunks:
            if start - shift >= at:
                break
            shift += end - start - len(_STAND_IN)
        return at + shift


_STAND_IN = b"null"

Known = Mapping[Path, bytes]
"""Elements of an earlier body by their path: where one stands again, its end needn't be looked for."""

_NONE_KNOWN: Known = {}


def split(data: bytes, known: Known = _NONE_KNOWN) -> Split | None:
    """Return `data` as a skeleton and its larger array elements; None when that can't be done.

    A chunk is an element of at least `CHUNK_BYTES` of an array no deeper than `CHUNK_DEPTH`, outside any
    other chunk: a message, a tool, a content block. The skeleton and all the chunks read well exactly when the
    whole document does, and then they hold the same leaves: this pass only finds brackets, `leaves` judges the
    pieces. `known` changes nothing but the time it takes.
    """
    chunks: list[Chunk] = []
    try:
        _outer(data, _blank_end(data, len(_BOM) if data.startswith(_BOM) else 0), (), chunks, known)
    except RequestError:
        return None
    pieces: list[bytes] = []
    done = 0
    for _, start, end in chunks:
        pieces += data[done:start], _STAND_IN
        done = end
    pieces.append(data[done:])
    return Split(b"".join(pieces), chunks)


def _outer(data: bytes, pos: int, path: Path, chunks: list[Chunk], known: Known) -> int:
    """Return the end of the value at `pos`, having collected the chunks in it."""
    if len(path) < CHUNK_DEPTH:
        opening = data[pos : pos + 1]
        if opening == b"[":
            return _elements(data, pos, path, chunks, known)
        if opening == b"{":
            return _members(data, pos, path, chunks, known)
    return _hop(data, pos)


def _members(data: bytes, pos: int, path: Path, chunks: list[Chunk], known: Known) -> int:
    pos = _blank_end(data, pos + 1)
    if data[pos : pos + 1] == b"}":
        return pos + 1
    while True:
        if (member := _LAX_MEMBER.match(data, pos)) is None:
            raise RequestError(Reason.BAD_JSON, pos)
        pos = member.end()
        if data.startswith((b"[", b"{"), pos):
            end = _outer(data, pos, (*path, unescape(member[1][1:-1], member.start())), chunks, known)
        else:
            end = _hop(data, pos)
        pos, closed = _separator(data, end, b"}")
        if closed:
            return pos


def _elements(data: bytes, pos: int, path: Path, chunks: list[Chunk], known: Known) -> int:
    if (flat := _FLAT.match(data, pos)) is not None:
        return flat.end()  # token ids, vectors
    pos, index = _blank_end(data, pos + 1), 0
    while True:
        place = (*path, index)
        same = known.get(place)
        # Only what its own last bracket or quote ends: a number might go on.
        if same is not None and data.startswith(same, pos) and same.endswith((b"}", b"]", b'"')):
            end = pos + len(same)
        else:
            end = _hop(data, pos)
        if end - pos >= CHUNK_BYTES:
            chunks.append(Chunk(place, pos, end))
        pos, closed = _separator(data, end, b"]")
        if closed:
            return pos
        index += 1


def _separator(data: bytes, pos: int, closing: bytes) -> tuple[int, bool]:
    """Return where the reading goes on after a value, and whether its container ends there."""
    if (match := _SEPARATOR.match(data, pos)) is None or match[1] not in (b",", closing):
        raise RequestError(Reason.BAD_JSON, pos)
    return (match.end(1), True) if match[1] == closing else (match.end(), False)


def _hop(data: bytes, pos: int) -> int:
    """Return the end of the value at `pos` without looking into it."""
    if (match := _HOP.match(data, pos)) is not None:
        return match.end()
    depth = 0
    for bracket in _BRACKET.finditer(data, pos):  # deeper than `_HOP` can see
        if bracket.lastindex is not None:
            depth += 1 if bracket.lastindex == 1 else -1
            if depth <= 0:
                return bracket.end()
    raise RequestError(Reason.BAD_JSON, pos)


def _blank_end(data: bytes, pos: int, stop: int = sys.maxsize) -> int:
    match = _BLANK.match(data, pos, stop)
    return match.end() if match is not None else pos

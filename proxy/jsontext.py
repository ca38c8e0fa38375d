"""A strict RFC 8259 reader that says where every string, key and number stands in the bytes.

Nothing here knows a vendor, a label or a pointer's spelling; `jsonsplit` cuts a document up for it. Stricter than
`json.loads`: duplicate keys, NaN, Infinity, bad UTF-8 and deep nesting are refused, because two readers may take such a
text in two ways.
"""

import re
import sys
from collections.abc import Iterator
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


BOM = b"\xef\xbb\xbf"
WS = rb"[ \t\n\r]*+"
_INNER = rb'[^"\\\x00-\x1f]*+ (?: \\[^\x00-\x1f] [^"\\\x00-\x1f]*+ )*+'
_NUMBER = rb"-?+ (?: 0 | [1-9][0-9]*+ ) (?: \.[0-9]++ )?+ (?: [eE][+-]?+[0-9]++ )?+"
_VALUE = rb'(?: "(' + _INNER + rb')" | (' + _NUMBER + rb") | true | false | null | ([{\[]) )"
_MEMBER = WS + rb'"(' + _INNER + rb')"' + WS + rb":" + WS + _VALUE


def _step(grammar: bytes) -> re.Pattern[bytes]:
    return re.compile(WS + grammar, re.VERBOSE)


# Groups of each: 1 key (empty outside objects), 2 string, 3 number, 4 opening bracket, 5 closing bracket.
_ROOT = _step(rb"()" + _VALUE)
_FIRST_MEMBER = _step(rb"(?:" + _MEMBER + rb"| (\}) )")
_NEXT_MEMBER = _step(rb"(?: ," + _MEMBER + rb"| (\}) )")
_FIRST_ELEMENT = _step(rb"(?: ()" + _VALUE + rb"| (\]) )")
_NEXT_ELEMENT = _step(rb"(?: ," + WS + rb"()" + _VALUE + rb"| (\]) )")
_BLANK = re.compile(WS)


_BRACE = ord("{")


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
    pos = start + len(BOM) if not prefix and data.startswith(BOM, start) else start
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
    if blank_end(data, pos, stop) != stop:
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


def blank_end(data: bytes, pos: int, stop: int = sys.maxsize) -> int:
    match = _BLANK.match(data, pos, stop)
    return match.end() if match is not None else pos

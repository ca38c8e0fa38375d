"""Cuts a JSON document into a skeleton and the elements of its larger arrays, so that the turns of a resent
conversation can be recognised by their bytes alone.

Finds where values end and judges nothing: that is for `jsontext` to do, piece by piece. Knows no vendor and no
pointer's spelling.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from proxy.jsontext import BOM, WS, Path, blank_end, unescape
from proxy.reason import Reason, RequestError

CHUNK_BYTES = 128
CHUNK_DEPTH = 4


class Chunk(NamedTuple):
    """One array element that `split` cut out: its path and the byte range of its value."""

    path: Path
    start: int
    end: int


# Every pattern is possessive: no step looks at a byte twice, whatever the input.
_LAX_STRING = rb'"[^"\\]*+ (?: \\. [^"\\]*+ )*+"'
_SCALAR = rb'[^"\[\]{},:\x00-\x20]++'


def _nest(levels: int) -> bytes:
    """Return a pattern for one value of at most `levels` levels, with as many closing brackets as opening."""
    inner = _LAX_STRING
    for _ in range(levels):
        inner = rb'(?: [\[{] [^"\[\]{}]*+ (?:' + inner + rb'[^"\[\]{}]*+ )*+ [\]}] |' + _LAX_STRING + rb")"
    return inner


_HOP = re.compile(_nest(12) + rb"|" + _SCALAR, re.VERBOSE | re.DOTALL)
_LAX_MEMBER = re.compile(WS + rb"(" + _LAX_STRING + rb")" + WS + rb":" + WS, re.VERBOSE | re.DOTALL)
_SEPARATOR = re.compile(WS + rb"([,\]}])" + WS, re.VERBOSE)
_FLAT = re.compile(rb'\[ [^"\[\]{}]*+ \]', re.VERBOSE)
_BRACKET = re.compile(_LAX_STRING + rb"| ([\[{]) | ([\]}])", re.VERBOSE | re.DOTALL)


class Array(NamedTuple):
    """An array that was cut up: where its first element begins, and which of the chunks are its.

    The first `same` of them stood, in the same bytes, at the beginning of the array in an earlier body.
    """

    path: Path
    start: int
    first: int
    end: int
    same: int


class Split(NamedTuple):
    """A document in pieces: the chunks, and the skeleton in which `null` stands for each of them."""

    skeleton: bytes
    chunks: list[Chunk]
    arrays: list[Array]

    def offset(self, at: int) -> int:
        """Where the byte `at` of the skeleton stands in the document."""
        shift = 0
        for _, start, end in self.chunks:
            if start - shift >= at:
                break
            shift += end - start - len(_STAND_IN)
        return at + shift


_STAND_IN = b"null"


class Run(NamedTuple):
    """The beginning of an array in an earlier body, up to the end of a chunk.

    `parts` are the chunks in it: each one's index in the array, and its start and end in `raw`.
    """

    raw: bytes
    parts: tuple[tuple[int, int, int], ...]


class Known(NamedTuple):
    """What an earlier body held: its chunks by their path, and how its arrays began.

    Where the same stands again, its end needn't be looked for; it changes nothing but the time that takes.
    """

    chunks: Mapping[Path, bytes]
    runs: Mapping[Path, Run]


NOTHING_KNOWN = Known({}, {})

UNSETTLED_CHUNKS = 4
"""Clients go on changing the last turns of a conversation (cache marks move), so a run leaves them out."""


def known_from(data: bytes, parts: Split) -> Known:
    """What there is to know of this body for the next one."""
    chunks = {chunk.path: data[chunk.start : chunk.end] for chunk in parts.chunks}
    runs = {array.path: _run(data, array.start, parts.chunks[array.first : array.end]) for array in parts.arrays}
    return Known(chunks, {path: run for path, run in runs.items() if run is not None})


def _run(data: bytes, start: int, chunks: list[Chunk]) -> Run | None:
    settled = chunks[:-UNSETTLED_CHUNKS]
    # Only what its own last bracket or quote ends: a number might go on.
    if not settled or data[settled[-1].end - 1] not in _CLOSING:
        return None
    parts = tuple((_index(chunk), chunk.start - start, chunk.end - start) for chunk in settled)
    return Run(data[start : settled[-1].end], parts)


def _index(chunk: Chunk) -> int:
    index = chunk.path[-1]
    assert isinstance(index, int)
    return index


_CLOSING = b'}]"'


def split(data: bytes, known: Known = NOTHING_KNOWN) -> Split | None:
    """Return `data` as a skeleton and its larger array elements; None when that can't be done.

    A chunk is an element of at least `CHUNK_BYTES` of an array no deeper than `CHUNK_DEPTH`, outside any
    other chunk: a message, a tool, a content block. The skeleton and all the chunks read well exactly when the
    whole document does, and then they hold the same leaves: this pass only finds brackets, `leaves` judges the
    pieces.
    """
    cutter = _Cutter(data, known)
    try:
        cutter.value(blank_end(data, len(BOM) if data.startswith(BOM) else 0), ())
    except RequestError:
        return None
    pieces: list[bytes] = []
    done = 0
    for _, start, end in cutter.chunks:
        pieces += data[done:start], _STAND_IN
        done = end
    pieces.append(data[done:])
    return Split(b"".join(pieces), cutter.chunks, cutter.arrays)


class _Cutter:
    """One pass over a document, hopping over whatever is no deeper than a chunk. Methods return where a value ends."""

    def __init__(self, data: bytes, known: Known) -> None:
        self._data = data
        self._known = known
        self.chunks: list[Chunk] = []
        self.arrays: list[Array] = []

    def value(self, pos: int, path: Path) -> int:
        if len(path) < CHUNK_DEPTH:
            opening = self._data[pos : pos + 1]
            if opening == b"[":
                return self._elements(pos, path)
            if opening == b"{":
                return self._members(pos, path)
        return _hop(self._data, pos)

    def _members(self, pos: int, path: Path) -> int:
        data = self._data
        pos = blank_end(data, pos + 1)
        if data[pos : pos + 1] == b"}":
            return pos + 1
        while True:
            if (member := _LAX_MEMBER.match(data, pos)) is None:
                raise RequestError(Reason.BAD_JSON, pos)
            pos = member.end()
            if data.startswith((b"[", b"{"), pos):
                end = self.value(pos, (*path, unescape(member[1][1:-1], member.start())))
            else:
                end = _hop(data, pos)
            pos, closed = _separator(data, end, b"}")
            if closed:
                return pos

    def _elements(self, pos: int, path: Path) -> int:
        data = self._data
        if (flat := _FLAT.match(data, pos)) is not None:
            return flat.end()  # token ids, vectors
        pos, index, closed = blank_end(data, pos + 1), 0, False
        start, first, same = pos, len(self.chunks), 0
        run = self._known.runs.get(path)
        if run is not None and data.startswith(run.raw, pos):
            self.chunks += [Chunk((*path, i), pos + begin, pos + end) for i, begin, end in run.parts]
            same = len(run.parts)
            index = run.parts[-1][0] + 1
            pos, closed = _separator(data, pos + len(run.raw), b"]")
        while not closed:
            pos, closed = self._element(pos, (*path, index))
            index += 1
        if len(self.chunks) > first:
            self.arrays.append(Array(path, start, first, len(self.chunks), same))
        return pos

    def _element(self, pos: int, place: Path) -> tuple[int, bool]:
        data = self._data
        same = self._known.chunks.get(place)
        if same is not None and data.startswith(same, pos) and same[-1] in _CLOSING:
            end = pos + len(same)
        else:
            end = _hop(data, pos)
        if end - pos >= CHUNK_BYTES:
            self.chunks.append(Chunk(place, pos, end))
        return _separator(data, end, b"]")


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

"""Put replacements into the original bytes: outside the replaced spans, what leaves equals what came.

Nothing is parsed and written again: vendors sign parts of a body, and prompt caches are keyed by its bytes.
Edits count code points of a segment's text; here they become byte ranges of its raw token, and the
replacement is escaped for where it goes, JSON within JSON strings included. Pure.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from proxy import form
from proxy.binary import splice as binary
from proxy.binary.splice import Range, Span
from proxy.body import BINARY_KINDS, Kind
from proxy.jsontext import Leaf, LeafKind, leaves, unescape
from proxy.reason import RequestError
from proxy.segment import Segment
from proxy.swap import Swap, outermost

NESTED_LEAVES = 200_000
"""Past that, JSON in a string is edited as plain text: the values go all the same."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `replacement` in place of the code points `start:end` of a segment's text."""

    start: int
    end: int
    replacement: str


class Place(StrEnum):
    """How text is written where a segment stands."""

    JSON_STRING = "json_string"
    JSON_NUMBER = "json_number"
    FORM = "form"
    HEADER = "header"  # of a multipart part
    PLAIN = "plain"


def splice(
    data: bytes, kind: Kind, changes: Iterable[tuple[Segment, Sequence[Edit]]], swaps: Sequence[Swap] = ()
) -> bytes:
    """Return `data` with the edits of its segments made, but for those within a swap, which replaces all.

    `kind` is what `data` was read as: FORM for a query string, TEXT for a header's value. Overlapping edits
    of one segment become one, with the first one's replacement. A JSON number becomes a string unless
    it becomes another number. Where a segment's text is itself JSON, it stays JSON: see `fit`.

    ValueError for an empty edit or one outside its segment, a segment that isn't of `data`, or two that
    overlap: faults of the caller, upon which nothing may be sent.
    """
    outer = outermost(swaps)
    spans: list[Span] = [(swap.start, swap.end, swap.replacement) for swap in outer]
    ranges: list[Range] = [(swap.start, swap.end) for swap in outer]
    for segment, edits in changes:
        if edits and not any(swap.covers(segment.start, segment.end) for swap in outer):
            spans += _spans(data, place_of(data, kind, segment), segment, edits)
            ranges.append((segment.start, segment.end))
    spans.sort(key=lambda span: span[0])
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise ValueError("segments overlap")
    return binary.splice(data, kind, spans, ranges) if kind in BINARY_KINDS else binary.joined(data, spans)


def place_of(data: bytes, kind: Kind, segment: Segment) -> Place:
    """Return how the text of `segment` is written in `data`."""
    match kind:
        case Kind.FORM:
            return Place.FORM
        case Kind.MULTIPART:
            within = segment.pointer.partition("/")[2]
            if within.startswith("header:"):
                return Place.HEADER
            is_json = within.startswith(("json", "line:"))
        case Kind.EVENT_STREAM:
            is_json = "/" in segment.pointer  # a payload that is one text has none
        case _:
            is_json = kind in (Kind.JSON, Kind.NDJSON, Kind.JSON_FRAMES)
    if not is_json:
        return Place.PLAIN
    return Place.JSON_STRING if data.startswith(b'"', segment.start) else Place.JSON_NUMBER


def _spans(data: bytes, place: Place, segment: Segment, edits: Sequence[Edit]) -> list[Span]:
    text, start, end = segment.text, segment.start, segment.end
    if any(not 0 <= edit.start < edit.end <= len(text) for edit in edits):
        raise ValueError("an edit is empty or outside its segment")
    if place is Place.JSON_NUMBER:
        return [(start, end, _value(apply(text, _merged(edits))))]
    if place is Place.JSON_STRING:
        start, end = start + 1, end - 1
    raw = data[start:end]
    if _read(raw, place) != text:
        raise ValueError("the segment is not of this body")
    ruler = _ruler(raw, place)
    return [
        (start + ruler.raw(edit.start), start + ruler.raw(edit.end), _written(edit.replacement, place))
        for edit in fit(text, edits)
    ]


def _read(raw: bytes, place: Place) -> str:
    match place:
        case Place.JSON_STRING | Place.JSON_NUMBER:
            return unescape(raw)
        case Place.FORM:
            return form.unquote(raw)
        case Place.HEADER | Place.PLAIN:
            return raw.decode()


def _written(text: str, place: Place) -> bytes:
    match place:
        case Place.JSON_STRING:
            return _quoted(text)[1:-1]
        case Place.JSON_NUMBER:
            return _value(text)
        case Place.FORM:
            return form.quote(text)
        case Place.HEADER:  # as browsers do: WHATWG HTML, multipart/form-data encoding algorithm
            return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").encode()
        case Place.PLAIN:
            return text.encode()


def _quoted(text: str) -> bytes:
    return json.dumps(text).encode()


def _value(text: str) -> bytes:
    """What stands in a number's place: a number again if that is what it became, else a string."""
    return text.encode() if _NUMBER.fullmatch(text) else _quoted(text)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return `text` with the edits made; they must be in order and not overlap."""
    pieces: list[str] = []
    done = 0
    for edit in edits:
        pieces += text[done : edit.start], edit.replacement
        done = edit.end
    pieces.append(text[done:])
    return "".join(pieces)


def _merged(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in order, overlapping ones as one with the first one's replacement."""
    merged: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if merged and edit.start < merged[-1].end:
            first = merged[-1]
            merged[-1] = Edit(first.start, max(first.end, edit.end), first.replacement)
        else:
            merged.append(edit)
    return merged


def fit(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in order and apart, changed so that a `text` that is JSON stays JSON.

    Then each string that an edit touches gets the replacement, escaped, for the part of it that is touched,
    whole escapes at a time; each number touched becomes another or a string. Quotes and brackets under an edit stay.
    An edit of text that isn't JSON, or of nothing but `true` and punctuation, is left as it is. JSON in
    such a string is treated the same way: the depth is at most the size's logarithm, as each level doubles
    the backslashes before a quote.
    """
    edits = _merged(edits)
    if text.lstrip()[:1] not in ('"', "{", "[") or text.rstrip()[-1:] not in ('"', "}", "]"):
        return edits
    try:
        raw = text.encode()
        tokens = list(leaves(raw, max_leaves=NESTED_LEAVES))
    except (RequestError, UnicodeEncodeError):
        return edits
    return _merged(_fitted(raw, tokens, edits))


def _fitted(raw: bytes, tokens: Sequence[Leaf], edits: Sequence[Edit]) -> list[Edit]:
    outer = _ruler(raw, Place.PLAIN)
    out: list[Edit] = []
    touched: dict[int, list[Edit]] = {}
    starts = [token.start for token in tokens]
    for edit in edits:
        start, end = outer.raw(edit.start), outer.raw(edit.end)
        hits = [
            i
            for i in range(max(bisect_right(starts, start) - 1, 0), bisect_right(starts, end - 1))
            if start < tokens[i].end
        ]
        for i in hits:
            touched.setdefault(i, []).append(Edit(start, end, edit.replacement))
        if not hits:
            out.append(edit)
    for i, overlapping in touched.items():
        out += _token_edits(raw, tokens[i], overlapping, outer)
    return out


def _token_edits(raw: bytes, token: Leaf, edits: Sequence[Edit], outer: "_Ruler") -> list[Edit]:
    """Return the edits (here in bytes of `raw`) cut to one token, in code points of the text it stands in."""
    if token.kind is LeafKind.NUMBER:
        inner = [
            Edit(max(edit.start - token.start, 0), min(edit.end, token.end) - token.start, edit.replacement)
            for edit in edits
        ]
        written = _value(apply(token.text, _merged(inner))).decode()
        return [Edit(outer.char(token.start), outer.char(token.end), written)]
    start, end = token.start + 1, token.end - 1
    ruler = _ruler(raw[start:end], Place.JSON_STRING)
    inner = []
    for edit in edits:
        low, high = max(edit.start, start) - start, min(edit.end, end) - start
        if low < high:
            inner.append(Edit(ruler.char(low), ruler.char_up(high), edit.replacement))
    return [
        Edit(
            outer.char(start + ruler.raw(edit.start)),
            outer.char(start + ruler.raw(edit.end)),
            _quoted(edit.replacement)[1:-1].decode(),
        )
        for edit in fit(token.text, inner)
    ]


@dataclass(frozen=True, slots=True)
class _Ruler:
    """Where the code points of a decoded text stand in its raw bytes: runs of code points equally wide."""

    char_starts: list[int]
    raw_starts: list[int]
    widths: list[int]

    def raw(self, char: int) -> int:
        """Return where code point `char` begins."""
        i = bisect_right(self.char_starts, char) - 1
        return self.raw_starts[i] + (char - self.char_starts[i]) * self.widths[i]

    def char(self, raw: int) -> int:
        """Return the code point that byte `raw` belongs to."""
        i = bisect_right(self.raw_starts, raw) - 1
        return self.char_starts[i] + (raw - self.raw_starts[i]) // self.widths[i]

    def char_up(self, raw: int) -> int:
        """Return the first code point that begins at byte `raw` or after it."""
        char = self.char(raw)
        return char if self.raw(char) >= raw else char + 1


# A run of code points one byte each, then one of wider ones; a group for each width. Searching for the wide
# ones alone would try every branch at every byte.
_WIDE = rb"""
      ( (?: [\xc2-\xdf][\x80-\xbf] )++ )
    | ( (?: [\xe0-\xef][\x80-\xbf]{2} )++ )
    | ( (?: [\xf0-\xf4][\x80-\xbf]{3} )++ )
"""
_ESCAPED = rb"""
    | ( (?: \\[^u] )++ )
    | ( (?: \\u(?![dD][89abAB])[0-9a-fA-F]{4} )++ )                               # not a high surrogate
    | ( (?: \\u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2} )++ )     # a pair is one code point
    | ( \\u[0-9a-fA-F]{4} )                                                      # a lone high surrogate
"""
_PLAIN_RUN = re.compile(rb"[\x00-\x7f]*+ (?:" + _WIDE + rb")", re.VERBOSE)
_JSON_RUN = re.compile(rb"[^\\\x80-\xff]*+ (?:" + _WIDE + _ESCAPED + rb")", re.VERBOSE)
_WIDTHS = (0, 2, 3, 4, 2, 6, 12, 6)


def _ruler(raw: bytes, place: Place) -> _Ruler:
    match place:
        case Place.FORM:
            return _measured(form.wide_runs(raw))
        case Place.JSON_STRING | Place.JSON_NUMBER:
            return _measured(_wide_runs(raw, _JSON_RUN))
        case Place.HEADER | Place.PLAIN:
            return _measured(_wide_runs(raw, _PLAIN_RUN))


def _wide_runs(raw: bytes, pattern: re.Pattern[bytes]) -> Iterable[tuple[int, int, int]]:
    """Yield the start, end and width of each run of wide code points."""
    pos = 0
    while (run := pattern.match(raw, pos)) is not None:
        group = run.lastindex or 0
        start, pos = run.span(group)
        yield start, pos, _WIDTHS[group]


def _measured(runs: Iterable[tuple[int, int, int]]) -> _Ruler:
    """Return the ruler of a text with these runs of wide code points."""
    char_starts, raw_starts, widths = [0], [0], [1]
    char = raw = 0
    for start, end, width in runs:
        char += start - raw
        if start > raw or width != widths[-1]:
            char_starts.append(char)
            raw_starts.append(start)
            widths.append(width)
        char += (end - start) // width
        raw = end
        char_starts.append(char)
        raw_starts.append(raw)
        widths.append(1)
    return _Ruler(char_starts, raw_starts, widths)

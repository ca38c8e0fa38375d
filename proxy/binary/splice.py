"""Replacements put into binary bodies: whatever counts bytes around them is made to count anew, the rest stays.

The edits come as byte ranges of the unpacked body. Lengths of messages around an edit, heads of frames, and the
checksums of an event stream follow from them.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from proxy.binary.envelope import frames, head
from proxy.binary.eventstream import Message, encode, messages, payload_offset
from proxy.binary.wire import Field, Wire, fields, varint
from proxy.body import Kind

Span = tuple[int, int, bytes]
"""Bytes `[start, end)` and what goes in their place."""

Range = tuple[int, int]
"""The byte range of a value in which something is replaced."""


def splice(data: bytes, kind: Kind, spans: Sequence[Span], leaves: Sequence[Range]) -> bytes:
    """Return `data` with the spans replaced, which are sorted and apart and stand in `leaves`.

    ValueError for one that stands anywhere else: a fault of the caller, upon which nothing may be sent.
    """
    if not spans:
        return data
    if kind is Kind.EVENT_STREAM:
        return _spliced_events(data, spans)
    counter = _Counter(data, spans, leaves)
    counter.body(kind)
    return joined(data, sorted([*spans, *counter.counts]))


def joined(data: bytes, spans: Sequence[Span], start: int = 0, end: int | None = None) -> bytes:
    """Return `data[start:end]` with the spans replaced, which are sorted and apart."""
    pieces: list[bytes] = []
    for first, last, replacement in spans:
        pieces += data[start:first], replacement
        start = last
    pieces.append(data[start:end])
    return b"".join(pieces)


class _Counter:
    """Finds the lengths that change, and what they become: `counts`. Methods return by how many bytes a part grows."""

    def __init__(self, data: bytes, spans: Sequence[Span], leaves: Sequence[Range]) -> None:
        self._data = data
        self._unseen = set(leaves)
        self._leaf_starts = sorted(start for start, _ in self._unseen)
        self._span_starts = [start for start, _, _ in spans]
        self._growth = [0, *accumulate(len(replacement) - (end - start) for start, end, replacement in spans)]
        self.counts: list[Span] = []

    def body(self, kind: Kind) -> None:
        if kind is Kind.PROTOBUF:
            self._message(0, len(self._data))
        else:
            grow = self._message if kind is Kind.PROTOBUF_FRAMES else self._text
            for frame in frames(self._data):
                if self._is_touched(frame.start, frame.end):
                    size = frame.end - frame.start + grow(frame.start, frame.end)
                    self.counts.append((frame.at, frame.start, head(self._data[frame.at], size)))
        if self._unseen:
            raise ValueError("an edit stands in no field")

    def _message(self, start: int, end: int) -> int:
        found = fields(self._data, start, end, end - start + 1, end - start)
        if found is None:
            raise ValueError("an edit stands in no message")
        return sum(self._field(field) for field in found if field.wire is Wire.LENGTH)

    def _field(self, field: Field) -> int:
        if not self._is_touched(field.start, field.end):
            return 0
        if (field.start, field.end) in self._unseen:
            self._unseen.remove((field.start, field.end))
            more = self._replaced(field.start, field.end)
        else:
            more = self._message(field.start, field.end)
        size = varint(field.end - field.start + more)
        self.counts.append((field.at, field.start, size))
        return more + len(size) - (field.start - field.at)

    def _text(self, start: int, end: int) -> int:
        """By how much a part grows that has no lengths within."""
        self._unseen -= {leaf for leaf in self._unseen if start <= leaf[0] and leaf[1] <= end}
        return self._replaced(start, end)

    def _is_touched(self, start: int, end: int) -> bool:
        return bisect_left(self._leaf_starts, start) < bisect_left(self._leaf_starts, end)

    def _replaced(self, start: int, end: int) -> int:
        first, last = bisect_left(self._span_starts, start), bisect_left(self._span_starts, end)
        return self._growth[last] - self._growth[first]


def _spliced_events(data: bytes, spans: Sequence[Span]) -> bytes:
    pieces: list[bytes] = []
    left = list(spans)
    for at, message in messages(data):
        start = at + payload_offset(message)
        end = start + len(message.payload)
        own = [span for span in left if start <= span[0] and span[1] <= end]
        pieces.append(encode(Message(message.headers, joined(data, own, start, end))))
        left = left[len(own) :]
    if left:
        raise ValueError("an edit stands in no payload")
    return b"".join(pieces)

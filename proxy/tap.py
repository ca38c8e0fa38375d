"""What is learnt from a response while it streams through: size, hash, times and the vendor's token counts.

`feed` returns what it was given and never raises, whatever the vendor sends: a fault here must cost no more
than the token figures. Nothing of the content is kept but a piece of at most `MAX_USAGE_BYTES`.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from proxy.decoding import Decoder, bounded_decoder
from proxy.formats import Format, Usage

MAX_USAGE_BYTES: Final = 8 << 10
"""The counts of one reply are a few hundred bytes; what is larger is not counts."""

MAX_COUNT: Final = 1 << 50
"""Larger is no count of tokens, and would not fit into what reads the record."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A response as it was passed on. Seconds count from when the tap was made; tokens are None if not told.

    `input_tokens` is all that the model read; `cached_tokens` is the part of it that came from the vendor's
    cache.
    """

    bytes: int
    sha256: str
    first_byte_seconds: float | None
    last_byte_seconds: float | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None


class ResponseTap:
    """One response's tap: `feed` is a stream callable, `result` is for when it ended, however it did."""

    def __init__(self, fmt: Format, content_encoding: str = "", clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._first: float | None = None
        self._last: float | None = None
        self._bytes = 0
        self._hash = hashlib.sha256()
        decode = bounded_decoder(content_encoding)
        self._counter = _Counter(fmt.usage, decode) if fmt.usage and decode else None

    def feed(self, chunk: bytes) -> bytes:
        try:
            if chunk:
                self._measure(chunk)
                if self._counter is not None:
                    self._counter.feed(chunk)
        except Exception:  # whatever the vendor sent, the reply goes on: an exception here would hang the client
            self._stop_counting()
        return chunk

    def result(self) -> Outcome:
        tokens = self._counter.tokens() if self._counter else (None, None, None)
        return Outcome(self._bytes, self._hash.hexdigest(), self._first, self._last, *tokens)

    def _measure(self, chunk: bytes) -> None:
        self._last = self._clock() - self._started
        if self._first is None:
            self._first = self._last
        self._bytes += len(chunk)
        self._hash.update(chunk)

    def _stop_counting(self) -> None:
        if self._counter is not None:
            self._counter.stop()


class _Counter:
    """Finds the usage objects in a body of JSON or SSE, by their key, however the chunks were cut."""

    def __init__(self, usage: Usage, decode: Decoder) -> None:
        self._usage = usage
        self._decode: Decoder | None = decode
        # Inside of a string the quotes would be escaped, so this is a key or a whole string.
        self._marker = f'"{usage.marker}"'.encode()
        self._kept = b""
        self._in_object = False
        self._counts: dict[tuple[str, ...], int] = {}

    def feed(self, chunk: bytes) -> None:
        if self._decode is None:
            return
        for piece in self._decode(chunk):
            self._search(piece)

    def stop(self) -> None:
        self._decode = None
        self._kept = b""

    def tokens(self) -> tuple[int | None, int | None, int | None]:
        cached = [self._counts[path] for path in self._usage.cached if path in self._counts]
        return self._sum(self._usage.input), self._sum(self._usage.output), max(cached, default=None)

    def _sum(self, paths: tuple[tuple[str, ...], ...]) -> int | None:
        counts = [self._counts[path] for path in paths if path in self._counts]
        return sum(counts) if counts else None

    def _search(self, piece: bytes) -> None:
        data = self._kept + piece
        if self._in_object and b"}" not in piece and len(data) < MAX_USAGE_BYTES:
            self._kept = data
            return
        self._in_object = False
        position = data.find(self._marker)
        while position >= 0:
            after = position + len(self._marker)
            found = _object_at(data, after)
            if found is None and len(data) - after < MAX_USAGE_BYTES:
                self._kept, self._in_object = data[position:], True
                return
            if found:
                self._take(json.loads(found))
            position = data.find(self._marker, after)
        self._kept = data[1 - len(self._marker) :]

    def _take(self, usage: object) -> None:
        """Keeps the largest count seen for each path: all APIs count up within one reply."""
        for path in (*self._usage.input, *self._usage.output, *self._usage.cached):
            value: object = usage
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
            if type(value) is int and 0 <= value <= MAX_COUNT:
                self._counts[path] = max(value, self._counts.get(path, 0))


def _object_at(data: bytes, start: int) -> bytes | None:
    """The JSON object that is the value of the key which ends at `start`.

    Empty if the value is something else, None if its end is not in sight.
    """
    opening = _OPENING.match(data, start)
    if opening is None:
        return None if _BEFORE_OPENING.fullmatch(data, start) else b""
    depth = 0
    for token in _TOKEN.finditer(data, opening.end() - 1, start + MAX_USAGE_BYTES):
        match token[0]:
            case b"{":
                depth += 1
            case b"}":
                depth -= 1
            case b'"':  # a string that is cut off
                return None
        if depth == 0:
            return data[opening.end() - 1 : token.end()]
    return None


_OPENING: Final = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*\{")
_BEFORE_OPENING: Final = re.compile(rb"[ \t\r\n]*(?::[ \t\r\n]*)?")
_TOKEN: Final = re.compile(
    rb"""
    "(?:[^"\\]|\\.)*+"  # a whole string, in which braces mean nothing
    | ["{}]
    """,
    re.VERBOSE | re.DOTALL,
)

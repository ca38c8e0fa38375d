"""Cuts a reply's bytes into events, and puts an event's bytes together again around another payload.

One cutter for each framing: server-sent events, JSON documents (one, many, or an array of them), AWS event streams.
What is no event passes as one without a payload. Nothing here knows what a payload says.
"""

import base64
import binascii
import re
from typing import Final, Protocol

from proxy.binary.eventstream import EventStreamDecoder, Message, encode, headers


class Frame:
    """One event: `raw` is all of its bytes, `raw[start:end]` its payload, `name` what its framing calls it, or ""."""

    __slots__ = ("end", "name", "raw", "start")

    def __init__(self, raw: bytes, start: int = 0, end: int = 0, name: str = "") -> None:
        self.raw = raw
        self.start = start
        self.end = end
        self.name = name

    @property
    def payload(self) -> bytes:
        return self.raw[self.start : self.end]

    def around(self, payload: bytes) -> bytes:
        """The event's bytes with another payload."""
        return self.raw[: self.start] + payload + self.raw[self.end :]


class Cutter(Protocol):
    """Takes a body in pieces, and gives events. `rest` is what is in none yet, `rest_bytes` how much that is."""

    @property
    def rest(self) -> bytes: ...

    @property
    def rest_bytes(self) -> int: ...

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the events that are complete now. ValueError if this is no body of the kind; `rest` has all then."""
        ...

    def finish(self) -> list[Frame]:
        """Return what the end of the body completes."""
        ...


class SseCutter:
    """Server-sent events (WHATWG HTML, section 9.2), their lines ended in any of the three ways."""

    def __init__(self) -> None:
        self.rest_bytes = 0
        self._chunks: list[bytes] = []
        self._searched = 0

    @property
    def rest(self) -> bytes:
        return b"".join(self._chunks)

    def feed(self, chunk: bytes) -> list[Frame]:
        self._chunks.append(chunk)
        self.rest_bytes += len(chunk)
        return self._cut() if b"\n" in chunk or b"\r" in chunk else []

    def _cut(self) -> list[Frame]:
        data = self.rest if len(self._chunks) > 1 else self._chunks[0]
        frames: list[Frame] = []
        pos = 0
        while (simple := _SIMPLE_EVENT.match(data, pos)) is not None:
            start, end, at = simple.start(2), simple.end(2), pos
            pos = simple.end()
            frames.append(Frame(data[at:pos], start - at, end - at, (simple[1] or b"").decode("latin-1")))
            self._searched = 0
        while (boundary := _BOUNDARY.search(data, max(pos, self._searched))) is not None:
            frames.append(_sse_frame(data[pos : boundary.end()]))
            pos = boundary.end()
            self._searched = 0
        self._chunks = [data[pos:]] if pos < len(data) else []
        self.rest_bytes = len(data) - pos
        self._searched = max(0, self.rest_bytes - _BOUNDARY_BYTES)
        return frames

    def finish(self) -> list[Frame]:
        rest, self._chunks = self.rest, []
        return [_sse_frame(rest)] if rest else []


_SIMPLE_EVENT: Final = re.compile(rb"(?:event: ?([^\r\n]*+)\r?\n)?data: ?([^\r\n]*+)\r?\n\r?\n")
_BOUNDARY: Final = re.compile(rb"\n(?:\n|\r\n|\r(?!\n|\Z))|\r(?:\n(?:\n|\r\n|\r(?!\n|\Z))|\r(?!\n|\Z))")
"""Two line ends. A carriage return at the very end may be half of one."""

_BOUNDARY_BYTES: Final = 4
_LINE: Final = re.compile(rb"([^\r\n]*+)(?:\r\n|\r|\n|\Z)")


def _sse_frame(raw: bytes) -> Frame:
    name, lines = b"", []
    for line in _LINE.finditer(raw):
        field, _, value = line[1].partition(b":")
        lead = len(field) + 1 + value.startswith(b" ")
        if field == b"data":
            lines.append((line.start() + min(lead, len(line[1])), line.end(1)))
        elif field == b"event":
            name = line[1][lead:]
    if len(lines) > 1:
        return _LinesFrame(raw, lines, name.decode("latin-1"))
    start, end = lines[0] if lines else (0, 0)
    return Frame(raw, start, end, name.decode("latin-1"))


class _LinesFrame(Frame):
    """An event whose payload is spread over several lines."""

    __slots__ = ("_lines",)

    def __init__(self, raw: bytes, lines: list[tuple[int, int]], name: str) -> None:
        super().__init__(raw, name=name)
        self._lines = lines

    @property
    def payload(self) -> bytes:
        return b"\n".join(self.raw[start:end] for start, end in self._lines)

    def around(self, payload: bytes) -> bytes:
        """As many lines as there were: a payload's line ends stand between its tokens, where none is replaced."""
        pieces: list[bytes] = []
        done = 0
        for (start, end), line in zip(self._lines, payload.split(b"\n"), strict=True):
            pieces += self.raw[done:start], line
            done = end
        return b"".join((*pieces, self.raw[done:]))


class JsonCutter:
    """Objects: one, several after another, or the elements of one array. What stands between them passes at once."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = 0  # how far it was read
        self._start = 0  # where the open object begins
        self._depth = 0
        self._in_string = False
        self._in_array = False

    @property
    def rest(self) -> bytes:
        return bytes(self._data)

    @property
    def rest_bytes(self) -> int:
        return len(self._data)

    def feed(self, chunk: bytes) -> list[Frame]:
        self._data += chunk
        frames: list[Frame] = []
        done = 0
        while self._skip():
            if self._take(self._data[self._at]):
                end = self._at + 1
                frames.append(Frame(bytes(self._data[done:end]), self._start - done, end - done))
                done = end
            self._at += 1
        if not self._depth and done < self._at:  # but for a backslash whose character is still to come
            frames.append(Frame(bytes(self._data[done : self._at])))
            done = self._at
        del self._data[:done]
        self._at -= done
        self._start -= done
        return frames

    def finish(self) -> list[Frame]:
        rest, self._data = self.rest, bytearray()
        return [Frame(rest)] if rest else []

    def _skip(self) -> bool:
        """Goes to the next bracket or quote that means something; False if there is none yet."""
        pattern = _TO_QUOTE if self._in_string else _TO_TOKEN
        match = pattern.match(self._data, self._at)
        if match is None or match.end() == len(self._data):
            self._at = len(self._data) if match is None else match.end()
            return False
        self._at = match.end()
        return self._data[self._at] != _BACKSLASH  # whose character is still to come

    def _take(self, token: int) -> bool:
        """Whether this bracket or quote ends an object."""
        if token == _QUOTE:
            self._in_string = not self._in_string
        elif token in b"{[":
            if token == _BRACKET and not self._depth and not self._in_array:
                self._in_array = True
                return False
            self._start = self._start if self._depth else self._at
            self._depth += 1
        elif self._depth:
            self._depth -= 1
            return not self._depth
        else:
            self._in_array = False
        return False


_TO_TOKEN: Final = re.compile(rb'[^"{}\[\]]*+')
_TO_QUOTE: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_QUOTE, _BRACKET, _BACKSLASH = b'"[\\'


class EventStreamCutter:
    """Messages of an AWS event stream."""

    def __init__(self) -> None:
        self._decoder = EventStreamDecoder()

    @property
    def rest(self) -> bytes:
        return self._decoder.pending

    @property
    def rest_bytes(self) -> int:
        return 0  # the decoder has a limit of its own

    def feed(self, chunk: bytes) -> list[Frame]:
        return [_MessageFrame(message) for message in self._decoder.feed(chunk)]

    def finish(self) -> list[Frame]:
        return [Frame(self.rest)] if self.rest else []


class _MessageFrame(Frame):
    """A message. Where a model's own event stands in it as base64 (`{"bytes": ...}`), that is the payload."""

    __slots__ = ("_inner", "_message")

    def __init__(self, message: Message) -> None:
        super().__init__(encode(message), name=_event_type(message))
        self._message = message
        self._inner = _BYTES.search(message.payload)

    @property
    def payload(self) -> bytes:
        if self._inner is None:
            return self._message.payload
        try:
            return base64.b64decode(self._inner[1], validate=True)
        except binascii.Error:
            return b""

    def around(self, payload: bytes) -> bytes:
        if self._inner is not None:
            start, end = self._inner.span(1)
            outer = self._message.payload
            payload = outer[:start] + base64.b64encode(payload) + outer[end:]
        return encode(Message(self._message.headers, payload))


_BYTES: Final = re.compile(rb'\A\s*\{(?:\s*"p"\s*:\s*"[^"\\]*"\s*,)?\s*"bytes"\s*:\s*"([A-Za-z0-9+/=]*)"')


def _event_type(message: Message) -> str:
    try:
        found = {header.name: header for header in headers(message.headers) if header.is_string}
    except ValueError:
        return ""
    header = found.get(":event-type")
    return message.headers[header.start : header.end].decode("latin-1") if header else ""

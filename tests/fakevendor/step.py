"""What the vendor received and what it shall do: the two types that tests and server share."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import zstandard

_STREAM = re.compile(rb'"stream"\s*:\s*true')


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came. `head` is the raw HTTP/1 head; over HTTP/2, whose wire holds compressed
    frames, the header list printed one per line. `body` is as sent, Content-Encoding still on. What comes over a
    WebSocket has the headers of its upgrade and the method WEBSOCKET, PING, PONG or CLOSE.
    """

    protocol: str  # "http/1.1", "h2" or "websocket"
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    head: bytes
    body: bytes
    sni: str | None
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def content(self) -> bytes:
        """The body without its Content-Encoding, for the two encodings that the tests send."""
        encoding = self.header("content-encoding")
        if encoding == "gzip":
            return gzip.decompress(self.body)
        if encoding == "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(self.body)
        return self.body

    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def streams(self) -> bool:
        if self.path.endswith((":streamGenerateContent", "/converse-stream")):
            return True
        return _STREAM.search(self.content) is not None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool call that the model makes instead of a closing answer."""

    name: str
    arguments: Mapping[str, Any]
    number: int = 1  # tells the calls of a conversation apart


@dataclass(frozen=True, slots=True)
class Step:
    """How one request is answered. Counts are of body chunks (one chunk is one SSE event when streaming)."""

    text: tuple[str, ...] = ("All ", "is ", "well.")
    tool: Tool | None = None
    number: int = 1  # tells the replies of a conversation apart, where ids do
    reasoning: str = ""  # comes signed or sealed, and the client has to give it back as it is
    status: int = 200
    body: bytes | None = None  # overrides the format's own
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0  # before the head
    pause_after: int | None = None  # wait there until FakeVendor.go_on()
    cut_after: int | None = None  # close the connection there, without an end
    hang_after: int | None = None  # stay silent there until the connection ends
    no_reply: bool = False  # close the connection instead of answering
    frames: tuple[str | bytes, ...] | None = None  # over a WebSocket, these messages instead of the format's own
    ping: bytes | None = None  # over a WebSocket, before the answer
    close: tuple[int, str] | None = None  # over a WebSocket, after the answer

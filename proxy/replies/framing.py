"""Replies as bytes: whole, as server-sent events, lines, an array, or AWS event streams. Pure.

JSON is written in ASCII: some readers of server-sent events take U+0085, U+2028 and U+2029 for line ends. A lone
surrogate, which no reader of UTF-8 could be given, becomes a question mark.
"""

import base64
import json
import struct
from collections.abc import Iterable
from typing import Final

from proxy.binary import eventstream
from proxy.replies.said import Event, Members

JSON: Final = "application/json"
SSE: Final = "text/event-stream"
NDJSON: Final = "application/x-ndjson"
EVENT_STREAM: Final = "application/vnd.amazon.eventstream"

DONE: Final = b"data: [DONE]\n\n"
"""What ends a stream of OpenAI's chat, after its events."""

_STRING: Final = 7
"""The type of an event stream's header whose value is a string."""


def whole(members: Members) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode("ascii")


def sse(events: Iterable[Event]) -> bytes:
    return b"".join(
        (f"event: {name}\n".encode("ascii") if name else b"") + b"data: " + whole(members) + b"\n\n"
        for name, members in events
    )


def lines(events: Iterable[Event]) -> bytes:
    return b"".join(whole(members) + b"\n" for _, members in events)


def array(events: Iterable[Event]) -> bytes:
    return b"[" + b",\r\n".join(whole(members) for _, members in events) + b"]"


def event_stream(events: Iterable[Event]) -> bytes:
    return b"".join(_message(name, members) for name, members in events)


def chunks(events: Iterable[Event]) -> bytes:
    """As Bedrock streams what a model's own API would have said."""
    return event_stream(("chunk", {"bytes": base64.b64encode(whole(members)).decode("ascii")}) for _, members in events)


def _message(name: str, members: Members) -> bytes:
    block = b"".join(map(_header, (":event-type", ":content-type", ":message-type"), (name, JSON, "event")))
    return eventstream.encode(eventstream.Message(block, whole(members)))


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", _STRING, len(value)) + value.encode()

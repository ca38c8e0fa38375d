"""AWS event streams for the tests of this folder."""

import base64
import json
import struct
from pathlib import Path

from proxy.binary.eventstream import Message, encode


def message(name: str, payload: bytes) -> bytes:
    headers = b""
    for key, value in ((":event-type", name), (":content-type", "application/json"), (":message-type", "event")):
        headers += struct.pack(">B", len(key)) + key.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
    return encode(Message(headers, payload))


def recorded(path: Path) -> bytes:
    """A recorded event stream; its file has an event's name and payload in each line."""
    lines = path.read_text().splitlines()
    return b"".join(message(event, payload.encode()) for event, _, payload in (line.partition(" ") for line in lines))


def chunked(events: bytes) -> bytes:
    """A recorded stream as Bedrock wraps it: each event as base64 in a message."""
    packed = [base64.b64encode(line[6:]).decode() for line in events.splitlines() if line.startswith(b"data: ")]
    return b"".join(message("chunk", json.dumps({"bytes": one, "p": "abc"}).encode()) for one in packed)

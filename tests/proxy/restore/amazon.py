"""AWS event streams for the tests of this folder."""

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

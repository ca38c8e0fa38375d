"""Readers of replies, written apart from what makes them: what a client would see of an answer."""

import base64
import json
import re
from typing import Any

from proxy.binary.eventstream import headers, messages
from proxy.verdict import Reply


def media(reply: Reply) -> str:
    return dict(reply.headers)[b"content-type"].decode()


def documents(reply: Reply) -> list[Any]:
    """The JSON values of a reply in order, whatever it is cut into; `[DONE]` as a string."""
    match media(reply):
        case "application/json":
            value = json.loads(reply.body)
            return value if isinstance(value, list) else [value]
        case "text/event-stream":
            return [data if data == "[DONE]" else json.loads(data) for _, data in sse(reply.body)]
        case "application/x-ndjson":
            return [json.loads(line) for line in reply.body.decode().splitlines()]
        case "application/vnd.amazon.eventstream":
            return [_unwrapped(name, json.loads(payload)) for name, payload in events(reply.body)]
    raise AssertionError(media(reply))


def sse(body: bytes) -> list[tuple[str, str]]:
    """Server-sent events as (name, data). Line ends are those that careless readers see too."""
    found = []
    for block in re.split(r"\n\n", body.decode().removesuffix("\n\n")):
        name, data = "", []
        for line in block.splitlines():
            field, _, value = line.partition(": ")
            assert field in ("event", "data")
            if field == "event":
                name = value
            else:
                data.append(value)
        found.append((name, "\n".join(data)))
    return found


def events(body: bytes) -> list[tuple[str, bytes]]:
    """The messages of an AWS event stream as (event type, payload)."""
    found = []
    for _, message in messages(body):
        told = {header.name: message.headers[header.start : header.end].decode() for header in headers(message.headers)}
        assert told[":message-type"] == "event"
        assert told[":content-type"] == "application/json"
        found.append((told[":event-type"], message.payload))
    return found


def _unwrapped(name: str, payload: Any) -> Any:
    if name == "chunk":
        return json.loads(base64.b64decode(payload["bytes"], validate=True))
    return {"event": name, **payload}

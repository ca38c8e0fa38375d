"""Bedrock's reply bodies: converse, whole and as an AWS event stream."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakevendor.seal import seal
from tests.fakevendor.step import Step

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_USAGE = {"inputTokens": 21, "outputTokens": 7, "totalTokens": 28}
_STRING = 7
"""The event stream's type code of a header that is a string."""


def converse(step: Step) -> Mapping[str, Any]:
    content: list[dict[str, Any]] = [{"text": "".join(step.text)}]
    if step.reasoning:
        text = {"text": step.reasoning, "signature": seal(step.reasoning)}
        content.insert(0, {"reasoningContent": {"reasoningText": text}})
    if step.tool:
        content.append({"toolUse": _tool(step) | {"input": dict(step.tool.arguments)}})
    message = {"role": "assistant", "content": content}
    return {"output": {"message": message}, "stopReason": _stop(step), "usage": _USAGE, "metrics": {"latencyMs": 1}}


def converse_events(step: Step) -> Iterator[bytes]:
    yield frame("messageStart", {"role": "assistant"})
    for index, (start, deltas) in enumerate(_blocks(step)):
        if start:
            yield frame("contentBlockStart", {"contentBlockIndex": index, "start": start})
        for delta in deltas:
            yield frame("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})
        yield frame("contentBlockStop", {"contentBlockIndex": index})
    yield frame("messageStop", {"stopReason": _stop(step)})
    yield frame("metadata", {"usage": _USAGE, "metrics": {"latencyMs": 1}})


def frame(name: str, body: Mapping[str, Any]) -> bytes:
    """One message of an AWS event stream: lengths, headers, payload and two checksums."""
    headers = b"".join(
        _header(key, value)
        for key, value in ((":event-type", name), (":content-type", "application/json"), (":message-type", "event"))
    )
    payload = json.dumps(body).encode()
    prelude = struct.pack(">II", 12 + len(headers) + len(payload) + 4, len(headers))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    return prelude + headers + payload + struct.pack(">I", zlib.crc32(prelude + headers + payload))


def _blocks(step: Step) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """What each content block starts with, if anything, and the deltas that fill it."""
    if step.reasoning:
        deltas = ({"text": step.reasoning}, {"signature": seal(step.reasoning)})
        yield {}, [{"reasoningContent": delta} for delta in deltas]
    yield {}, [{"text": piece} for piece in step.text]
    if step.tool:
        text = json.dumps(dict(step.tool.arguments))
        halves = (text[: len(text) // 2], text[len(text) // 2 :])
        yield {"toolUse": _tool(step)}, [{"toolUse": {"input": half}} for half in halves]


def _tool(step: Step) -> dict[str, Any]:
    assert step.tool is not None
    return {"toolUseId": f"tooluse_fake{step.tool.number}", "name": step.tool.name}


def _stop(step: Step) -> str:
    return "tool_use" if step.tool else "end_turn"


def _header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + bytes([_STRING]) + struct.pack(">H", len(value)) + value.encode()

"""Anthropic's reply bodies: messages, whole and streamed, and count_tokens."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakevendor.step import Step

_USAGE = {
    "input_tokens": 21,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 4,
    "output_tokens": 7,
}


def message(step: Step) -> Mapping[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": "".join(step.text)}]
    if step.tool:
        content.append(_tool_block(step, dict(step.tool.arguments)))
    stop = "tool_use" if step.tool else "end_turn"
    return _head() | {"content": content, "stop_reason": stop, "usage": _USAGE}


def message_events(step: Step) -> Iterator[bytes]:
    yield _event("message_start", {"message": _head() | {"content": [], "usage": _USAGE}})
    yield _event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
    for piece in step.text:
        yield _event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}})
    yield _event("content_block_stop", {"index": 0})
    if step.tool:
        yield from _tool_events(step)
    delta = {"stop_reason": "tool_use" if step.tool else "end_turn", "stop_sequence": None}
    yield _event("message_delta", {"delta": delta, "usage": {"output_tokens": 7}})
    yield _event("message_stop", {})


def count(_: Step) -> Mapping[str, Any]:
    return {"input_tokens": 21}


def _tool_events(step: Step) -> Iterator[bytes]:
    assert step.tool is not None
    text = json.dumps(dict(step.tool.arguments))
    yield _event("content_block_start", {"index": 1, "content_block": _tool_block(step, {})})
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        delta = {"type": "input_json_delta", "partial_json": piece}
        yield _event("content_block_delta", {"index": 1, "delta": delta})
    yield _event("content_block_stop", {"index": 1})


def _tool_block(step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
    assert step.tool is not None
    return {"type": "tool_use", "id": "toolu_fake1", "name": step.tool.name, "input": arguments}


def _head() -> dict[str, Any]:
    return {
        "id": "msg_fake1",
        "type": "message",
        "role": "assistant",
        "model": "claude-fake",
        "stop_reason": None,
        "stop_sequence": None,
    }


def _event(name: str, body: Mapping[str, Any]) -> bytes:
    data = json.dumps({"type": name, **body}, separators=(",", ":")).encode()
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"

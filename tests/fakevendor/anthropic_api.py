"""Anthropic's reply bodies: messages, whole and streamed, and count_tokens."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakevendor.seal import seal
from tests.fakevendor.step import Step

_USAGE = {
    "input_tokens": 21,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 4,
    "output_tokens": 7,
}


def message(step: Step) -> Mapping[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": "".join(step.text)}]
    if step.reasoning:
        content.insert(0, {"type": "thinking", "thinking": step.reasoning, "signature": seal(step.reasoning)})
    if step.tool:
        content.append(_tool_block(step, dict(step.tool.arguments)))
    stop = "tool_use" if step.tool else "end_turn"
    return _head(step) | {"content": content, "stop_reason": stop, "usage": _USAGE}


def message_events(step: Step) -> Iterator[bytes]:
    yield _event("message_start", {"message": _head(step) | {"content": [], "usage": _USAGE}})
    for index, (block, deltas) in enumerate(_blocks(step)):
        yield _event("content_block_start", {"index": index, "content_block": block})
        for delta in deltas:
            yield _event("content_block_delta", {"index": index, "delta": delta})
        yield _event("content_block_stop", {"index": index})
    delta = {"stop_reason": "tool_use" if step.tool else "end_turn", "stop_sequence": None}
    yield _event("message_delta", {"delta": delta, "usage": {"output_tokens": 7}})
    yield _event("message_stop", {})


def count(_: Step) -> Mapping[str, Any]:
    return {"input_tokens": 21}


def _blocks(step: Step) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each content block as it starts, and the deltas that fill it."""
    if step.reasoning:
        yield (
            {"type": "thinking", "thinking": "", "signature": ""},
            [
                {"type": "thinking_delta", "thinking": step.reasoning},
                {"type": "signature_delta", "signature": seal(step.reasoning)},
            ],
        )
    yield {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in step.text]
    if step.tool:
        text = json.dumps(dict(step.tool.arguments))
        halves = (text[: len(text) // 2], text[len(text) // 2 :])
        yield _tool_block(step, {}), [{"type": "input_json_delta", "partial_json": half} for half in halves]


def _tool_block(step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
    assert step.tool is not None
    return {"type": "tool_use", "id": f"toolu_fake{step.tool.number}", "name": step.tool.name, "input": arguments}


def _head(step: Step) -> dict[str, Any]:
    return {
        "id": f"msg_fake{step.number}",
        "type": "message",
        "role": "assistant",
        "model": "claude-fake",
        "stop_reason": None,
        "stop_sequence": None,
    }


def _event(name: str, body: Mapping[str, Any]) -> bytes:
    data = json.dumps({"type": name, **body}, separators=(",", ":")).encode()
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"

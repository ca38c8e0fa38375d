"""Cohere's reply bodies: v2 chat, whole and streamed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakevendor.step import Step

_USAGE = {"billed_units": {"input_tokens": 21, "output_tokens": 7}, "tokens": {"input_tokens": 21, "output_tokens": 7}}


def chat(step: Step) -> Mapping[str, Any]:
    message: dict[str, Any] = {"role": "assistant"}
    if step.tool:
        message |= {"tool_plan": "".join(step.text), "tool_calls": [_call(step)]}
    else:
        message["content"] = [{"type": "text", "text": "".join(step.text)}]
    return {"id": "cohere-fake1", "finish_reason": _finish(step), "message": message, "usage": _USAGE}


def chat_events(step: Step) -> Iterator[bytes]:
    yield _event("message-start", {"id": "cohere-fake1", "delta": {"message": {"role": "assistant"}}})
    if step.tool:
        call = _call(step)
        text = call["function"]["arguments"]
        for piece in step.text:
            yield _event("tool-plan-delta", {"delta": {"message": {"tool_plan": piece}}})
        begun = call | {"function": call["function"] | {"arguments": ""}}
        yield _event("tool-call-start", {"index": 0, "delta": {"message": {"tool_calls": begun}}})
        for half in (text[: len(text) // 2], text[len(text) // 2 :]):
            delta = {"message": {"tool_calls": {"function": {"arguments": half}}}}
            yield _event("tool-call-delta", {"index": 0, "delta": delta})
        yield _event("tool-call-end", {"index": 0})
    else:
        yield _event("content-start", {"index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}})
        for piece in step.text:
            yield _event("content-delta", {"index": 0, "delta": {"message": {"content": {"text": piece}}}})
        yield _event("content-end", {"index": 0})
    yield _event("message-end", {"delta": {"finish_reason": _finish(step), "usage": _USAGE}})


def _finish(step: Step) -> str:
    return "TOOL_CALL" if step.tool else "COMPLETE"


def _call(step: Step) -> dict[str, Any]:
    assert step.tool is not None
    function = {"name": step.tool.name, "arguments": json.dumps(dict(step.tool.arguments))}
    return {"id": f"call_fake{step.tool.number}", "type": "function", "function": function}


def _event(name: str, body: Mapping[str, Any]) -> bytes:
    data = json.dumps({"type": name, **body}, separators=(",", ":")).encode()
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"

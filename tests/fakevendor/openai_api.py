"""OpenAI's reply bodies: chat completions, responses, completions, embeddings."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakevendor.seal import seal
from tests.fakevendor.step import Step

_MODEL = "gpt-5-fake"
_CREATED = 1_700_000_000
_USAGE = {"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 28}
_RESPONSE_USAGE = {
    "input_tokens": 21,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 28,
}


def chat(step: Step) -> Mapping[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(step.text)}
    if step.tool:
        message["tool_calls"] = [_chat_call(step)]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if step.tool else "stop"}
    return _chat_head("chat.completion") | {"choices": [choice], "usage": _USAGE}


def chat_events(step: Step) -> Iterator[bytes]:
    head = _chat_head("chat.completion.chunk")
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": piece} for piece in step.text]
    if step.tool:
        deltas.append({"tool_calls": [{"index": 0, **_chat_call(step)}]})
    for delta in deltas:
        yield _data(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    finish = "tool_calls" if step.tool else "stop"
    yield _data(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    yield _data(head | {"choices": [], "usage": _USAGE})
    yield b"data: [DONE]\n\n"


def _chat_head(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-fake", "object": kind, "created": _CREATED, "model": _MODEL}


def _chat_call(step: Step) -> dict[str, Any]:
    assert step.tool is not None
    call = {"name": step.tool.name, "arguments": json.dumps(dict(step.tool.arguments))}
    return {"id": f"call_fake{step.tool.number}", "type": "function", "function": call}


def response(step: Step) -> Mapping[str, Any]:
    return _response_head("completed") | {"output": [*_reasoning(step), _output(step)], "usage": _RESPONSE_USAGE}


def response_events(step: Step) -> Iterator[bytes]:
    for event in response_messages(step):
        yield b"event: " + event["type"].encode() + b"\n" + _data(event)


def response_messages(step: Step) -> Iterator[dict[str, Any]]:
    """The events as a WebSocket carries them."""
    for number, (name, body) in enumerate(_response_event_bodies(step)):
        yield {"type": name, "sequence_number": number} | body


def _response_event_bodies(step: Step) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "response.created", {"response": _response_head("in_progress") | {"output": []}}
    index = 0
    for index, item in enumerate(_reasoning(step), 1):
        yield "response.output_item.added", {"output_index": index - 1, "item": item | {"encrypted_content": ""}}
        yield "response.output_item.done", {"output_index": index - 1, "item": item}
    item = _output(step)
    yield "response.output_item.added", {"output_index": index, "item": _begun(item)}
    place = {"item_id": item["id"], "output_index": index}
    if step.tool:
        yield "response.function_call_arguments.delta", place | {"delta": item["arguments"]}
        yield "response.function_call_arguments.done", place | {"arguments": item["arguments"]}
    else:
        place |= {"content_index": 0}
        yield "response.content_part.added", place | {"part": {"type": "output_text", "text": "", "annotations": []}}
        for piece in step.text:
            yield "response.output_text.delta", place | {"delta": piece, "logprobs": []}
        yield "response.output_text.done", place | {"text": "".join(step.text), "logprobs": []}
        yield "response.content_part.done", place | {"part": item["content"][0]}
    yield "response.output_item.done", {"output_index": index, "item": item}
    yield "response.completed", {"response": dict(response(step))}


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    empty = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
    return item | {"status": "in_progress"} | empty


def _reasoning(step: Step) -> list[dict[str, Any]]:
    if not step.reasoning:
        return []
    sealed = seal(step.reasoning)
    return [{"id": f"rs_{sealed[:12].lower()}", "type": "reasoning", "summary": [], "encrypted_content": sealed}]


def _response_head(status: str) -> dict[str, Any]:
    return {
        "id": "resp_fake",
        "object": "response",
        "created_at": _CREATED,
        "model": _MODEL,
        "status": status,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def _output(step: Step) -> dict[str, Any]:
    if step.tool:
        return {
            "id": f"fc_fake{step.tool.number}",
            "type": "function_call",
            "call_id": f"call_fake{step.tool.number}",
            "name": step.tool.name,
            "arguments": json.dumps(dict(step.tool.arguments)),
            "status": "completed",
        }
    text = {"type": "output_text", "text": "".join(step.text), "annotations": []}
    return {
        "id": "msg_fake1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }


def completion(step: Step) -> Mapping[str, Any]:
    choice = {"index": 0, "text": "".join(step.text), "logprobs": None, "finish_reason": "stop"}
    return _chat_head("text_completion") | {"choices": [choice], "usage": _USAGE}


def completion_events(step: Step) -> Iterator[bytes]:
    for piece in step.text:
        choice = {"index": 0, "text": piece, "logprobs": None, "finish_reason": None}
        yield _data(_chat_head("text_completion") | {"choices": [choice]})
    yield b"data: [DONE]\n\n"


def embedding(_: Step) -> Mapping[str, Any]:
    row = {"object": "embedding", "index": 0, "embedding": [0.125, -0.5, 0.25]}
    usage = {"prompt_tokens": 5, "total_tokens": 5}
    return {"object": "list", "data": [row], "model": "text-embedding-fake", "usage": usage}


def _data(event: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"

"""Messages as OpenAI's APIs give them: chat, completions, responses. Pure.

Sources: the `openai` package's types (3.52), and what Codex shows of a response that failed.
"""

from collections.abc import Iterator
from typing import Final

from proxy.replies.said import Event, Members, Said

FINAL_CODE: Final = "invalid_prompt"
"""Of the codes of a failed response the one that Codex shows as it is and does not try again."""

_USAGE: Final = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
_RESPONSE_USAGE: Final = {
    "input_tokens": 0,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 0,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 0,
}


def chat(said: Said) -> Members:
    message = {"role": "assistant", "content": said.text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _head(said, "chat.completion") | {"choices": [choice], "usage": _USAGE}


def chat_events(said: Said) -> Iterator[Event]:
    head = _head(said, "chat.completion.chunk")
    delta = {"role": "assistant", "content": said.text}
    yield "", head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
    yield "", head | {"choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]}


def completion(said: Said) -> Members:
    choice = {"index": 0, "text": said.text, "logprobs": None, "finish_reason": "stop"}
    return _head(said, "text_completion") | {"choices": [choice], "usage": _USAGE}


def completion_events(said: Said) -> Iterator[Event]:
    head = _head(said, "text_completion")
    yield "", head | {"choices": [{"index": 0, "text": said.text, "logprobs": None, "finish_reason": None}]}
    yield "", head | {"choices": [{"index": 0, "text": "", "logprobs": None, "finish_reason": "stop"}]}


def response(said: Said) -> Members:
    return _response(said, "completed") | {"output": [_item(said, "completed")], "usage": _RESPONSE_USAGE}


def response_events(said: Said) -> Iterator[Event]:
    return _numbered(_response_events(said))


def failed_events(said: Said) -> Iterator[Event]:
    """A response that begins and fails: what Codex shows clean, where it shows an error's whole JSON."""
    error = {"code": FINAL_CODE, "message": said.text}
    return _numbered(
        iter(
            (
                ("response.created", {"response": _response(said, "in_progress")}),
                ("response.failed", {"response": _response(said, "failed") | {"error": error}}),
            )
        )
    )


def _response_events(said: Said) -> Iterator[Event]:
    item = _item(said, "completed")
    begun = _response(said, "in_progress")
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    yield "response.output_item.added", {"output_index": 0, "item": _item(said, "in_progress") | {"content": []}}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    yield "response.content_part.added", place | {"part": _part("")}
    yield "response.output_text.delta", place | {"delta": said.text, "logprobs": []}
    yield "response.output_text.done", place | {"text": said.text, "logprobs": []}
    yield "response.content_part.done", place | {"part": _part(said.text)}
    yield "response.output_item.done", {"output_index": 0, "item": item}
    yield "response.completed", {"response": response(said)}


def _numbered(events: Iterator[Event]) -> Iterator[Event]:
    for number, (name, members) in enumerate(events):
        yield name, {"type": name, "sequence_number": number} | dict(members)


def _response(said: Said, status: str) -> dict[str, object]:
    return {
        "id": f"resp_{said.reference}",
        "object": "response",
        "created_at": said.seconds,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": said.model,
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None,
    }


def _item(said: Said, status: str) -> dict[str, object]:
    item = {"id": f"msg_{said.reference}", "type": "message", "role": "assistant", "status": status}
    return item | {"content": [_part(said.text)]}


def _part(text: str) -> Members:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _head(said: Said, kind: str) -> dict[str, object]:
    return {"id": f"chatcmpl-{said.reference}", "object": kind, "created": said.seconds, "model": said.model}

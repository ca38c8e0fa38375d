"""Messages as Anthropic's API gives them, on Vertex and Bedrock too. Pure. Source: the `anthropic` package (2.11)."""

from collections.abc import Iterator
from typing import Final

from proxy.replies.said import Event, Members, Said

_USAGE: Final = {"input_tokens": 0, "output_tokens": 0}


def message(said: Said) -> Members:
    return _message(said, "end_turn") | {"content": [{"type": "text", "text": said.text}]}


def message_events(said: Said) -> Iterator[Event]:
    yield _event("message_start", message=_message(said, None))
    yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": said.text})
    yield _event("content_block_stop", index=0)
    yield _event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 0})
    yield _event("message_stop")


def _event(name: str, **members: object) -> Event:
    return name, {"type": name, **members}


def _message(said: Said, stop_reason: str | None) -> dict[str, object]:
    head = {"id": f"msg_{said.reference}", "type": "message", "role": "assistant", "model": said.model, "content": []}
    return head | {"stop_reason": stop_reason, "stop_sequence": None, "usage": _USAGE}

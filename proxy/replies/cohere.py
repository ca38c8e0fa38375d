"""Messages as Cohere's chat gives them, version 2. Pure. Source: the `cohere` package (7.3)."""

from collections.abc import Iterator
from typing import Final

from proxy.replies.said import Event, Members, Said

_TOKENS: Final = {"input_tokens": 0, "output_tokens": 0}
_USAGE: Final = {"billed_units": _TOKENS, "tokens": _TOKENS}


def chat(said: Said) -> Members:
    message = {"role": "assistant", "content": [{"type": "text", "text": said.text}]}
    return {"id": said.reference, "finish_reason": "COMPLETE", "message": message, "usage": _USAGE}


def chat_events(said: Said) -> Iterator[Event]:
    empty = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield _event("message-start", id=said.reference, delta={"message": empty})
    yield _event("content-start", index=0, delta={"message": {"content": {"type": "text", "text": ""}}})
    yield _event("content-delta", index=0, delta={"message": {"content": {"text": said.text}}})
    yield _event("content-end", index=0)
    yield _event("message-end", id=said.reference, delta={"finish_reason": "COMPLETE", "usage": _USAGE})


def _event(name: str, **members: object) -> Event:
    return name, {"type": name, **members}

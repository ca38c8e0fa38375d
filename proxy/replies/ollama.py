"""Messages as Ollama's own API gives them: chat and generate. Pure. Source: the `ollama` package (0.6)."""

from collections.abc import Iterator
from typing import Final

from proxy.replies.said import Event, Members, Said

_DONE: Final = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 0,
    "load_duration": 0,
    "prompt_eval_count": 0,
    "prompt_eval_duration": 0,
    "eval_count": 0,
    "eval_duration": 0,
}


def chat(said: Said) -> Members:
    return _head(said) | _spoken(said.text) | _DONE


def chat_events(said: Said) -> Iterator[Event]:
    yield "", _head(said) | _spoken(said.text) | {"done": False}
    yield "", _head(said) | _spoken("") | _DONE


def generated(said: Said) -> Members:
    return _head(said) | {"response": said.text} | _DONE


def generated_events(said: Said) -> Iterator[Event]:
    yield "", _head(said) | {"response": said.text, "done": False}
    yield "", _head(said) | {"response": ""} | _DONE


def _spoken(text: str) -> dict[str, object]:
    return {"message": {"role": "assistant", "content": text}}


def _head(said: Said) -> dict[str, object]:
    return {"model": said.model, "created_at": said.date}

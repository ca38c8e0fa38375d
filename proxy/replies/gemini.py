"""Messages as Gemini's API gives them, and in Code Assist's wrapper. Pure. Source: the `google-genai` package (3.4).

A stream's event has the form of a whole reply, so one event is the stream.
"""

from collections.abc import Iterator
from typing import Final

from proxy.replies.said import Event, Members, Said

_USAGE: Final = {"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}


def generated(said: Said) -> Members:
    content = {"role": "model", "parts": [{"text": said.text}]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return {
        "candidates": [candidate],
        "usageMetadata": _USAGE,
        "modelVersion": said.model,
        "responseId": said.reference,
    }


def generated_events(said: Said) -> Iterator[Event]:
    yield "", generated(said)


def assisted(said: Said) -> Members:
    return {"response": generated(said), "traceId": said.reference}


def assisted_events(said: Said) -> Iterator[Event]:
    yield "", assisted(said)

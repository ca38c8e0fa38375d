"""Request in, reply body out: which API is this, and what does that API send back, whole or as SSE events.

Only bytes are made here; when and whether they are sent is the server's part.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakevendor import anthropic_api, gemini_api, openai_api
from tests.fakevendor.step import Received, Step

Events = Iterable[bytes]
Streamer = Callable[[Step], Events]
Whole = Callable[[Step], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and body chunks. `length` is None when the body is streamed without a length."""

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[bytes, ...]
    length: int | None


_ROUTES: tuple[tuple[str, Whole, Streamer | None], ...] = (
    ("/v1/chat/completions", openai_api.chat, openai_api.chat_events),
    ("/v1/responses", openai_api.response, openai_api.response_events),
    ("/v1/completions", openai_api.completion, openai_api.completion_events),
    ("/v1/embeddings", openai_api.embedding, None),
    ("/v1/messages/count_tokens", anthropic_api.count, None),
    ("/v1/messages", anthropic_api.message, anthropic_api.message_events),
    (":generateContent", gemini_api.generated, None),
    (":streamGenerateContent", gemini_api.generated, gemini_api.generated_events),
    (":countTokens", gemini_api.count, None),
)


def reply_to(request: Received, step: Step) -> Reply:
    """The reply of the API that `request` speaks to, as `step` wants it."""
    if step.body is not None:
        return _whole(step.status, step.headers, step.body)
    for suffix, whole, events in _ROUTES:
        if request.path.endswith(suffix):
            if events is not None and request.streams and step.status == 200:
                headers = (("content-type", "text/event-stream"), *step.headers)
                return Reply(200, headers, tuple(events(_schema_bound(request, step))), None)
            return _json(step.status, step.headers, whole(_schema_bound(request, step)))
    return _aside(request, step)


def _schema_bound(request: Received, step: Step) -> Step:
    """Claude Code's side calls (session title) demand JSON of a schema, so they get some."""
    if b'"output_config"' not in request.body or b'"json_schema"' not in request.body:
        return step
    try:
        schema = request.json()["output_config"]["format"]["schema"]
    except (ValueError, KeyError, TypeError):
        return step
    filled = {name: _fill(kind) for name, kind in schema.get("properties", {}).items()}
    return Step(text=(json.dumps(filled),), headers=step.headers)


def _fill(kind: Mapping[str, Any]) -> Any:
    return {"string": "Lab talk", "boolean": False, "array": [], "object": {}}.get(kind.get("type", ""), 0)


def _aside(request: Received, step: Step) -> Reply:
    """Everything that isn't a prompt: telemetry is thanked, the rest does not exist here."""
    if request.method == "POST" and "event" in request.path:
        return _json(200, step.headers, {"accepted_count": 1, "rejected_count": 0})
    return _json(404, step.headers, {"type": "error", "error": {"type": "not_found_error", "message": "no route"}})


def _json(status: int, headers: tuple[tuple[str, str], ...], value: Mapping[str, Any]) -> Reply:
    return _whole(status, headers, json.dumps(value).encode())


def _whole(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> Reply:
    named = headers if any(name == "content-type" for name, _ in headers) else _typed(headers)
    return Reply(status, named, (body,), len(body))


def _typed(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return (("content-type", "application/json"), *headers)

"""Request in, reply body out: which API is this, and what does that API send back, whole or as SSE events.

Only bytes are made here; when and whether they are sent is the server's part.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakevendor import anthropic_api, bedrock_api, cohere_api, copilot_api, gemini_api, openai_api
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
    ("/chat/completions", openai_api.chat, openai_api.chat_events),
    ("/responses", openai_api.response, openai_api.response_events),
    ("/v1/completions", openai_api.completion, openai_api.completion_events),
    ("/v1/embeddings", openai_api.embedding, None),
    ("/v1/messages/count_tokens", anthropic_api.count, None),
    ("/v1/messages", anthropic_api.message, anthropic_api.message_events),
    (":generateContent", gemini_api.generated, None),
    (":streamGenerateContent", gemini_api.generated, gemini_api.generated_events),
    (":countTokens", gemini_api.count, None),
    ("/v2/chat", cohere_api.chat, cohere_api.chat_events),
    ("/converse", bedrock_api.converse, None),
    ("/converse-stream", bedrock_api.converse, bedrock_api.converse_events),
    ("/copilot_internal/user", copilot_api.user, None),
    ("/copilot_internal/v2/token", copilot_api.token, None),
    ("/models", copilot_api.models, None),
)

_SCHEMAS = (
    ("output_config", "format", "schema"),
    ("text", "format", "schema"),
    ("response_format", "json_schema", "schema"),
    ("generationConfig", "responseJsonSchema"),
    ("generationConfig", "responseSchema"),
)


def reply_to(request: Received, step: Step) -> Reply:
    """The reply of the API that `request` speaks to, as `step` wants it."""
    if step.body is not None:
        return _whole(step.status, step.headers, step.body)
    for suffix, whole, events in _ROUTES:
        if _is_at(request.path, suffix):
            if events is not None and request.streams and step.status == 200:
                headers = (("content-type", _stream_type(suffix)), *step.headers)
                return Reply(200, headers, tuple(events(_schema_bound(request, step))), None)
            return _json(step.status, step.headers, whole(_schema_bound(request, step)))
    return _aside(request, step)


def whole_reply(request: Received, step: Step) -> Mapping[str, Any] | None:
    """What the reply says, streamed or not; None when it is no reply of a model."""
    found = (whole for suffix, whole, _ in _ROUTES if _is_at(request.path, suffix))
    whole = next(found, None) if step.body is None and step.status == 200 else None
    return None if whole is None else whole(_schema_bound(request, step))


def _is_at(path: str, suffix: str) -> bool:
    """Whether a route ends so. Copilot's list of models stands at the root; others have lists of other shapes."""
    return path == suffix if suffix == "/models" else path.endswith(suffix)


def _stream_type(suffix: str) -> str:
    return bedrock_api.CONTENT_TYPE if suffix == "/converse-stream" else "text/event-stream"


def _schema_bound(request: Received, step: Step) -> Step:
    """Side calls of clients (a session's title, which model to ask) demand JSON of a schema, so they get some."""
    schema = _schema(request)
    if schema is None:
        return step
    filled = {name: _fill(kind) for name, kind in schema.get("properties", {}).items()}
    return Step(text=(json.dumps(filled),), headers=step.headers)


def _schema(request: Received) -> Mapping[str, Any] | None:
    """The JSON schema that the reply has to follow, wherever this API says so."""
    if b"chema" not in request.content:
        return None
    try:
        body = request.json()
    except ValueError:
        return None
    for path in _SCHEMAS:
        found: Any = body
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, dict):
            return found
    return None


def _fill(kind: Mapping[str, Any]) -> Any:
    if kind.get("enum"):
        return kind["enum"][0]
    values = {"string": "Lab talk", "boolean": False, "array": [], "object": {}}
    return values.get(str(kind.get("type", "")).lower(), kind.get("minimum", 1))


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

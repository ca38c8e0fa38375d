"""What a request says of the reply that its sender can take: in pieces or whole, free text or bound to a schema.

Pure. Reads the body and the headers, and judges nothing found in them. When in doubt a request counts as bound, and
its block is an error, which every client shows.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from proxy.client import client_of
from proxy.verdict import Request

Document = Mapping[str, object]

CODEX_PATH: Final = "/backend-api/codex/"

_FREE: Final = (None, "", "text", "text/plain")
"""What stands where a format could be bound, and binds none."""

_BINDING: Final = (
    ("response_format",),  # OpenAI's chat, Mistral, Cohere
    ("text", "format"),  # OpenAI's responses
    ("output_config", "format"),  # Anthropic
    ("output_format",),  # Anthropic, before that
    ("outputConfig", "textFormat"),  # Bedrock's converse
    ("format",),  # Ollama
    *(("generationConfig", name) for name in ("responseSchema", "responseJsonSchema", "responseMimeType")),  # Gemini
    *((name,) for name in ("guided_json", "guided_regex", "guided_choice", "guided_grammar")),  # vLLM
    *((name,) for name in ("structured_outputs", "json_schema", "grammar")),  # vLLM, llama.cpp
)
"""Where an API binds its reply to a form, in lowerCamelCase where both spellings are taken."""

_FORCING: Final = (
    ("tool_choice",),
    ("function_call",),
    ("toolConfig", "toolChoice"),  # Bedrock
    ("toolConfig", "functionCallingConfig"),  # Gemini
)
_FREE_CHOICES: Final = frozenset({"", "auto", "none", "validated", "mode_unspecified"})

_TOOLS: Final = (("tools",), ("functions",), ("toolConfig", "tools"))

_WITH_TOOLS: Final = frozenset(
    {"claude-code", "codex", "copilot", "gemini-cli", "opencode", "qwen-code", "vibe"},
)
"""Clients that were seen to offer tools in every main turn: what they send without is a title, a summary or the like,
and what they do with its answer is not for the user's eyes."""


def document_of(data: bytes) -> Document | None:
    """The object that a JSON body holds, or None."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def is_bound(document: Document) -> bool:
    """Whether the reply must be of a form that no message to the user has: JSON of a schema, or a tool's call."""
    return any(_binds(value) for value in _values(document, _BINDING)) or any(
        _forces(value) for value in _values(document, _FORCING)
    )


def is_side(request: Request, document: Document) -> bool:
    """Whether a client asks something on its own behalf: one that has tools in its main turns, and here has none."""
    return tool_of(request) in _WITH_TOOLS and not any(_values(document, _TOOLS))


def tool_of(request: Request) -> str:
    return client_of(request.header(b"user-agent") or "").tool


def is_codex(request: Request) -> bool:
    return request.target.startswith(CODEX_PATH) or tool_of(request) == "codex"


def wants_events(request: Request, document: Document | None) -> bool:
    """Whether a stream of events is asked for, by the body, or by the headers where that could not be read."""
    if document is not None:
        return document.get("stream") is True
    return "text/event-stream" in (request.header(b"accept") or "").lower()


def _binds(value: object) -> bool:
    return value.get("type") != "text" if isinstance(value, Mapping) else value not in _FREE


def _forces(value: object) -> bool:
    if isinstance(value, Mapping):
        kind = value.get("type", value.get("mode"))
        return bool(value) and (not isinstance(kind, str) or kind.lower() not in _FREE_CHOICES) and "auto" not in value
    return isinstance(value, str) and value.lower() not in _FREE_CHOICES


def _values(document: Document, paths: tuple[tuple[str, ...], ...]) -> Iterator[object]:
    """What stands at these paths, in the body or in what Code Assist wraps."""
    for root in (document, document.get("request")):
        for path in paths:
            value: object = root
            for name in path:
                value = _member(value, name)
            if value is not None:
                yield value


def _member(holder: object, name: str) -> object:
    if not isinstance(holder, Mapping):
        return None
    value = holder.get(name)
    return holder.get(_snake(name)) if value is None else value


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)

"""Requests that ask for an assistant's message, one for each API and way of streaming, and where the message is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proxy.formats import FORMATS, Format
from proxy.verdict import Request

REFERENCE = "tl-abcdefghjk"
CLAUDE = "anthropic.claude-sonnet-4-5-v1%3A0"
CHAT: Mapping[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
STREAM: Mapping[str, Any] = {"stream": True}
GEMINI: Mapping[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
SSE, JSON, LINES = "text/event-stream", "application/json", "application/x-ndjson"
AWS = "application/vnd.amazon.eventstream"


@dataclass(frozen=True)
class Asked:
    """A request to `format` at `target`, the media type of its reply, and the paths of the message in its documents."""

    format: str
    target: str
    body: Mapping[str, Any]
    media: str
    found_at: tuple[str, ...]

    @property
    def fmt(self) -> Format:
        return FORMATS[self.format]

    @property
    def name(self) -> str:
        return f"{self.format} {self.target} {self.media.rpartition('/')[2]}"

    def request(self, agent: str = "", **headers: str) -> Request:
        assert self.fmt.serves("POST", self.target.partition("?")[0])
        return request(self.target, self.body, agent, **headers)


def request(target: str, body: Any, agent: str = "", method: str = "POST", **headers: str) -> Request:
    named = {"content-type": "application/json", "user-agent": agent, **headers}
    encoded = tuple((name.encode(), value.encode()) for name, value in named.items())
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(method, "https", "vendor.example.com", 443, target, encoded, data, None, REFERENCE)


_PART = "candidates/0/content/parts/0/text"
_MESSAGES = "content/0/text"
_VERTEX = "/v1/projects/p/publishers/anthropic/models/c"
_DELTA = ("delta/text",)

ASKED = (
    Asked("openai.chat", "/v1/chat/completions", CHAT, JSON, ("choices/0/message/content",)),
    Asked("openai.chat", "/v1/chat/completions", {**CHAT, **STREAM}, SSE, ("choices/0/delta/content",)),
    Asked("openai.completions", "/v1/completions", {"prompt": "x"}, JSON, ("choices/0/text",)),
    Asked("openai.completions", "/v1/completions", {"prompt": "x", **STREAM}, SSE, ("choices/0/text",)),
    Asked("openai.responses", "/v1/responses", {"input": "x"}, JSON, ("output/0/content/0/text",)),
    Asked("openai.responses", "/v1/responses", {"input": "x", **STREAM}, SSE, ("delta",)),
    Asked("anthropic.messages", "/v1/messages?beta=true", CHAT, JSON, (_MESSAGES,)),
    Asked("anthropic.messages", "/v1/messages", {**CHAT, **STREAM}, SSE, _DELTA),
    Asked("anthropic.messages", f"{_VERTEX}:rawPredict", CHAT, JSON, (_MESSAGES,)),
    Asked("anthropic.messages", f"{_VERTEX}:streamRawPredict", {**CHAT, **STREAM}, SSE, _DELTA),
    Asked("anthropic.messages", f"/model/{CLAUDE}/invoke", CHAT, JSON, (_MESSAGES,)),
    Asked("anthropic.messages", f"/model/{CLAUDE}/invoke-with-response-stream", CHAT, AWS, _DELTA),
    Asked("gemini.generate", "/v1beta/models/g:generateContent", GEMINI, JSON, (_PART,)),
    Asked("gemini.generate", "/v1beta/models/g:streamGenerateContent?alt=sse", GEMINI, SSE, (_PART,)),
    Asked("gemini.generate", "/v1beta/models/g:streamGenerateContent", GEMINI, JSON, (_PART,)),
    Asked("gemini.code_assist", "/v1internal:generateContent", {"request": GEMINI}, JSON, (f"response/{_PART}",)),
    Asked(
        "gemini.code_assist",
        "/v1internal:streamGenerateContent?alt=sse",
        {"request": GEMINI},
        SSE,
        (f"response/{_PART}",),
    ),
    Asked("bedrock.converse", f"/model/{CLAUDE}/converse", CHAT, JSON, ("output/message/content/0/text",)),
    Asked("bedrock.converse", f"/model/{CLAUDE}/converse-stream", CHAT, AWS, _DELTA),
    Asked("cohere.chat", "/v2/chat", CHAT, JSON, ("message/content/0/text",)),
    Asked("cohere.chat", "/v2/chat", {**CHAT, **STREAM}, SSE, ("delta/message/content/text",)),
    Asked("ollama.chat", "/api/chat", {**CHAT, "stream": False}, JSON, ("message/content",)),
    Asked("ollama.chat", "/api/chat", CHAT, LINES, ("message/content",)),
    Asked("ollama.generate", "/api/generate", {"prompt": "x", "stream": False}, JSON, ("response",)),
    Asked("ollama.generate", "/api/generate", {"prompt": "x"}, LINES, ("response",)),
)


def at(document: Any, path: str) -> Any:
    """What stands at a path of names and indices, or None."""
    for step in path.split("/"):
        try:
            document = document[int(step) if isinstance(document, list) else step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return document

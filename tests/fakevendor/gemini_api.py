"""Gemini's reply bodies: generateContent, streamGenerateContent (SSE with CRLF, like the real one) ..."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakevendor.seal import seal
from tests.fakevendor.step import Step

_USAGE = {"promptTokenCount": 21, "candidatesTokenCount": 7, "totalTokenCount": 28}


def generated(step: Step) -> Mapping[str, Any]:
    return _candidate(_parts(step), "STOP") | {"usageMetadata": _USAGE}


def generated_events(step: Step) -> Iterator[bytes]:
    *first, last = [[part] for part in _parts(step)] if step.tool else [[{"text": p}] for p in step.text]
    for parts in first:
        yield _data(_candidate(parts, None))
    yield _data(_candidate(last, "STOP") | {"usageMetadata": _USAGE})


def count(_: Step) -> Mapping[str, Any]:
    return {"totalTokens": 21}


def _parts(step: Step) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": "".join(step.text)}]
    if step.tool:
        signed = {"thoughtSignature": seal(step.reasoning)} if step.reasoning else {}
        parts.append({"functionCall": {"name": step.tool.name, "args": dict(step.tool.arguments)}} | signed)
    return parts


def _candidate(parts: list[dict[str, Any]], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-fake", "responseId": "fake1"}


def _data(event: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\r\n\r\n"

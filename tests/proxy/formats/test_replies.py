"""Replies of formats whose framing tells what their events are: AWS event streams, and messages over WebSocket.

What comes as server-sent events or JSON is held by the recorded streams in tests/cases/streams.
"""

import json
import struct
from itertools import pairwise
from typing import Any

import pytest

from proxy.binary.eventstream import Message, encode
from proxy.formats import FORMATS
from proxy.restore import Restorer, message_restorer
from tests.proxy.restore.pairs import LEXICON, MAIL, NAME

FIRST, SECOND = NAME.surrogate[:4], NAME.surrogate[4:]
BEGIN, END = json.dumps({"to": MAIL.surrogate})[:12], json.dumps({"to": MAIL.surrogate})[12:]

EVENT_STREAMS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    (
        "bedrock.converse",
        [
            ("messageStart", {"role": "assistant"}),
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": FIRST}}),
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": SECOND}}),
            ("contentBlockStop", {"contentBlockIndex": 0}),
            ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": BEGIN}}}),
            ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": END}}}),
            ("contentBlockStop", {"contentBlockIndex": 1}),
            ("messageStop", {"stopReason": "tool_use"}),
        ],
    ),
    (
        "amazonq.conversation",
        [
            ("assistantResponseEvent", {"content": FIRST}),
            ("assistantResponseEvent", {"content": SECOND}),
            ("toolUseEvent", {"toolUseId": "t1", "name": "mail", "input": BEGIN}),
            ("toolUseEvent", {"toolUseId": "t1", "name": "mail", "input": END}),
            ("toolUseEvent", {"toolUseId": "t1", "name": "mail", "stop": True}),
        ],
    ),
]

MESSAGES: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "openai.realtime",
        [
            {"type": "response.output_text.delta", "response_id": "r", "output_index": 0, "delta": FIRST},
            {"type": "response.output_text.delta", "response_id": "r", "output_index": 0, "delta": SECOND},
            {"type": "response.function_call_arguments.delta", "response_id": "r", "output_index": 1, "delta": BEGIN},
            {"type": "response.function_call_arguments.delta", "response_id": "r", "output_index": 1, "delta": END},
            {"type": "response.done", "response": {"output": []}},
        ],
    ),
    (
        "openai.responses",
        [
            {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": FIRST},
            {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": SECOND},
            {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": BEGIN},
            {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": END},
            {"type": "response.completed", "response": {"output": []}},
        ],
    ),
    (
        "gemini.live",
        [
            {"serverContent": {"modelTurn": {"parts": [{"text": FIRST}]}}},
            {"serverContent": {"modelTurn": {"parts": [{"text": SECOND}]}}},
            {"toolCall": {"functionCalls": [{"name": "mail", "args": {"to": MAIL.surrogate}}]}},
            {"serverContent": {"turnComplete": True}},
        ],
    ),
]

NO_REPLIES = {"chatgpt.conversation"}
"""Its answers are patches to a document, which no channel can follow: pseudonyms stay in them."""


def test_every_format_with_a_conversation_tells_where_its_replies_are() -> None:
    assert {fmt.id for fmt in FORMATS.values() if fmt.conversation and not fmt.replies} == NO_REPLIES


def test_what_a_wrapper_says_is_restored_where_the_wrapped_api_is() -> None:
    paths = {channel.path for channel in FORMATS["zed.completions"].replies}
    for inner in ("anthropic.messages", "openai.chat", "gemini.generate"):
        assert {f"event.{channel.path}" for channel in FORMATS[inner].replies} <= paths


@pytest.mark.parametrize(("format_id", "events"), EVENT_STREAMS)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_event_streams_are_restored(format_id: str, events: list[tuple[str, dict[str, Any]]], step: int) -> None:
    body = b"".join(_event(name, payload) for name, payload in events)
    restorer = Restorer(FORMATS[format_id], LEXICON, "application/vnd.amazon.eventstream")
    cuts = [*range(0, len(body), step), len(body)]
    restored = b"".join(restorer.feed(body[start:end]) for start, end in pairwise(cuts)) + restorer.finish()
    _assert_restored(restored.decode("latin-1"), restorer.restored)


@pytest.mark.parametrize(("format_id", "messages"), MESSAGES)
def test_messages_over_websocket_are_restored(format_id: str, messages: list[dict[str, Any]]) -> None:
    assert "WEBSOCKET" in FORMATS[format_id].methods
    restorer = message_restorer(FORMATS[format_id], LEXICON)
    told = [text for message in messages for text in restorer.message(json.dumps(message))] + restorer.finish()
    assert len(told) == len(messages)
    _assert_restored("".join(told), restorer.restored)


def _assert_restored(text: str, count: int) -> None:
    assert count == 2
    assert NAME.value in text
    assert MAIL.value in text
    assert all(piece not in text for piece in (SECOND, MAIL.surrogate[:4]))


def _event(name: str, payload: dict[str, Any]) -> bytes:
    header = b"\x0b:event-type\x07" + struct.pack(">H", len(name)) + name.encode()
    return encode(Message(header, json.dumps(payload).encode()))

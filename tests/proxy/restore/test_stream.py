"""The law of it all: the pieces of a restored stream are its restored text, whatever the text and the pieces were."""

import base64
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.eventstream import EventStreamDecoder, Message
from proxy.formats import FORMATS, Writing
from proxy.restore import Restorer
from tests.fakevendor import anthropic_api, gemini_api, openai_api
from tests.fakevendor.step import Step, Tool
from tests.proxy.restore.amazon import chunked, message, recorded
from tests.proxy.restore.pairs import ELSEWHERE, LEXICON, restored
from tests.proxy.restore.test_lexicon import TEXTS

STREAMS = Path(__file__).parents[2] / "cases" / "streams"
CASES = STREAMS / "anthropic.messages"
Events = list[dict[str, Any]]


def _anthropic(events: Events) -> Iterator[tuple[str, str]]:
    for event in events:
        delta = event.get("delta", {})
        yield "text", delta.get("text", "")
        yield "arguments", delta.get("partial_json", "")


def _chat(events: Events) -> Iterator[tuple[str, str]]:
    for event in events:
        for choice in event["choices"]:
            yield "text", choice["delta"].get("content", "")
            for call in choice["delta"].get("tool_calls", ()):
                yield "arguments", call["function"]["arguments"]


def _responses(events: Events) -> Iterator[tuple[str, str]]:
    for event in events:
        if event["type"] == "response.output_text.delta":
            yield "text", event["delta"]
        elif event["type"] == "response.function_call_arguments.delta":
            yield "arguments", event["delta"]


def _gemini(events: Events) -> Iterator[tuple[str, str]]:
    for event in events:
        for part in event["candidates"][0]["content"]["parts"]:
            yield "text", part.get("text", "")


APIS: dict[str, tuple[Callable[[Step], Iterable[bytes]], Callable[[Events], Iterator[tuple[str, str]]]]] = {
    "anthropic.messages": (anthropic_api.message_events, _anthropic),
    "openai.chat": (openai_api.chat_events, _chat),
    "openai.responses": (openai_api.response_events, _responses),
    "gemini.generate": (gemini_api.generated_events, _gemini),
}


def _said(format_id: str, body: bytes) -> dict[str, str]:
    """What a stream says, by channel."""
    events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith(b"data: {")]
    said = {"text": "", "arguments": ""}
    for channel, piece in APIS[format_id][1](events):
        said[channel] += piece
    return said


def _restored(format_id: str, chunks: Iterable[bytes]) -> bytes:
    restorer = Restorer(FORMATS[format_id], LEXICON, "text/event-stream")
    passed = b"".join([restorer.feed(chunk) for chunk in chunks]) + restorer.finish()
    assert not restorer.gave_up
    return passed


@pytest.mark.parametrize("format_id", APIS)
@given(text=TEXTS, data=st.data())
def test_the_pieces_of_a_restored_stream_are_its_restored_text(format_id: str, text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = tuple(text[start:end] for start, end in itertools.pairwise([0, *cuts, len(text)]))
    body = b"".join(APIS[format_id][0](Step(text=pieces)))
    said = _said(format_id, _restored(format_id, [body]))
    assert said["text"] == restored([text])


@pytest.mark.parametrize("format_id", ["anthropic.messages", "openai.chat", "openai.responses"])
@given(text=TEXTS)
def test_the_pieces_of_restored_arguments_are_restored_json(format_id: str, text: str) -> None:
    arguments = {"text": text, "more": ["Tovina Kelder"]}
    body = b"".join(APIS[format_id][0](Step(tool=Tool("send", arguments))))
    said = _said(format_id, _restored(format_id, [body]))["arguments"]
    assert said == restored([json.dumps(arguments)], writing=Writing.JSON)
    assert json.loads(said)["more"] == ["Maria Lopez"]


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_events_that_bedrock_wraps_are_restored(size: int) -> None:
    body = chunked((CASES / "agent-turn.sse").read_bytes())
    restorer = Restorer(FORMATS["anthropic.messages"], LEXICON, "application/vnd.amazon.eventstream")
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    passed = b"".join([restorer.feed(chunk) for chunk in chunks]) + restorer.finish()
    before, after = EventStreamDecoder().feed(body), EventStreamDecoder().feed(passed)
    expected = EventStreamDecoder().feed(chunked((CASES / "agent-turn.out.sse").read_bytes()))
    assert [message.headers for message in after] == [message.headers for message in before]
    assert [_opened(message) for message in after] == [_opened(message) for message in expected]
    assert not restorer.gave_up


def _opened(message: Message) -> Any:
    return json.loads(base64.b64decode(json.loads(message.payload)["bytes"]))


def test_an_event_stream_without_a_match_passes_byte_for_byte() -> None:
    body = chunked((CASES / "agent-turn.sse").read_bytes())
    restorer = Restorer(FORMATS["anthropic.messages"], ELSEWHERE, "application/vnd.amazon.eventstream")
    assert restorer.feed(body) + restorer.finish() == body


@pytest.mark.parametrize("size", [1, 64, 1 << 20])
def test_events_named_by_their_headers_are_restored(size: int) -> None:
    body = recorded(STREAMS / "bedrock.converse" / "tool-turn.eventstream")
    restorer = Restorer(FORMATS["bedrock.converse"], LEXICON, "application/vnd.amazon.eventstream")
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    passed = b"".join([restorer.feed(chunk) for chunk in chunks]) + restorer.finish()
    assert passed == recorded(STREAMS / "bedrock.converse" / "tool-turn.out.eventstream")


def test_what_is_no_event_stream_passes_as_it_came() -> None:
    sound = message("chunk", b'{"bytes":"!!"}') + message("other", b"no json")
    broken = sound + b"\0" * 50 + sound
    for cut in (0, 10, len(sound), len(sound) + 5, len(broken)):
        restorer = Restorer(FORMATS["anthropic.messages"], LEXICON, "application/vnd.amazon.eventstream")
        assert restorer.feed(broken[:cut]) + restorer.feed(broken[cut:]) + restorer.finish() == broken
        assert restorer.gave_up

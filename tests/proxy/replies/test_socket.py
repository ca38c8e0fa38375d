"""The events that a client gets over its WebSocket in place of the vendor's answer."""

import json
from dataclasses import replace
from typing import Any

import pytest

from proxy.formats import FORMATS
from proxy.replies.answer import Answers
from proxy.replies.socket import is_final
from proxy.verdict import WEBSOCKET, Request

RESPONSES, REALTIME = FORMATS["openai.responses"], FORMATS["openai.realtime"]
TEXT = 'It holds: "AWS access key" (message 1) — naïve.'
TURN = {"type": "response.create", "model": "m", "input": [{"role": "user", "content": "hi"}]}


def request(target: str = "/v1/responses", **members: Any) -> Request:
    body = json.dumps(TURN | members).encode()
    return Request(WEBSOCKET, "https", "api.openai.com", 443, target, (), body, reference="tl-abc")


def events(reply: Any) -> list[dict[str, Any]]:
    assert (reply.headers, reply.body) == ((), b"")
    return [json.loads(frame) for frame in reply.frames]


def test_a_response_begins_and_fails_for_good() -> None:
    asked = request()
    created, failed = events(Answers().block(asked, RESPONSES, TEXT, asked.body, "gpt-fake"))
    assert (created["type"], failed["type"]) == ("response.created", "response.failed")
    assert created["response"]["id"] == failed["response"]["id"]
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": "invalid_prompt", "message": TEXT}


@pytest.mark.parametrize("status", [400, 413, 503])
def test_a_refusal_is_told_as_a_block_is_whatever_its_status(status: int) -> None:
    """A status that may pass would be sent again, six times."""
    _, failed = events(Answers(style="reply").refusal(request(), RESPONSES, TEXT, status))
    assert failed["response"]["error"]["code"] == "invalid_prompt"


def test_a_policy_may_want_an_assistants_message() -> None:
    asked = request()
    told = events(Answers(style="reply").block(asked, RESPONSES, TEXT, asked.body, "gpt-fake"))
    assert told[-1]["type"] == "response.completed"
    assert told[-1]["response"]["output"][0]["content"][0]["text"] == TEXT
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    bound = request(text={"format": {"type": "json_schema", "name": "title", "schema": {}}})
    assert events(Answers(style="reply").block(bound, RESPONSES, TEXT, bound.body, ""))[-1]["type"] == "response.failed"


@pytest.mark.parametrize(
    ("event_id", "found_at", "told"),
    [
        ("event_1", (), "event_1"),
        ("event_1", ("/input/0",), "event_1"),
        ("event_1", ("/event_id",), None),
        ("no id at all", (), None),
        ("x" * 65, (), None),
        (7, (), None),
        (None, (), None),
    ],
)
def test_a_realtime_error_names_the_event_it_is_about(event_id: Any, found_at: tuple[str, ...], told: Any) -> None:
    asked = request("/v1/realtime", event_id=event_id)
    (error,) = events(Answers().block(asked, REALTIME, TEXT, asked.body, "", found_at))
    assert error == {
        "type": "error",
        "event_id": "event_tl-abc",
        "error": {
            "type": "invalid_request_error",
            "code": "dlp_blocked",
            "message": TEXT,
            "param": None,
            "event_id": told,
        },
    }


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"openai.responses", "openai.realtime"}))
def test_an_answer_that_nobody_could_read_is_none(name: str) -> None:
    assert Answers(style="reply").block(request(), FORMATS[name], TEXT, b"{}", "").frames == ()


def test_a_message_that_is_no_json_is_answered_too() -> None:
    asked = replace(request(), body=b"not JSON")
    assert len(Answers(style="reply").block(asked, RESPONSES, TEXT, b"", "").frames) == 2


@pytest.mark.parametrize(
    ("message", "final"),
    [
        ('{"type":"response.completed","response":{}}', True),
        ('{"sequence_number": 7, "type" : "response.failed"}', True),
        ('{"event_id":"e","type":"response.done"}', True),
        (' {"type": "error", "error": {}}', True),
        ('{"type":"response.created"}', False),
        ('{"type":"response.output_item.done","item":{"type":"error"}}', False),
        ('{"type":"response.output_text.delta","delta":"\\"type\\":\\"response.completed\\""}', False),
        ("", False),
        ("not JSON", False),
    ],
)
def test_which_messages_end_an_answer(message: str, final: bool) -> None:
    assert is_final(message.encode()) is final

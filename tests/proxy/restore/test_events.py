"""A WebSocket's messages: the same texts, one message at a time."""

import json
from pathlib import Path

import pytest

from proxy.formats import FORMATS, GENERIC
from proxy.restore import MessageRestorer, Pair, message_restorer
from proxy.restore.stream import Stream
from tests.proxy.restore.pairs import PAIRS

CASES = Path(__file__).parents[2] / "cases" / "streams" / "openai.responses"


def _messages(path: Path) -> list[str]:
    return [line.removeprefix("data: ") for line in path.read_text().splitlines() if line.startswith("data: ")]


def _restorer() -> MessageRestorer:
    return message_restorer(FORMATS["openai.responses"], PAIRS)


def _delta(text: str) -> str:
    return json.dumps({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": text})


def test_messages_become_what_events_do() -> None:
    restorer = _restorer()
    sent = [text for message in _messages(CASES / "codex-turn.sse") for text in restorer.message(message)]
    assert [*sent, *restorer.finish()] == _messages(CASES / "codex-turn.out.sse")
    assert restorer.restored > 10


def test_a_message_waits_for_the_next_and_goes_before_it() -> None:
    restorer = _restorer()
    assert restorer.message(_delta("Hello, ")) == [_delta("Hello, ")]
    assert restorer.message(_delta("Tovina")) == []
    assert restorer.message(_delta(" Kelder, hi ")) == [_delta(""), _delta("Maria Lopez, hi ")]
    assert restorer.message(_delta("Tovina")) == []
    assert restorer.finish() == [_delta("Tovina")]


def test_what_the_client_sent_since_is_restored_in_the_next_reply() -> None:
    restorer = message_restorer(FORMATS["openai.responses"], [])
    completed = json.dumps({"type": "response.completed", "response": {}})
    assert restorer.message(_delta("Tovina Kelder.")) == [_delta("Tovina Kelder.")]
    assert restorer.message(completed) == [completed]
    restorer.renew([Pair("Tovina Kelder", "Maria Lopez")])
    assert restorer.message(_delta("Tovina Kelder.")) == [_delta("Maria Lopez.")]


@pytest.mark.parametrize(
    "text", ["", "no json", "[1]", "null", '{"type": 5}', '{"delta": "\\ud800"}', "\ud800", "{" * 5000]
)
def test_what_is_no_event_passes(text: str) -> None:
    assert _restorer().message(text) == [text]


def test_a_format_without_replies_passes_everything() -> None:
    restorer = message_restorer(GENERIC, PAIRS)
    assert restorer.message(_delta("Tovina")) == [_delta("Tovina")]
    assert restorer.finish() == []


def test_a_fault_of_ours_costs_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    restorer = _restorer()
    assert restorer.message(_delta("Tovina")) == []

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Stream, "_slots_of", fail)
    assert restorer.message(_delta(" Kelder")) == [_delta("Tovina"), _delta(" Kelder")]
    assert restorer.gave_up
    assert restorer.message("more") == ["more"]
    assert restorer.finish() == []

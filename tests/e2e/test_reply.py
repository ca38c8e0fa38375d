"""The style `reply`: a block is an assistant's message that real SDKs read, in the language set, once on record.

Each SDK is the package itself, over TLS, with its own retries on.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, GEMINI, anthropic_sdk, curl, openai_sdk
from tests.e2e.lab import ROOT, Tightlip
from tests.fakevendor import FakeVendor

if TYPE_CHECKING:
    from tests.e2e.conftest import Lab

pytestmark = pytest.mark.slow

POLICY = """\
id: speaking
description: Blocks, and says so in the assistant's place.
default: block
block_style: reply
"""
GERMAN = "Tightlip hat diese Anfrage angehalten"


@pytest.fixture(scope="module")
def speaking(lab: "Lab", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    policy = tmp_path_factory.mktemp("policy") / "speaking.yaml"
    policy.write_text(POLICY)
    with lab.tightlip("speaking", policy=str(policy), language="de") as tightlip:
        yield tightlip


def explain(tightlip: Tightlip, reference: str) -> str:
    command = [sys.executable, "-m", "proxy", "explain", reference, "--state-dir", str(tightlip.state)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def _turns(value: str) -> list[Any]:
    return [{"role": "user", "content": f"is {value} a good name?"}]


def _chat(tightlip: Tightlip, value: str) -> str:
    answer = openai_sdk(tightlip).chat.completions.create(model="gpt-5", messages=_turns(value))
    return answer.choices[0].message.content or ""


def _chat_stream(tightlip: Tightlip, value: str) -> str:
    stream = openai_sdk(tightlip).chat.completions.create(model="gpt-5", messages=_turns(value), stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream)


def _response(tightlip: Tightlip, value: str) -> str:
    return openai_sdk(tightlip).responses.create(model="gpt-5", input=value).output_text


def _response_stream(tightlip: Tightlip, value: str) -> str:
    with openai_sdk(tightlip).responses.stream(model="gpt-5", input=value) as stream:
        return stream.get_final_response().output_text


def _message(tightlip: Tightlip, value: str) -> str:
    answer = anthropic_sdk(tightlip).messages.create(model="c", max_tokens=9, messages=_turns(value))
    return "".join(block.text for block in answer.content if block.type == "text")


def _message_stream(tightlip: Tightlip, value: str) -> str:
    with anthropic_sdk(tightlip).messages.stream(model="c", max_tokens=9, messages=_turns(value)) as stream:
        return stream.get_final_text()


@pytest.mark.parametrize("ask", [_chat, _chat_stream, _response, _response_stream, _message, _message_stream])
def test_an_sdk_reads_the_block_as_what_the_assistant_says(speaking: Tightlip, vendor: FakeVendor, ask: Any) -> None:
    value, before = values.aws_key(), len(speaking.decisions())
    said = ask(speaking, value)
    assert said.startswith(GERMAN)
    assert value not in said
    (record,) = speaking.decisions()[before:]
    assert record["request"] in said
    assert speaking.outcome_of(record)["status"] == 200
    assert vendor.requests == []


def test_who_asks_for_json_of_a_schema_gets_the_error(speaking: Tightlip, vendor: FakeVendor) -> None:
    body = {"contents": [{"parts": [{"text": values.aws_key()}]}]}
    bound = {**body, "generationConfig": {"responseMimeType": "application/json"}}
    assert curl(speaking, GEMINI, json.dumps(body).encode()).status == 200
    answer = curl(speaking, GEMINI, json.dumps(bound).encode())
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["message"].startswith(GERMAN)
    assert vendor.requests == []


def test_the_session_goes_on_after_a_message(speaking: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    said = _chat(speaking, value)
    turns = [*_turns(value), {"role": "assistant", "content": said}, {"role": "user", "content": "two plus two?"}]
    openai_sdk(speaking).chat.completions.create(model="gpt-5", messages=turns)
    (request,) = vendor.prompts
    assert value.encode() not in request.body
    assert b"[AWS_ACCESS_KEY:" in request.body
    assert request.json()["messages"][1]["content"] == said


def test_the_same_block_again_is_one_event_and_can_be_explained(speaking: Tightlip, vendor: FakeVendor) -> None:
    value, before = values.aws_key(), len(speaking.decisions())
    repeats = speaking.metric("tightlip_repeated_blocks_total", vendor="openai")
    for text in (f"a title for: {value}", f"use {value}", f"use {value}"):
        assert curl(speaking, CHAT, values.chat(text)).status == 200
    first, second, third = speaking.decisions()[before:]
    assert "repeat_of" not in first
    assert second["repeat_of"] == third["repeat_of"] == first["request"]
    assert speaking.metric("tightlip_repeated_blocks_total", vendor="openai") == repeats + 2
    told = explain(speaking, first["request"])
    for part in ("blocked", "AWS access key in message 1", "by clause default", second["request"], third["request"]):
        assert part in told
    assert value not in told
    assert first["request"] in explain(speaking, second["request"])


def test_codex_is_told_by_a_response_that_fails(strict: Tightlip, vendor: FakeVendor) -> None:
    body = json.dumps({"model": "gpt-5", "input": values.aws_key(), "stream": True}).encode()
    url = "https://api.openai.com/v1/responses"
    answer = curl(strict, url, body, "-H", "user-agent: codex_cli_rs/0.169.0")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
    assert b"event: response.failed" in answer.body
    assert b'"code":"invalid_prompt"' in answer.body
    assert curl(strict, url, body, "-H", "user-agent: OpenAI/Python").status == 400
    assert vendor.requests == []


def test_a_language_that_is_wrong_stops_the_start(tmp_path: Path) -> None:
    words = tmp_path / "ours.yaml"
    words.write_text("text:\n  line: '{number.real}'\n")
    (tmp_path / "tightlip.yaml").write_text(json.dumps({"state_dir": "state", "language": "./ours.yaml"}))
    command = [sys.executable, "-m", "proxy", "run", "--config", str(tmp_path / "tightlip.yaml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert f"{words}:2: text.line: expected braces around names alone" in done.stderr

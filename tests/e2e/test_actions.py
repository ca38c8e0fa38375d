"""What policy may do besides cutting and blocking: mask, warn, take a justification; through a running proxy."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, Answer, anthropic_sdk, curl, openai_sdk
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor
from tests.socketclient import RESPONSES, SocketClient

if TYPE_CHECKING:
    from tests.e2e.conftest import Lab

pytestmark = pytest.mark.slow

POLICY = """\
version: 1
id: acting
description: One of each.
requests:
- id: no-claude
  description: No code of ours goes to this model.
  when: {vendor: [cohere]}
  action: justify
findings:
- {id: cards, when: {category: [pci]}, action: mask}
- {id: mail, when: {entity: [EMAIL_ADDRESS]}, action: warn, message: Addresses are personal data.}
- {id: keys, when: {category: [secret]}, action: justify}
default: redact
"""
WHY = "this access key was revoked weeks ago"
LINE = re.compile(rb"\[Tightlip: [^\]]*\]")


@pytest.fixture(scope="module")
def acting(lab: "Lab", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    policy = tmp_path_factory.mktemp("policy") / "acting.yaml"
    policy.write_text(POLICY)
    with lab.tightlip("acting", policy=str(policy)) as tightlip:
        yield tightlip


def code_in(said: bytes | str) -> str:
    text = said.decode() if isinstance(said, bytes) else said
    found = re.search(r"tightlip: allow ([A-Z0-9]{4}) because", text)
    assert found is not None
    return found[1]


def line(code: str) -> str:
    return f"tightlip: allow {code} because {WHY}"


def ask(tightlip: Tightlip, *texts: str, url: str = CHAT, **more: Any) -> Answer:
    messages = [{"role": "user", "content": text} for text in texts]
    return curl(tightlip, url, json.dumps({"model": "gpt-5", "max_tokens": 9, "messages": messages, **more}).encode())


def test_the_vendor_gets_the_end_of_a_card_number(acting: Tightlip, vendor: FakeVendor) -> None:
    value = values.card()
    assert ask(acting, f"charge {value} now").status == 200
    (request,) = vendor.prompts
    assert request.json()["messages"][0]["content"] == f"charge {'*' * 12}{value[-4:]} now"
    assert acting.decisions()[-1]["findings"][0]["action"] == "mask"


def test_a_reason_lets_the_blocked_content_through_once(acting: Tightlip, vendor: FakeVendor) -> None:
    value, first = values.aws_key(), f"use {values.aws_key()} and explain"
    blocked = ask(acting, first)
    assert blocked.status == 400
    code = code_in(blocked.body)
    assert ask(acting, first, line(code)).status == 200
    (request,) = vendor.prompts
    assert [turn["content"] for turn in request.json()["messages"]] == [first, "Go on."]
    record = acting.decisions()[-1]
    assert record["justification"] == {"code": code, "reason": WHY, "clause": "keys"}
    assert record["decision"] == "log"
    again = ask(acting, first.replace("explain", "tell"), line(code))
    assert again.status == 400
    assert ask(acting, f"use {value}", line(code)).status == 400
    page = acting.get("/metrics")[1]
    assert acting.metric("tightlip_justified_total", vendor="openai") >= 1
    assert "revoked" not in page + acting.log.read_text()


def test_a_request_that_a_clause_stops_is_justified_as_well(acting: Tightlip, vendor: FakeVendor) -> None:
    url = "https://api.cohere.com/v2/chat"
    blocked = ask(acting, "explain the ledger", url=url)
    assert (blocked.status, acting.decisions()[-1]["reason"]) == (400, "policy")
    assert b"No code of ours goes to this model." in blocked.body
    assert ask(acting, "explain the ledger", line(code_in(blocked.body)), url=url).status == 200
    assert b"tightlip" not in vendor.prompts[0].body
    assert ask(acting, "explain it all", url=url).status == 400


def test_codex_gives_its_reason_over_its_websocket(acting: Tightlip, vendor: FakeVendor) -> None:
    def turn(*texts: str) -> str:
        said = [{"role": "user", "content": [{"type": "input_text", "text": text}]} for text in texts]
        tools = [{"type": "function", "name": "shell"}]
        members = {"model": "gpt-fake", "input": said, "prompt_cache_key": "justified", "tools": tools}
        return json.dumps({"type": "response.create", **members})

    first = f"use {values.aws_key()}"
    with SocketClient(acting.listen, acting.ca, RESPONSES) as client:
        client.send(turn(first))
        client.receive()
        code = code_in(str(client.receive()))
        client.send(turn(first, line(code)))
        client.receive_until("response.completed")
    (message,) = vendor.messages
    assert [item["content"][0]["text"] for item in json.loads(message)["input"]] == [first, "Go on."]


def _openai(tightlip: Tightlip, turns: list[Any]) -> str:
    answer = openai_sdk(tightlip).chat.completions.create(model="gpt-5", messages=turns)
    return answer.choices[0].message.content or ""


def _openai_stream(tightlip: Tightlip, turns: list[Any]) -> str:
    stream = openai_sdk(tightlip).chat.completions.create(model="gpt-5", messages=turns, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def _responses_stream(tightlip: Tightlip, turns: list[Any]) -> str:
    with openai_sdk(tightlip).responses.stream(model="gpt-5", input=turns) as stream:
        pieces = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response().output_text
    assert pieces == final
    return final


def _messages(tightlip: Tightlip, turns: list[Any]) -> str:
    answer = anthropic_sdk(tightlip).messages.create(model="c", max_tokens=9, messages=turns)
    return "".join(block.text for block in answer.content if block.type == "text")


def _messages_stream(tightlip: Tightlip, turns: list[Any]) -> str:
    with anthropic_sdk(tightlip).messages.stream(model="c", max_tokens=9, messages=turns) as stream:
        return stream.get_final_text()


@pytest.mark.parametrize("speak", [_openai, _openai_stream, _responses_stream, _messages, _messages_stream])
def test_a_warning_is_read_once_and_kept_from_the_vendor(acting: Tightlip, vendor: FakeVendor, speak: Any) -> None:
    value = values.email()
    turns: list[Any] = [{"role": "user", "content": f"write to {value}"}]
    said = speak(acting, turns)
    assert LINE.match(said.encode())
    assert "Addresses are personal data." in said
    assert value not in said
    assert acting.decisions()[-1]["decision"] == "warn"
    for text in ("two plus two?", "three plus three?"):
        turns += [{"role": "assistant", "content": said}, {"role": "user", "content": text}]
        said = speak(acting, turns)
        assert not LINE.search(said.encode())
    assert len(vendor.prompts) == 3
    assert all(not LINE.search(request.body) for request in vendor.prompts)
    assert all(value.encode() in request.body for request in vendor.prompts)


def test_a_warning_is_in_a_header_even_where_no_line_may_stand(acting: Tightlip, vendor: FakeVendor) -> None:
    value = values.email()
    bound = ask(acting, f"write to {value}", response_format={"type": "json_object"})
    assert bound.headers["x-tightlip-warning"] == "mail"
    assert not LINE.search(bound.body)
    assert ask(acting, f"for {value}", url=MESSAGES).headers["x-tightlip-warning"] == "mail"
    assert acting.metric("tightlip_warned_total", vendor="openai") >= 1


def test_codex_is_warned_over_its_websocket(acting: Tightlip, vendor: FakeVendor) -> None:
    said = [{"role": "user", "content": [{"type": "input_text", "text": f"write to {values.email()}"}]}]
    members = {"model": "gpt-fake", "input": said, "prompt_cache_key": "warned", "tools": [{"type": "function"}]}
    with SocketClient(acting.listen, acting.ca, RESPONSES) as client:
        for is_first in (True, False):
            client.send(json.dumps({"type": "response.create", **members}))
            events = [json.loads(str(message)) for message in client.receive_until("response.completed")]
            pieces = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
            assert bool(LINE.match(pieces.encode())) is is_first
            done = [event["text"] for event in events if event["type"] == "response.output_text.done"]
            assert done == [pieces]
    assert len(vendor.messages) == 2

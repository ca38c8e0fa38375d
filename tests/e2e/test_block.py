"""The strict policy: nothing leaves, the user reads why in the client's own error, once, and can go on."""

import json
import re
from typing import Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, GEMINI, MESSAGES, VERSIONS, anthropic_sdk, curl, openai_sdk
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("url", "body", "said"),
    [
        (CHAT, values.chat, lambda error: error["error"]["message"]),
        (MESSAGES, values.message, lambda error: error["error"]["message"]),
        (
            GEMINI,
            lambda text: json.dumps({"contents": [{"parts": [{"text": text}]}]}).encode(),
            lambda error: error["error"]["message"],
        ),
    ],
)
def test_answer_is_the_vendors_own_400(strict, vendor, version, url, body, said) -> None:  # type: ignore[no-untyped-def]
    value = values.aws_key()
    before = vendor.bytes_received
    answer = curl(strict, url, body(f"my key is {value}"), version)
    assert answer.status == 400
    assert answer.headers["x-should-retry"] == "false"
    text = said(json.loads(answer.body))
    assert "AWS access key" in text
    assert "message 1" in text
    assert answer.headers["x-tightlip-reference"] in text
    assert value not in answer.body.decode()
    assert vendor.requests == []
    assert vendor.bytes_received == before


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("streaming", [False, True])
def test_openai_sdk_raises_once_with_the_reason(
    strict: Tightlip, vendor: FakeVendor, http2: bool, streaming: bool
) -> None:
    value, before = values.aws_key(), len(strict.decisions())
    turns: list[Any] = [{"role": "user", "content": "hello"}, {"role": "user", "content": f"line one\nuse {value}"}]
    import openai

    with pytest.raises(openai.BadRequestError) as raised:
        openai_sdk(strict, http2=http2).chat.completions.create(model="m", messages=turns, stream=streaming)
    _assert_told(str(raised.value), value, "message 2, line 2")
    assert len(strict.decisions()) == before + 1
    assert vendor.requests == []


@pytest.mark.parametrize("http2", [False, True])
def test_anthropic_sdk_raises_once_with_the_reason(strict: Tightlip, vendor: FakeVendor, http2: bool) -> None:
    value, before = values.card(), len(strict.decisions())
    result = [{"type": "tool_result", "tool_use_id": "toolu_1", "content": f"one\ntwo\ncard {value}"}]
    turns: list[Any] = [
        {"role": "user", "content": "read the file"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}}]},
        {"role": "user", "content": result},
    ]
    import anthropic

    with pytest.raises(anthropic.BadRequestError) as raised:
        anthropic_sdk(strict, http2=http2).messages.create(model="m", max_tokens=9, messages=turns)
    _assert_told(str(raised.value), value, "message 3, tool result, line 3")
    assert len(strict.decisions()) == before + 1
    assert vendor.requests == []


def _assert_told(text: str, value: str, where: str) -> None:
    assert where in text
    assert re.search(r"tightlip explain tl-[a-z0-9]{10}", text), text
    assert value not in text


def test_the_conversation_goes_on_with_the_value_cut_out(strict: Tightlip, vendor: FakeVendor) -> None:
    """Every client keeps the blocked message in its history and sends it along with the next."""
    value = values.aws_key()
    client = anthropic_sdk(strict)
    turns: list[Any] = [{"role": "user", "content": f"use {value}"}]
    import anthropic

    with pytest.raises(anthropic.BadRequestError):
        client.messages.create(model="m", max_tokens=9, messages=turns)
    turns += [{"role": "user", "content": "never mind, what is two plus two?"}]
    answer: Any = client.messages.create(model="m", max_tokens=9, messages=turns)
    assert answer.content[0].text == "All is well."
    assert value.encode() not in vendor.last.body
    assert b"[AWS_ACCESS_KEY:" in vendor.last.body
    assert b"two plus two" in vendor.last.body


def test_new_content_still_blocks_afterwards(strict: Tightlip, vendor: FakeVendor) -> None:
    first, second = values.aws_key(), values.aws_key()
    history: list[Any] = [{"role": "user", "content": f"use {first}"}]
    _send(strict, history)
    reply = [{"role": "assistant", "content": "no"}]
    assert _send(strict, [*history, *reply, {"role": "user", "content": "go on"}]) == 200
    assert _send(strict, [*history, *reply, {"role": "user", "content": f"or use {second}"}]) == 400
    assert _send(strict, [*history, *reply, {"role": "user", "content": "go on then"}]) == 200
    assert len(vendor.requests) == 2


def test_the_same_message_sent_again_is_blocked_again(strict: Tightlip, vendor: FakeVendor) -> None:
    turns: list[Any] = [{"role": "user", "content": f"use {values.aws_key()}"}]
    assert [_send(strict, turns) for _ in range(3)] == [400, 400, 400]
    assert vendor.requests == []


def _send(tightlip: Tightlip, turns: list[dict[str, str]]) -> int:
    return curl(tightlip, CHAT, json.dumps({"model": "m", "messages": turns}).encode()).status

"""Replies pass as they come: no chunk waits for the next, and what the vendor does is what the client sees."""

import hashlib
import json
import ssl
from typing import Any

import httpx2
import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, anthropic_sdk, curl, openai_sdk
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor, Step, Tool

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("redacted", [False, True])
def test_first_chunk_arrives_before_the_last_is_sent(
    balanced: Tightlip, vendor: FakeVendor, http2: bool, redacted: bool
) -> None:
    """The vendor waits at a gate that only the client's first chunk opens: buffering would never end."""
    vendor.script(Step(text=("one ", "two ", "three"), pause_after=1))
    content = f"use {values.aws_key()}" if redacted else "count"
    events = openai_sdk(balanced, http2=http2).chat.completions.create(
        model="m", messages=[{"role": "user", "content": content}], stream=True
    )
    texts = []
    for event in events:
        texts.append(event.choices[0].delta.content if event.choices else None)
        vendor.go_on()
    assert [text for text in texts if text] == ["one ", "two ", "three"]


def test_anthropic_tool_calls_stream_whole(balanced: Tightlip, vendor: FakeVendor) -> None:
    vendor.script(Step(tool=Tool("Read", {"file_path": "/srv/a.py", "limit": 3})))
    turns: list[Any] = [{"role": "user", "content": "read it"}]
    with anthropic_sdk(balanced).messages.stream(model="m", max_tokens=9, messages=turns) as stream:
        block = stream.get_final_message().content[-1]
    assert block.type == "tool_use"
    assert block.input == {"file_path": "/srv/a.py", "limit": 3}


def test_tokens_and_hash_of_a_stream_are_on_record(balanced: Tightlip, vendor: FakeVendor) -> None:
    answer = curl(balanced, MESSAGES, values.message("hi", stream=True), "--http1.1")
    outcome = balanced.outcome_of(balanced.decisions()[-1])
    assert outcome["response_sha256"] == hashlib.sha256(answer.body).hexdigest()
    assert outcome["response_bytes"] == len(answer.body)
    assert (outcome["output_tokens"], outcome["result"], outcome["status"]) == (7, "completed", 200)


def test_a_cut_stream_is_cut_for_the_client_too(balanced: Tightlip, vendor: FakeVendor) -> None:
    vendor.script(Step(cut_after=2))
    answer = curl(balanced, CHAT, values.chat("hi", stream=True), "--http1.1")
    assert answer.body.count(b"data: ") == 2
    assert answer.error


@pytest.mark.parametrize("status", [400, 401, 429, 500, 529])
def test_the_vendors_own_errors_pass_unchanged(balanced: Tightlip, vendor: FakeVendor, status: int) -> None:
    said = json.dumps({"error": {"message": "said by the vendor", "code": status}}).encode()
    vendor.script(Step(status=status, body=said, headers=(("x-request-id", "req_1"),)))
    answer = curl(balanced, CHAT, values.chat("hi"))
    assert (answer.status, answer.body, answer.headers["x-request-id"]) == (status, said, "req_1")


def test_a_vendor_that_hangs_up_is_not_asked_twice(balanced: Tightlip, vendor: FakeVendor) -> None:
    vendor.script(Step(no_reply=True))
    answer = curl(balanced, CHAT, values.chat("hi"), "--http1.1")
    assert answer.status == 502
    assert "error" in json.loads(answer.body)
    assert len(vendor.requests) == 1


def test_a_client_that_leaves_is_on_record(balanced: Tightlip, vendor: FakeVendor) -> None:
    vendor.script(Step(hang_after=1))
    context = ssl.create_default_context(cafile=str(balanced.ca))
    client = httpx2.Client(proxy=balanced.proxy_url, verify=context, trust_env=False)
    with client.stream("POST", CHAT, content=values.chat("hi", stream=True)) as answer:
        next(answer.iter_raw())
    client.close()
    assert balanced.outcome_of(balanced.decisions()[-1])["result"] == "connection_lost"

"""The default policy: the value is replaced on the wire by a stable placeholder, and nothing else changes."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from tests.e2e import values
from tests.e2e.clients import CHAT, GEMINI, MESSAGES, VERSIONS, anthropic_sdk, curl, openai_sdk
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

PLACEHOLDER = re.compile(rb"\[[A-Z][A-Z0-9_]*:[0-9a-f]{6}\]")


def _replaced(sent: bytes, value: str, received: bytes) -> bytes:
    """The placeholder, once it is shown that it is the only difference."""
    found = PLACEHOLDER.search(received)
    assert found, received[-400:]
    assert received == sent.replace(value.encode(), found[0])
    return found[0]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("url", "body"),
    [
        (CHAT, lambda text: values.chat("hello", text, "and now?")),
        (MESSAGES, values.message),
        (GEMINI, lambda text: b'{"contents":[{"role":"user","parts":[{"text":"%s"}]}]}' % text.encode()),
        ("https://api.openai.com/v1/not/known", lambda text: b'{"deep":[[{"x":"%s"}]]}' % text.encode()),
    ],
)
def test_only_the_value_is_replaced(balanced, vendor, url, body, version) -> None:  # type: ignore[no-untyped-def]
    value = values.aws_key()
    sent = body(f"deploy with {value} please")
    curl(balanced, url, sent, version)
    assert b"AWS_ACCESS_KEY" in _replaced(sent, value, vendor.last.body)


def test_the_same_value_gets_the_same_placeholder_in_every_turn(balanced: Tightlip, vendor: FakeVendor) -> None:
    value, other = values.aws_key(), values.aws_key()
    turns: list[Any] = [f"my key is {value}"]
    seen = set()
    for question in ("which region?", f"again: {value}", "thanks"):
        curl(balanced, CHAT, values.chat(*turns), "--http1.1")
        seen.add(_replaced(values.chat(*turns), value, vendor.last.body))
        turns.append(question)
    curl(balanced, MESSAGES, values.message(f"a different one: {other}"))
    assert len(seen) == 1
    assert _replaced(values.message(f"a different one: {other}"), other, vendor.last.body) not in seen


@pytest.mark.parametrize("make", [values.card, values.private_key, values.ssn])
def test_kinds_of_the_default_policy_are_replaced(
    balanced: Tightlip, vendor: FakeVendor, make: Callable[[], str]
) -> None:
    value = make()
    sent = values.chat(f"keep this: {value}")
    curl(balanced, CHAT, sent)
    assert json.dumps(value)[1:-1].encode() not in vendor.last.body
    assert PLACEHOLDER.search(vendor.last.body)


def test_contact_data_passes_and_is_on_record(balanced: Tightlip, vendor: FakeVendor) -> None:
    sent = values.chat("write to jane.doe" + "@" + "northwind-traders.com")
    curl(balanced, CHAT, sent)
    assert vendor.last.body == sent
    decision = balanced.decisions()[-1]
    assert decision["decision"] == "log"
    assert decision["findings"][0]["entity"] == "EMAIL_ADDRESS"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_encoded_body_is_replaced_inside(balanced: Tightlip, vendor: FakeVendor, encoding: str) -> None:
    value = values.aws_key()
    plain = values.chat(f"key {value}")
    sent = gzip.compress(plain) if encoding == "gzip" else zstandard.ZstdCompressor().compress(plain)
    curl(balanced, CHAT, sent, "-H", f"content-encoding: {encoding}")
    _replaced(plain, value, vendor.last.content)
    assert vendor.last.header("content-length") == str(len(vendor.last.body))


@pytest.mark.parametrize("http2", [False, True])
def test_sdks_see_nothing_of_it(balanced: Tightlip, vendor: FakeVendor, http2: bool) -> None:
    value = values.aws_key()
    turns: list[Any] = [{"role": "user", "content": f"use {value}"}]
    with anthropic_sdk(balanced, http2=http2).messages.stream(
        model="claude-fake", max_tokens=9, messages=turns
    ) as stream:
        assert stream.get_final_text() == "All is well."
    chat = openai_sdk(balanced, http2=http2).chat.completions
    assert chat.create(model="m", messages=turns).choices[0].message.content == "All is well."
    assert len(vendor.requests) == 2
    for request in vendor.requests:
        assert value.encode() not in request.body
        assert PLACEHOLDER.search(request.body)


def test_a_value_in_the_query_or_a_header_does_not_leave(balanced: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    curl(balanced, f"{CHAT}?note={value}", values.chat("hi"))
    curl(balanced, CHAT, values.chat("hi"), "-H", f"x-note: {value}")
    curl(balanced, f"https://api.openai.com/v1/files/{value}", None)
    assert all(value not in request.head.decode() for request in vendor.requests)
    assert all(value not in request.target for request in vendor.requests)

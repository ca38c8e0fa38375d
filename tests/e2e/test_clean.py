"""A prompt with nothing in it arrives as it was sent, to the byte, whatever client, HTTP version or encoding."""

import gzip
import json
from typing import Any

import pytest
import zstandard

from tests.e2e import values
from tests.e2e.clients import CHAT, EMBEDDINGS, GEMINI, MESSAGES, VERSIONS, anthropic_sdk, curl, openai_sdk
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

_ODD = (
    b'{ "model":"m" ,\t"messages":[{"role":"user","content":"caf\\u00e9 \xc3\xa9 \\ud83d\\ude00 \\/ "}],'
    b'"temperature":1.00e-0,"seed":12345678901234567890 , "stop":null}\n\n'
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("url", [CHAT, MESSAGES, GEMINI, EMBEDDINGS, "https://api.openai.com/v1/not/known"])
def test_body_arrives_byte_for_byte(balanced: Tightlip, vendor: FakeVendor, url: str, version: str) -> None:
    answer = curl(balanced, url, _ODD, version)
    assert vendor.last.body == _ODD
    assert vendor.last.protocol == {"--http1.1": "http/1.1", "--http2": "h2"}[version]
    assert answer.status == (404 if url.endswith("known") else 200)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("gzip", lambda data: gzip.compress(data[:20], 9) + gzip.compress(data[20:], 1)),
        ("zstd", lambda data: zstandard.ZstdCompressor(19).compress(data)),
    ],
)
def test_encoded_body_arrives_as_it_was_encoded(balanced, vendor, encoding, encode, version) -> None:  # type: ignore[no-untyped-def]
    sent = encode(values.chat("what is two plus two?"))
    curl(balanced, CHAT, sent, version, "-H", f"content-encoding: {encoding}")
    assert vendor.last.body == sent
    assert vendor.last.header("content-encoding") == encoding


def test_large_body_arrives_byte_for_byte(balanced: Tightlip, vendor: FakeVendor) -> None:
    sent = values.chat(*(f"line {number} of a long story " * 40 for number in range(1500)))
    curl(balanced, CHAT, sent, "--http2")
    assert len(sent) > 1_500_000
    assert vendor.last.body == sent


def test_headers_and_query_arrive(balanced: Tightlip, vendor: FakeVendor) -> None:
    curl(balanced, f"{CHAT}?beta=true&x=a%20b", _ODD, "-H", "authorization: Bearer sk-fake", "-H", "x-own: 1")
    assert vendor.last.target == "/v1/chat/completions?beta=true&x=a%20b"
    assert vendor.last.header("authorization") == "Bearer sk-fake"
    assert vendor.last.header("x-own") == "1"
    assert vendor.last.sni == "api.openai.com"


@pytest.mark.parametrize("http2", [False, True])
def test_openai_sdk_works_as_before(balanced: Tightlip, vendor: FakeVendor, http2: bool) -> None:
    client = openai_sdk(balanced, http2=http2)
    turns: list[Any] = [{"role": "user", "content": "what is two plus two?"}]
    whole: Any = client.chat.completions.create(model="gpt-5-fake", messages=turns)
    assert whole.choices[0].message.content == "All is well."
    events: Any = client.chat.completions.create(model="gpt-5-fake", messages=turns, stream=True)
    assert "".join(e.choices[0].delta.content or "" for e in events if e.choices) == "All is well."
    assert client.responses.create(model="gpt-5-fake", input="two plus two?").output_text == "All is well."
    assert client.embeddings.create(model="e", input="two").data[0].embedding == [0.125, -0.5, 0.25]
    assert {request.protocol for request in vendor.requests} == {"h2" if http2 else "http/1.1"}
    assert len(vendor.requests) == 4


@pytest.mark.parametrize("http2", [False, True])
def test_anthropic_sdk_works_as_before(balanced: Tightlip, vendor: FakeVendor, http2: bool) -> None:
    client = anthropic_sdk(balanced, http2=http2)
    turns: list[Any] = [{"role": "user", "content": "what is two plus two?"}]
    whole: Any = client.messages.create(model="claude-fake", max_tokens=9, messages=turns)
    assert whole.content[0].text == "All is well."
    with client.messages.stream(model="claude-fake", max_tokens=9, messages=turns) as stream:
        assert stream.get_final_text() == "All is well."
    counted = client.messages.count_tokens(model="claude-fake", messages=turns)
    assert counted.input_tokens == 21
    assert json.loads(vendor.requests[0].body)["messages"] == turns
    assert len(vendor.requests) == 3


def test_a_host_that_is_no_vendor_is_tunnelled_untouched(balanced: Tightlip, vendor: FakeVendor) -> None:
    """The client sees the host's own certificate, and what would be a finding elsewhere passes."""
    sent = values.chat(f"my key is {values.aws_key()}")
    decided = balanced.metric("tightlip_requests_total")
    answer = curl(balanced, "https://other.example/v1/chat/completions", sent, ca=str(vendor.authority.ca))
    assert answer.status == 200, answer.error
    assert vendor.last.body == sent
    assert balanced.metric("tightlip_requests_total") == decided

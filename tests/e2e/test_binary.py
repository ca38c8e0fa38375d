"""Connect, gRPC and signed requests on the wire: redacted within their frames, blocked as their protocol says it."""

import gzip
from pathlib import Path

import pytest

from proxy.binary.envelope import Wrapping, frames, unwrap
from proxy.body import Limits
from tests.e2e import values
from tests.e2e.clients import VERSIONS, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor
from tests.proxy.binary.message import Field, write
from tests.proxy.binary.test_envelope import frame

pytestmark = pytest.mark.slow

URL = "https://api.openai.com/some.v1.ChatService/Stream"


def chat(text: str) -> list[Field]:
    return [(1, [(1, text), (2, 1)]), (1, [(1, "and now?"), (2, 1)]), (5, "a-model")]


def headers(*lines: str) -> list[str]:
    return [part for line in lines for part in ("-H", line)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("media", ["application/connect+proto", "application/grpc", "application/grpc-web+proto"])
def test_a_value_is_cut_out_of_a_frame(balanced: Tightlip, vendor: FakeVendor, version: str, media: str) -> None:
    value = values.aws_key()
    clean = frame(gzip.compress(write(chat("hello")), mtime=7), 1)
    sent = clean + frame(gzip.compress(write(chat(f"deploy with {value} please"))), 1)
    coding = "connect-content-encoding" if "connect" in media else "grpc-encoding"
    curl(balanced, URL, sent, version, *headers(f"content-type: {media}", f"{coding}: gzip"))
    received = vendor.last.body
    assert received.startswith(clean)
    data = unwrap(received, Wrapping("gzip"), Limits())
    message = data[frames(data)[1].start :]
    mark = message.partition(b"deploy with ")[2].partition(b" please")[0].decode()
    assert mark.startswith("[AWS_ACCESS_KEY:")
    assert message == write(chat(f"deploy with {mark} please"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_block_is_told_in_the_headers_of_grpc(strict: Tightlip, vendor: FakeVendor, version: str) -> None:
    body = frame(write(chat(f"deploy with {values.aws_key()} please")))
    answer = curl(strict, URL, body, version, *headers("content-type: application/grpc"))
    assert (answer.status, answer.headers["grpc-status"], answer.body) == (200, "3", b"")
    assert "AWS access key" in answer.headers["grpc-message"]
    assert vendor.requests == []


def test_a_block_ends_a_connect_stream(strict: Tightlip, vendor: FakeVendor) -> None:
    body = frame(write(chat(f"deploy with {values.aws_key()} please")))
    answer = curl(strict, URL, body, *headers("content-type: application/connect+proto"))
    assert (answer.status, answer.body[0]) == (200, 2)
    assert b"AWS access key" in answer.body
    assert vendor.requests == []


def test_the_operators_key_is_no_business_of_the_workers(lab: Lab) -> None:
    tightlip = lab.tightlip("keys", aws_signing={"source": "environment"})
    tightlip.environment = {"AWS_SECRET_ACCESS_KEY": "canary"}
    with tightlip:
        assert b"canary" in _environment(tightlip.pid)
        assert tightlip.children()
        assert not any(b"canary" in _environment(pid) for pid in tightlip.children())
        assert "canary" not in tightlip.traces()


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()

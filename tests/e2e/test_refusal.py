"""What must not pass unread does not pass: names that disagree, private targets, upgrades, trailers, bombs, noise."""

import gzip
import json
import ssl

import brotli
import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, VERSIONS, Tunnel, curl, post
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

_OPENAI = "api.openai.com:443"
_MIB = 1024 * 1024
_HEAD = b"POST /v1/responses HTTP/1.1\r\nHost: api.openai.com\r\n"


def _reason(answer: bytes | str) -> str:
    """The closed code at the end of the message for a refusal, as the OpenAI shape carries it."""
    message = json.loads(answer)["error"]["message"]
    return str(message.rpartition("(")[2].rstrip(")."))


@pytest.mark.parametrize(
    "target",
    ["127.0.0.1:443", "10.1.2.3:443", "169.254.169.254:80", "[::1]:443", "[::ffff:127.0.0.1]:443", "localhost:443"],
)
def test_private_targets_are_refused(balanced: Tightlip, target: str) -> None:
    with Tunnel(balanced, target) as tunnel:
        assert tunnel.answer.startswith(b"HTTP/1.1 403")
        assert b"private_target" in tunnel.answer


@pytest.mark.parametrize("target", ["api.openai.com:22", "api.openai.com:8443", "example.org:25"])
def test_other_ports_are_refused(balanced: Tightlip, target: str) -> None:
    with Tunnel(balanced, target) as tunnel:
        assert tunnel.answer.startswith(b"HTTP/1.1 403")
        assert b"port_not_allowed" in tunnel.answer


def test_tls_name_must_be_the_one_asked_for(balanced: Tightlip, vendor: FakeVendor) -> None:
    for target, name in [
        (_OPENAI, "other.example"),
        (_OPENAI, "api.anthropic.com"),
        ("other.example:443", "api.openai.com"),
    ]:
        with Tunnel(balanced, target) as tunnel, pytest.raises((ssl.SSLError, OSError)):
            tunnel.start_tls(name)
    assert vendor.requests == []


def test_host_header_must_be_the_one_asked_for(balanced: Tightlip, vendor: FakeVendor) -> None:
    with Tunnel(balanced, _OPENAI) as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(post("api.anthropic.com", "/v1/chat/completions", values.chat("hi")))
        answer = tunnel.receive_all()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"host_mismatch" in answer
    assert vendor.requests == []


@pytest.mark.parametrize(
    ("lines", "status", "reason"),
    [
        (
            ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"],
            426,
            "websocket",
        ),
        (["Connection: Upgrade", "Upgrade: tightlip/1"], 426, "upgrade"),
        (["TE: trailers"], 400, "trailers"),
        (["Trailer: x-note"], 400, "trailers"),
    ],
)
def test_features_that_leave_http_are_refused(
    balanced: Tightlip, vendor: FakeVendor, lines: list[str], status: int, reason: str
) -> None:
    with Tunnel(balanced, _OPENAI) as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(post("api.openai.com", "/v1/responses", b"{}", *lines))
        answer = tunnel.receive_all()
    assert answer.startswith(b"HTTP/1.1 %d" % status), answer[:300]
    assert _reason(answer.partition(b"\r\n\r\n")[2]) == reason
    assert vendor.requests == []


def test_trailers_that_were_not_announced_go_nowhere(balanced: Tightlip, vendor: FakeVendor) -> None:
    chunked = b"2\r\n{}\r\n0\r\nX-Note: " + values.aws_key().encode() + b"\r\n\r\n"
    with Tunnel(balanced, _OPENAI) as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(post("api.openai.com", "/v1/responses", chunked, "Transfer-Encoding: chunked"))
        tunnel.receive_all(patience_seconds=2)
    assert vendor.requests == []
    assert curl(balanced, CHAT, values.chat("still served")).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02 not HTTP at all \xff" * 20,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 64,
        _HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    ],
    ids=["noise", "h2 in an http/1.1 connection", "two lengths"],
)
def test_bytes_that_are_not_plain_http_go_nowhere(balanced: Tightlip, vendor: FakeVendor, sent: bytes) -> None:
    with Tunnel(balanced, _OPENAI) as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(sent)
        tunnel.receive_all(patience_seconds=2)
    assert vendor.requests == []
    assert curl(balanced, CHAT, values.chat("still served")).status == 200


_NOTHING = b'{"model":"m"}'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("body", "encoding", "status", "reason"),
    [
        (_NOTHING, "rot13", 415, "unsupported_encoding"),
        (_NOTHING, "gzip", 415, "corrupt_encoding"),
        (gzip.compress(_NOTHING)[:-3], "gzip", 415, "corrupt_encoding"),
        (gzip.compress(_NOTHING) + b"tail", "gzip", 415, "corrupt_encoding"),
        (lambda: gzip.compress(bytes(200 * _MIB), 9), "gzip", 413, None),
        (lambda: brotli.compress(bytes(200 * _MIB), quality=1), "br", 413, None),
        (b'{"a":1,"a":2}', "identity", 400, "duplicate_key"),
        (b"[" * 100_000 + b"]" * 100_000, "identity", 400, "too_deep"),
        (b'{"a":NaN}', "identity", 400, "bad_json"),
        (b'{"a":"\xff\xfe"}', "identity", 400, None),
        (bytes(range(256)) * 8, "identity", 400, "bad_json"),
    ],
    ids=[
        "unknown encoding", "lying encoding", "cut", "tail", "gzip bomb", "brotli bomb",
        "duplicate key", "depth", "NaN", "bad UTF-8", "binary as JSON",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(balanced, vendor, version, body, encoding, status, reason) -> None:  # type: ignore[no-untyped-def]
    body = body() if callable(body) else body  # bombs are made when they are wanted
    answer = curl(balanced, CHAT, body, version, "-H", f"content-encoding: {encoding}")
    assert answer.status == status, (answer.body, answer.error)
    assert answer.headers["x-should-retry"] == "false"
    assert reason in (None, _reason(answer.body))
    assert vendor.requests == []


def test_binary_content_is_refused(balanced: Tightlip, vendor: FakeVendor) -> None:
    answer = curl(balanced, CHAT, bytes(range(256)) * 8, "-H", "content-type: application/octet-stream")
    assert (answer.status, _reason(answer.body)) == (400, "binary")
    assert vendor.requests == []


def test_a_value_in_a_folded_header_does_not_leave(balanced: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    with Tunnel(balanced, _OPENAI) as tunnel:
        tunnel.start_tls("api.openai.com")
        tunnel.send(_HEAD + b"X-A: 1\r\n %s\r\nContent-Length: 2\r\n\r\n{}" % value.encode())
        tunnel.receive_all(patience_seconds=2)
    assert all(value.encode() not in request.head for request in vendor.requests)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_body_over_the_limit_is_refused(balanced: Tightlip, vendor: FakeVendor, version: str) -> None:
    answer = curl(balanced, CHAT, b'{"a":"' + b"x" * 40 * _MIB + b'"}', version)
    assert answer.status == 413, answer.error
    assert vendor.requests == []
    assert curl(balanced, CHAT, values.chat("still served"), version).status == 200


def test_plain_http_to_a_vendor_is_read_too(balanced: Tightlip, vendor: FakeVendor) -> None:
    value = values.aws_key()
    answer = curl(balanced, "http://api.openai.com/v1/chat/completions", values.chat(f"key {value}"))
    assert answer.status == 200, answer.body
    assert value.encode() not in vendor.last.body


def test_other_hosts_can_be_refused(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    with lab.tightlip("closed", other_hosts="refuse") as closed:
        answer = curl(closed, "https://other.example/", None, ca=str(vendor.authority.ca))
        assert answer.status in (0, 400)
        assert vendor.requests == []
        assert curl(closed, CHAT, values.chat("hi")).status == 200

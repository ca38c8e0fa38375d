"""Answers in the vendors' own error shapes."""

import json
import struct

import pytest

from proxy.formats import ErrorShape
from proxy.respond import blocked, fault_body

MESSAGE = 'It holds: "AWS access key" (message 3) \u2014 na\u00efve.'
REFERENCE = "tl-abcdefghjk"

BODIES = [
    (
        ErrorShape.OPENAI,
        {"error": {"message": MESSAGE, "type": "invalid_request_error", "param": None, "code": "dlp_blocked"}},
    ),
    (
        ErrorShape.ANTHROPIC,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": MESSAGE},
            "request_id": f"req_{REFERENCE}",
        },
    ),
    (ErrorShape.GEMINI, {"error": {"code": 400, "message": MESSAGE, "status": "INVALID_ARGUMENT"}}),
    (ErrorShape.BEDROCK, {"message": MESSAGE}),
    (ErrorShape.COHERE, {"id": REFERENCE, "message": MESSAGE}),
    (ErrorShape.CONNECT, {"code": "invalid_argument", "message": MESSAGE}),
    (ErrorShape.PLAIN, {"error": MESSAGE, "message": MESSAGE, "reference": REFERENCE}),
]
STREAMS = (ErrorShape.CONNECT_STREAM, ErrorShape.GRPC)
STATUSES = [400, 401, 403, 407, 413, 415, 426, 502, 503]


@pytest.mark.parametrize(("shape", "expected"), BODIES)
def test_the_body_is_the_vendors(shape: ErrorShape, expected: object) -> None:
    reply = blocked(shape, MESSAGE, REFERENCE)
    assert reply.status == 400
    assert json.loads(reply.body) == expected


def test_a_connect_stream_ends_with_an_error_frame() -> None:
    reply = blocked(ErrorShape.CONNECT_STREAM, MESSAGE, REFERENCE)
    flags, length = struct.unpack(">BI", reply.body[:5])
    assert (reply.status, flags, length) == (200, 2, len(reply.body) - 5)
    assert json.loads(reply.body[5:]) == {"error": {"code": "invalid_argument", "message": MESSAGE}}
    assert dict(reply.headers)[b"content-type"] == b"application/connect+proto"


@pytest.mark.parametrize(("status", "code"), [(400, b"3"), (407, b"16"), (403, b"7"), (413, b"8"), (503, b"14")])
def test_a_grpc_call_ends_with_its_headers(status: int, code: bytes) -> None:
    reply = blocked(ErrorShape.GRPC, "100% \u2014 na\u00efve\n", REFERENCE, status)
    headers = dict(reply.headers)
    assert (reply.status, reply.body, headers[b"grpc-status"]) == (200, b"", code)
    assert headers[b"content-type"] == b"application/grpc"
    assert headers[b"grpc-message"] == b"100%25 %E2%80%94 na%C3%AFve%0A"


@pytest.mark.parametrize(
    ("content_type", "media", "form"),
    [
        ("application/grpc", b"application/grpc", "grpc"),
        ("Application/gRPC+proto; x=1", b"application/grpc+proto", "grpc"),
        ("application/grpc-web-text", b"application/grpc-web-text", "grpc"),
        ("application/connect+json", b"application/connect+json", "connect"),
        ("application/connect+proto", b"application/connect+proto", "connect"),
        ("application/proto", b"application/json", "plain"),
        ("application/grpcsomething", b"application/json", "plain"),
        ("", b"application/json", "plain"),
        (None, b"application/json", "plain"),
    ],
)
def test_an_rpc_stream_is_answered_in_its_protocol(content_type: str | None, media: bytes, form: str) -> None:
    reply = blocked(ErrorShape.GEMINI, MESSAGE, REFERENCE, content_type=content_type)
    assert dict(reply.headers)[b"content-type"] == media
    assert (b"grpc-status" in dict(reply.headers)) is (form == "grpc")
    assert (reply.status == 400) is (form == "plain")
    assert reply.body.startswith(b"\2") is (form == "connect")


@pytest.mark.parametrize("shape", ErrorShape)
@pytest.mark.parametrize("status", STATUSES)
def test_every_answer_says_what_clients_need(shape: ErrorShape, status: int) -> None:
    reply = blocked(shape, MESSAGE, REFERENCE, status)
    headers = dict(reply.headers)
    assert len(headers) == len(reply.headers)
    assert all(name == name.lower() for name in headers)
    assert headers[b"content-length"] == str(len(reply.body)).encode()
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-tightlip-reference"] == REFERENCE.encode()
    assert (b"retry-after" in headers) is (status == 503)
    assert headers.get(b"x-should-retry") == (None if status == 503 else b"false")
    assert (b"proxy-authenticate" in headers) is (status == 407)
    assert reply.status == (200 if shape in STREAMS else status)
    assert shape is ErrorShape.GRPC or json.loads(reply.body[5:] if reply.status == 200 else reply.body)


@pytest.mark.parametrize(
    ("shape", "status", "path", "expected"),
    [
        (ErrorShape.OPENAI, 503, ("error", "type"), "server_error"),
        (ErrorShape.OPENAI, 413, ("error", "type"), "invalid_request_error"),
        (ErrorShape.ANTHROPIC, 413, ("error", "type"), "request_too_large"),
        (ErrorShape.ANTHROPIC, 415, ("error", "type"), "invalid_request_error"),
        (ErrorShape.ANTHROPIC, 503, ("error", "type"), "api_error"),
        (ErrorShape.GEMINI, 413, ("error", "status"), "INVALID_ARGUMENT"),
        (ErrorShape.GEMINI, 503, ("error", "status"), "UNAVAILABLE"),
        (ErrorShape.GEMINI, 503, ("error", "code"), 503),
        (ErrorShape.CONNECT, 413, ("code",), "resource_exhausted"),
        (ErrorShape.CONNECT, 503, ("code",), "unavailable"),
    ],
)
def test_other_statuses_have_the_vendors_name(
    shape: ErrorShape, status: int, path: tuple[str, ...], expected: object
) -> None:
    value = json.loads(blocked(shape, MESSAGE, REFERENCE, status).body)
    for name in path:
        value = value[name]
    assert value == expected


@pytest.mark.parametrize(("status", "kind"), [(400, b"ValidationException"), (503, b"ServiceUnavailableException")])
def test_bedrock_names_its_error_in_a_header(status: int, kind: bytes) -> None:
    assert dict(blocked(ErrorShape.BEDROCK, MESSAGE, REFERENCE, status).headers)[b"x-amzn-errortype"] == kind


def test_a_lone_surrogate_in_a_message_does_not_break_the_answer() -> None:
    reply = blocked(ErrorShape.OPENAI, "\ud800", REFERENCE)
    assert json.loads(reply.body)["error"]["message"] == "?"
    assert dict(blocked(ErrorShape.GRPC, "\ud800", REFERENCE).headers)[b"grpc-message"] == b"?"


@pytest.mark.parametrize("status", [400, 502])
def test_a_fault_body_never_tells_the_detail(status: int) -> None:
    body = fault_body(status, "Bad HTTP request line: b'GET /canary-value'")
    assert b"canary" not in body
    assert json.loads(body)["status"] == status

"""AWS signatures: seen wherever they are, and made anew as AWS's own library makes them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from proxy.signing import Credentials, can_resign, is_signed, resign
from proxy.verdict import Headers, Request

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "signing" / "botocore.json").read_text(encoding="utf-8")
)
"""Requests as botocore 1.44 sends them, signed with the credentials and at the time below."""

SECRET = "tests-only-" * 4
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SCOPE = "20261121/us-east-1/bedrock/aws4_request"
LINE = f"AWS4-HMAC-SHA256 Credential=AKIDOTHER/{SCOPE}, SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
SIGNED: Headers = ((b"Authorization", LINE.encode()), (b"x-amz-date", b"20261121T000000Z"))
HASH = b"x-amz-content-sha256"


def make(target: str = "/", headers: Headers = (), body: bytes = b"{}") -> Request:
    return Request("POST", "https", "bedrock-runtime.us-east-1.amazonaws.com", 443, target, headers, body)


def vector(case: dict[str, Any]) -> Request:
    url = urlsplit(case["url"])
    target = url.path + (f"?{url.query}" if url.query else "")
    headers = tuple((name.encode(), value.encode()) for name, value in case["headers"])
    return Request(case["method"], "https", url.netloc, 443, target, headers, case["body"].encode())


def spoilt(request: Request) -> Request:
    """The request as another client signed it, on another day and for another body."""
    line = request.header(b"authorization") or ""
    line = line.replace("AKIDEXAMPLE/20261121", "AKIDOTHER/20250101")
    other = {
        b"authorization": line[:-64].encode() + b"0" * 64,
        b"x-amz-date": b"20250101T000000Z",
        b"x-amz-security-token": b"another",
        b"content-length": b"12345",
    }
    return replace(request, headers=tuple((name, other.get(name.lower(), value)) for name, value in request.headers))


@pytest.mark.parametrize("case", VECTORS, ids=[f"{n} {case['method']}" for n, case in enumerate(VECTORS)])
def test_signatures_are_those_of_awss_own_library(case: dict[str, Any]) -> None:
    request = vector(case)
    headers = resign(spoilt(request), Credentials("AKIDEXAMPLE", SECRET, case["token"]), NOW)
    assert _named(headers) == _named(request.headers)


def _named(headers: Headers) -> dict[bytes, bytes]:
    assert len({name.lower() for name, _ in headers}) == len(headers)
    return {name.lower(): value for name, value in headers}


def test_the_documentations_example() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG" + "+bPxRfiCY" + "EXAMPLEKEY"
    line = LINE.replace("SignedHeaders=host;", "SignedHeaders=content-type;host;").replace(
        "us-east-1/bedrock", "us-east-1/iam"
    )
    media = b"application/x-www-form-urlencoded; charset=utf-8"
    headers = ((b"authorization", line.encode()), (b"x-amz-date", b"-"), (b"content-type", media))
    request = Request("GET", "https", "iam.amazonaws.com", 443, "/?Action=ListUsers&Version=2010-05-08", headers, b"")
    at = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    signed = dict(resign(request, Credentials("AKIDEXAMPLE", secret), at))
    assert signed[b"authorization"].endswith(b"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    assert b"Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request" in signed[b"authorization"]


def test_a_token_comes_and_goes_with_its_key() -> None:
    request = make(headers=(*SIGNED, (b"X-Amz-Security-Token", b"old"), (b"content-length", b"9"), (HASH, b"0" * 64)))
    without = dict(resign(request, Credentials("AKIDNEW", SECRET), NOW))
    assert b"X-Amz-Security-Token" not in without
    assert (without[b"content-length"], without[HASH] != b"0" * 64) == (b"2", True)
    with_token = dict(resign(request, Credentials("AKIDNEW", SECRET, "new"), NOW))
    assert with_token[b"x-amz-security-token"] == b"new"
    assert b"SignedHeaders=host;x-amz-date;x-amz-security-token," in with_token[b"Authorization"]


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/", ()),
        ("/", (SIGNED[0],)),
        ("/", (*SIGNED, SIGNED[0])),
        ("/", (*SIGNED, SIGNED[1])),
        ("/", (*SIGNED, (HASH, b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))),
        ("/", (*SIGNED, (HASH, b"STREAMING-AWS4-HMAC-SHA256-EVENTS"))),
        ("/", (*SIGNED, (HASH, b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"))),
        ("/", (*SIGNED, (HASH, b"0" * 64), (HASH, b"1" * 64))),
        ("/?X-Amz-Signature=0", SIGNED),
        ("/a//b", SIGNED),
        ("/a/../b", SIGNED),
        ("/", ((b"authorization", LINE.replace("HMAC", "ECDSA-P256").encode()), SIGNED[1])),
        ("/", ((b"authorization", LINE.replace("host;", "").encode()), SIGNED[1])),
        ("/", ((b"authorization", LINE.replace(";x-amz-date", "").encode()), SIGNED[1])),
        ("/", ((b"authorization", LINE.replace("us-east-1", "us east").encode()), SIGNED[1])),
        ("/", ((b"authorization", LINE[:-1].encode()), SIGNED[1])),
    ],
)
def test_other_signatures_are_not_made_anew(target: str, headers: Headers) -> None:
    request = make(target, headers)
    assert not can_resign(request, "bedrock")
    with pytest.raises(ValueError, match="none that can be made anew"):
        resign(request, Credentials("AKIDNEW", SECRET), NOW)


@pytest.mark.parametrize(
    ("vendor", "expected"), [("bedrock", True), ("amazon-q", True), ("openai", False), ("other", False)]
)
def test_only_for_vendors_that_sign(vendor: str, expected: bool) -> None:
    assert can_resign(make(headers=SIGNED), vendor) is expected


def test_credentials_show_nothing() -> None:
    assert repr(Credentials("AKIDNEW", SECRET, "token")) == "Credentials()"


@pytest.mark.parametrize(
    ("target", "headers", "signed"),
    [
        ("/", (), False),
        ("/", ((b"Authorization", b"Bearer AWS4-"),), False),
        ("/", ((b"Authorization", b"AWS4-HMAC-SHA256 Credential=x"),), True),
        ("/", ((b"authorization", b"x"), (b"AUTHORIZATION", b"AWS4-ECDSA-P256-SHA256 x")), True),
        ("/?X-Amz-Signature=0", (), True),
        ("/?a=1&x-amz-signature=0", (), True),
        ("/?X-Amz-Date=0", (), False),
    ],
)
def test_signed_requests(target: str, headers: Headers, signed: bool) -> None:
    assert is_signed(make(target, headers)) is signed

"""AWS Signature Version 4: which requests carry one, and one made anew for a request that was redacted.

Pure: credentials and time are arguments. Only signatures in the Authorization header over a whole body can be made
anew; of all others (signed URLs, chunk-signed streams, the asymmetric SigV4A) it is only known that they are there.
Source: AWS General Reference, "Create a signed AWS API request" (read November 2026).
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from proxy.verdict import Headers, Request

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_AUTHORIZATION: Final = re.compile(
    r"""
    AWS4-HMAC-SHA256 [ ]+
    Credential= [A-Za-z0-9]{1,128} / [0-9]{8} / (?P<region> [a-z0-9-]{1,40} ) / (?P<service> [a-z0-9-]{1,40} )
        /aws4_request , [ ]*
    SignedHeaders= (?P<headers> [a-z0-9;-]+ ) , [ ]*
    Signature= [0-9a-f]{64}
    """,
    re.VERBOSE,
)
_URL_SIGNATURE: Final = "x-amz-signature="
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_UNUSUAL_PATH: Final = re.compile(r"//|/\.{1,2}(?:/|$)")
"""Paths that a service would bring into another form before it checks the signature."""

_VENDORS: Final = frozenset({"amazon-q", "bedrock"})
_DATE, _TOKEN, _CONTENT_HASH = "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An AWS access key; `token` belongs to temporary ones. Its `repr` shows nothing."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What of a signature stays when it is made anew."""

    region: str
    service: str
    headers: tuple[str, ...]


def is_signed(request: Request) -> bool:
    """Whether the request carries an AWS signature over it, which any rewriting would break."""
    in_header = any(value.strip().startswith("AWS4-") for value in request.header_values(b"authorization"))
    return in_header or _URL_SIGNATURE in request.target.lower()


def can_resign(request: Request, vendor: str) -> bool:
    """Whether the signature of this request, which is for `vendor`, is one that can be made anew."""
    return vendor in _VENDORS and _scope(request) is not None


def resign(request: Request, credentials: Credentials, now: datetime) -> Headers:
    """Return the headers of a request, redacted by now, with its signature made anew for these credentials.

    `now` is in UTC. Region, service and the choice of signed headers stay; Content-Length, where there is one, is put
    right, since it may be signed. ValueError for a request that `can_resign` refuses.
    """
    scope = _scope(request)
    if scope is None:
        raise ValueError("the signature is none that can be made anew")
    date = f"{now:%Y%m%dT%H%M%SZ}"
    unsigned = _lines(request, _CONTENT_HASH) == [_UNSIGNED]
    body_hash = _UNSIGNED if unsigned else hashlib.sha256(request.body).hexdigest()
    values = {_DATE: date, "content-length": str(len(request.body))}
    if not unsigned:
        values[_CONTENT_HASH] = body_hash
    names = [name for name in scope.headers if name != _TOKEN]
    headers = [_with(line, values) for line in request.headers if line[0].lower() != _TOKEN.encode()]
    if credentials.token is not None:
        headers.append((_TOKEN.encode(), credentials.token.encode()))
        names.append(_TOKEN)
    day = f"{date[:8]}/{scope.region}/{scope.service}/aws4_request"
    summary = _canonical(request, headers, sorted(names), body_hash)
    signature = _signature(credentials.secret_key, day, date, summary)
    line = f"{_ALGORITHM} Credential={credentials.access_key}/{day}, "
    line += f"SignedHeaders={';'.join(sorted(names))}, Signature={signature}"
    return tuple(_with(one, {"authorization": line}) for one in headers)


def _scope(request: Request) -> _Scope | None:
    """What the request was signed for; None unless it is one plain signature over one whole body."""
    lines = _lines(request, "authorization")
    found = _AUTHORIZATION.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    if (
        found is None
        or _URL_SIGNATURE in request.target.lower()
        or _UNUSUAL_PATH.search(request.target.partition("?")[0])
    ):
        return None
    hashes = _lines(request, _CONTENT_HASH)
    is_whole = len(hashes) <= 1 and all(value == _UNSIGNED or _HASH.fullmatch(value) for value in hashes)
    names = tuple(found["headers"].split(";"))
    dated = len(_lines(request, _DATE)) == 1 and _DATE in names
    return _Scope(found["region"], found["service"], names) if is_whole and dated and "host" in names else None


def _lines(request: Request, name: str) -> list[str]:
    return request.header_values(name.encode())


def _with(line: tuple[bytes, bytes], values: dict[str, str]) -> tuple[bytes, bytes]:
    name, value = line
    new = values.get(name.decode("latin-1").lower())
    return (name, value if new is None else new.encode())


def _canonical(request: Request, headers: Sequence[tuple[bytes, bytes]], names: Sequence[str], body_hash: str) -> bytes:
    """The request in the form that is signed. The path, escaped as it is sent, is escaped once more."""
    path, _, query = request.target.partition("?")
    parts = [
        request.method.encode(),
        quote(path.encode("utf-8", "surrogateescape"), safe="/-_.~").encode(),
        "&".join(f"{name}={value}" for name, value in sorted(_pairs(query))).encode(),
    ]
    for name in names:
        values = [value for key, value in headers if key.lower() == name.encode()]
        if name == "host" and not values:  # HTTP/2 names it elsewhere
            port = "" if request.port == 443 else f":{request.port}"
            values = [f"{request.host}{port}".encode()]
        parts.append(name.encode() + b":" + b",".join(b" ".join(value.split()) for value in values))
    return b"\n".join([*parts, b"", ";".join(names).encode(), body_hash.encode()])


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        yield _escaped(name), _escaped(value)


def _escaped(text: str) -> str:
    return quote(unquote_to_bytes(text.encode("utf-8", "surrogateescape")), safe="-_.~")


def _signature(secret: str, day: str, date: str, canonical: bytes) -> str:
    key = f"AWS4{secret}".encode()
    for part in day.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    text = "\n".join([_ALGORITHM, date, day, hashlib.sha256(canonical).hexdigest()])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

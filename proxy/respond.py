"""The answer that a client gets in place of the vendor's, worded as that vendor words its errors.

Pure. The shape comes from the route, and from no header but the media type of an RPC stream, which means one protocol
wherever it appears. Every client tried shows the reason of a plain 400
in the vendor's own shape and does not send the request again; other statuses are hidden, retried or taken for
a lost login by one client or another, so they are kept for what they say exactly.
"""

import json
import re
import struct
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from proxy.formats import ErrorShape
from proxy.verdict import Reply

RETRY_AFTER_SECONDS: Final = 2

_CODE: Final = "dlp_blocked"
"""OpenAI's `error.code`. Codex and the SDKs treat codes they don't know as final."""

_FAULT_CODE: Final = "dlp_unavailable"
"""For what says nothing about the request: no verdict could be had, or no vendor reached."""

_CONNECT_END_OF_STREAM: Final = 0x02

_MEDIA_TYPE: Final = {ErrorShape.CONNECT_STREAM: "application/connect+proto", ErrorShape.GRPC: "application/grpc"}
"""Of shapes that are always answered 200, unless the request's own is known."""

_STREAMS: Final = (
    (re.compile(r"application/connect\+(?:proto|json)"), ErrorShape.CONNECT_STREAM),
    (re.compile(r"application/grpc(?:-web(?:-text)?)?(?:\+[a-z]+)?"), ErrorShape.GRPC),
)
"""Media types of streams whose clients read an error in the protocol's own form alone."""

_GRPC_STATUS: Final = {401: 16, 403: 7, 407: 16, 413: 8, 502: 14, 503: 14}
_GRPC_INVALID_ARGUMENT: Final = 3
_GRPC_MESSAGE_CHARS: Final = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")

_GOOGLE_STATUS: Final = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    407: "UNAUTHENTICATED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
}
_CONNECT_CODE: Final = {
    401: "unauthenticated",
    403: "permission_denied",
    407: "unauthenticated",
    413: "resource_exhausted",
    502: "unavailable",
    503: "unavailable",
}
_ANTHROPIC_TYPE: Final = {
    401: "authentication_error",
    403: "permission_error",
    407: "authentication_error",
    413: "request_too_large",
    502: "api_error",
    503: "api_error",
}


def blocked(
    shape: ErrorShape, message: str, reference: str, status: int = 400, *, content_type: str | None = None
) -> Reply:
    """An error of `status` that shows `message` to the user of a client that reads `shape`.

    `content_type` is the request's: an RPC stream's is answered in that protocol, whatever the shape.

    A client may try again after 503, and is told when; after anything else it is told not to. A Connect
    stream is always answered 200, with the error in its only frame, and a gRPC call with the error in its
    headers, since their clients read none from any other status.
    """
    media = (content_type or "").partition(";")[0].strip().lower()
    shape, media = next(((rpc, media) for pattern, rpc in _STREAMS if pattern.fullmatch(media)), (shape, ""))
    body = _body(shape, message, reference, status)
    headers = _headers(shape, reference, status, len(body))
    if shape is ErrorShape.GRPC:
        headers |= {"grpc-status": str(_GRPC_STATUS.get(status, _GRPC_INVALID_ARGUMENT))}
        headers |= {"grpc-message": quote(message.encode("utf-8", "replace"), safe=_GRPC_MESSAGE_CHARS)}
    if shape in _MEDIA_TYPE:
        headers["content-type"] = media or _MEDIA_TYPE[shape]
    encoded = tuple((name.encode(), value.encode("ascii", "replace")) for name, value in headers.items())
    return Reply(200 if shape in _MEDIA_TYPE else status, encoded, body)


def fault_body(status: int, detail: str) -> bytes:
    """The body for HTTP so malformed that there is no request to answer. `detail` may quote it: not told."""
    reason = "could not be read as HTTP" if status < 500 else "could not be forwarded"
    return _json({"error": f"Tightlip refused this request: it {reason}.", "status": status})


def _headers(shape: ErrorShape, reference: str, status: int, length: int) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "content-length": str(length),
        "cache-control": "no-store",
        "x-tightlip-reference": reference,
    }
    if status == 503:
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    else:
        headers["x-should-retry"] = "false"
    if status == 407:
        headers["proxy-authenticate"] = 'Basic realm="tightlip"'
    if shape is ErrorShape.ANTHROPIC:
        headers["request-id"] = _request_id(reference)
    if shape is ErrorShape.BEDROCK:
        kind = "ServiceUnavailableException" if status >= 500 else "ValidationException"
        headers["x-amzn-errortype"] = kind
    return headers


def _body(shape: ErrorShape, message: str, reference: str, status: int) -> bytes:
    match shape:
        case ErrorShape.OPENAI:
            kind = "server_error" if status >= 500 else "invalid_request_error"
            code = _FAULT_CODE if status >= 500 else _CODE
            return _json({"error": {"message": message, "type": kind, "param": None, "code": code}})
        case ErrorShape.ANTHROPIC:
            error = {"type": _ANTHROPIC_TYPE.get(status, "invalid_request_error"), "message": message}
            return _json({"type": "error", "error": error, "request_id": _request_id(reference)})
        case ErrorShape.GEMINI:
            name = _GOOGLE_STATUS.get(status, "INVALID_ARGUMENT")
            return _json({"error": {"code": status, "message": message, "status": name}})
        case ErrorShape.BEDROCK:
            return _json({"message": message})
        case ErrorShape.COHERE:
            return _json({"id": reference, "message": message})
        case ErrorShape.CONNECT:
            return _json(_connect_error(message, status))
        case ErrorShape.CONNECT_STREAM:
            frame = _json({"error": _connect_error(message, status)})
            return struct.pack(">BI", _CONNECT_END_OF_STREAM, len(frame)) + frame
        case ErrorShape.GRPC:
            return b""
        case ErrorShape.PLAIN:
            return _json({"error": message, "message": message, "reference": reference})


def _connect_error(message: str, status: int) -> dict[str, object]:
    return {"code": _CONNECT_CODE.get(status, "invalid_argument"), "message": message}


def _request_id(reference: str) -> str:
    return f"req_{reference}"


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

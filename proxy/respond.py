"""The answer that a client gets in place of the vendor's, worded as that vendor words its errors.

Pure. The shape comes from the route, never from a header. Every client tried shows the reason of a plain 400
in the vendor's own shape and does not send the request again; other statuses are hidden, retried or taken for
a lost login by one client or another, so they are kept for what they say exactly.
"""

import json
import struct
from collections.abc import Mapping
from typing import Final

from proxy.formats import ErrorShape
from proxy.verdict import Reply

RETRY_AFTER_SECONDS: Final = 2

_CODE: Final = "dlp_blocked"
"""OpenAI's `error.code`. Codex and the SDKs treat codes they don't know as final."""

_FAULT_CODE: Final = "dlp_unavailable"
"""For what says nothing about the request: no verdict could be had, or no vendor reached."""

_CONNECT_END_OF_STREAM: Final = 0x02

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


def blocked(shape: ErrorShape, message: str, reference: str, status: int = 400) -> Reply:
    """An error of `status` that shows `message` to the user of a client that reads `shape`.

    A client may try again after 503, and is told when; after anything else it is told not to. A Connect
    stream is always answered 200, with the error in its only frame, since its clients read none from any
    other status.
    """
    body = _body(shape, message, reference, status)
    sent_status = 200 if shape is ErrorShape.CONNECT_STREAM else status
    return Reply(sent_status, _headers(shape, reference, status, len(body)), body)


def fault_body(status: int, detail: str) -> bytes:
    """The body for HTTP so malformed that there is no request to answer. `detail` may quote it: not told."""
    reason = "could not be read as HTTP" if status < 500 else "could not be forwarded"
    return _json({"error": f"Tightlip refused this request: it {reason}.", "status": status})


def _headers(shape: ErrorShape, reference: str, status: int, length: int) -> tuple[tuple[bytes, bytes], ...]:
    headers = {
        "content-type": "application/connect+proto" if shape is ErrorShape.CONNECT_STREAM else "application/json",
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
    return tuple((name.encode(), value.encode("ascii", "replace")) for name, value in headers.items())


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
        case ErrorShape.PLAIN:
            return _json({"error": message, "message": message, "reference": reference})


def _connect_error(message: str, status: int) -> dict[str, object]:
    return {"code": _CONNECT_CODE.get(status, "invalid_argument"), "message": message}


def _request_id(reference: str) -> str:
    return f"req_{reference}"


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

"""Why a request could not be read or was refused: closed codes, and the error that carries one.

Readers raise `RequestError`; the pipeline turns it into `incomplete` with the reason and lets policy
decide. Neither the code nor the message ever quotes the request: a place in it is told as a byte offset.
"""

from collections.abc import Iterator
from enum import StrEnum

from detectors import Scan


class Reason(StrEnum):
    """Closed set; metrics, audit records and the words shown to the user are keyed by it."""

    # the body's bytes
    UNSUPPORTED_ENCODING = "unsupported_encoding"
    CORRUPT_ENCODING = "corrupt_encoding"
    TOO_LARGE = "too_large"
    RATIO = "ratio"
    # the document
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    BAD_JSON = "bad_json"
    BAD_UTF8 = "bad_utf8"
    BAD_MULTIPART = "bad_multipart"
    BAD_FRAME = "bad_frame"
    BAD_PROTOBUF = "bad_protobuf"
    BINARY = "binary"
    AMBIGUOUS_TYPE = "ambiguous_type"
    ATTACHMENT = "attachment"
    # the scan
    DECODE_BUDGET = "decode_budget"
    NAMES_BUDGET = "names_budget"
    SCAN_TIMEOUT = "scan_timeout"
    SCAN_FAILED = "scan_failed"
    WORKER_LOST = "worker_lost"
    BUSY = "busy"
    OVERLOADED = "overloaded"
    AUDIT_UNAVAILABLE = "audit_unavailable"
    # the connection and the target
    HOST_MISMATCH = "host_mismatch"
    HOST_REFUSED = "host_refused"
    PRIVATE_TARGET = "private_target"
    PORT_NOT_ALLOWED = "port_not_allowed"
    AUTH_REQUIRED = "auth_required"
    WEBSOCKET = "websocket"
    UPGRADE = "upgrade"
    TRAILERS = "trailers"
    BODY_UNFINISHED = "body_unfinished"
    HEADERS_TOO_LARGE = "headers_too_large"
    METHOD = "method"
    TELEMETRY = "telemetry"
    NO_SUCH_BASE_URL = "no_such_base_url"
    BASE_URL_CREDENTIALS = "base_url_credentials"
    WEB_PAGE = "web_page"
    SIGNING_FAILED = "signing_failed"
    UPSTREAM_FAILED = "upstream_failed"
    # the policy, whatever the request holds
    POLICY = "policy"
    # a developer's word for what policy blocks
    JUSTIFICATION_UNKNOWN = "justification_unknown"
    JUSTIFICATION_REASON = "justification_reason"
    JUSTIFICATION_FINDING = "justification_finding"
    JUSTIFICATION_FIXED = "justification_fixed"
    # the product's own
    FAULT = "fault"


UNREAD = frozenset(
    {
        Reason.UNSUPPORTED_ENCODING,
        Reason.CORRUPT_ENCODING,
        Reason.RATIO,
        Reason.TOO_DEEP,
        Reason.DUPLICATE_KEY,
        Reason.BAD_JSON,
        Reason.BAD_UTF8,
        Reason.BAD_MULTIPART,
        Reason.BAD_FRAME,
        Reason.BAD_PROTOBUF,
        Reason.BINARY,
        Reason.AMBIGUOUS_TYPE,
        Reason.ATTACHMENT,
        Reason.DECODE_BUDGET,
        Reason.NAMES_BUDGET,
    }
)
"""Reasons for which a part of a request was not read, and policy decides what follows."""

JUDGED = UNREAD | {Reason.POLICY, Reason.TELEMETRY}
"""Reasons after which policy has decided. Whatever has another was refused whatever policy says."""

_STATUS = {
    Reason.TOO_LARGE: 413,
    Reason.RATIO: 413,
    Reason.UNSUPPORTED_ENCODING: 415,
    Reason.CORRUPT_ENCODING: 415,
    Reason.AUTH_REQUIRED: 407,
    Reason.HOST_REFUSED: 403,
    Reason.PRIVATE_TARGET: 403,
    Reason.PORT_NOT_ALLOWED: 403,
    Reason.NO_SUCH_BASE_URL: 404,
    Reason.WEB_PAGE: 403,
    Reason.HEADERS_TOO_LARGE: 431,
    Reason.WEBSOCKET: 426,
    Reason.UPGRADE: 426,
    Reason.TELEMETRY: 404,
    Reason.UPSTREAM_FAILED: 502,
    Reason.NAMES_BUDGET: 503,
    Reason.BUSY: 503,
    Reason.OVERLOADED: 503,
    Reason.WORKER_LOST: 503,
    Reason.AUDIT_UNAVAILABLE: 503,
    Reason.FAULT: 503,
}


def status_of(reason: str) -> int:
    """The HTTP status of a refusal. 400 unless listed: every client shows it and none sends the request again.

    503 is for what may pass on the next try, as one whose names were left unread: what was read is remembered, so each
    try gets further. A scan that failed or took too long would do so again, and ten times.
    """
    return _STATUS.get(Reason(reason), 400)


def unread_in(scan: Scan) -> Iterator[Reason]:
    """The reasons for which a text was not read whole."""
    if scan.incomplete is not None:
        yield Reason.DECODE_BUDGET
    if scan.names_unread:
        yield Reason.NAMES_BUDGET


class RequestError(Exception):
    """The request can't be read, or must not pass; it is never to be taken for clean.

    `status` is the HTTP status that fits the reason: 413 for sizes, 415 for encodings, 400 unless listed.
    `offset` counts bytes of the decoded body.
    """

    def __init__(self, reason: Reason, offset: int | None = None) -> None:
        super().__init__(reason.value if offset is None else f"{reason.value} at byte {offset}")
        self.reason = reason
        self.offset = offset

    def __reduce__(self) -> tuple[type["RequestError"], tuple[Reason, int | None]]:
        return type(self), (self.reason, self.offset)

    @property
    def status(self) -> int:
        return status_of(self.reason)

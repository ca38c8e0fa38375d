"""What a request's head alone says: let in to be read, or refused for a closed reason. Pure.

The live proxy asks this before any of the body is kept, `tightlip inspect` before it inspects.
"""

import re

from proxy.gate import Gate
from proxy.reason import Reason
from proxy.verdict import Request

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A method of the client's own making would go to the vendor and onto the record unread."""

_WEBSOCKET_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_AUTHORITY = re.compile(r"(?: \[(?P<v6>[0-9A-Fa-f:.]+)\] | (?P<host>[^\s:/?#@\[\]]+) ) (?: : [0-9]* )?", re.VERBOSE)


def refusal_of(
    request: Request, gate: Gate, *, sni: str | None = None, authority: str = "", http2: bool = False
) -> str | None:
    """The reason to refuse, or None. Host, TLS name and target must agree, and nothing may ask to leave HTTP.

    `authority` is the one that the request line or HTTP/2's pseudo-header names, if it names one.
    """
    names = [_host_of(name) for name in (*request.header_values(b"host"), authority) if name]
    if not all(gate.agrees(request.host, name) for name in (*names, *([sni] if sni else ()))):
        return Reason.HOST_MISMATCH
    route = gate.route(request.host, request.port, plain=request.scheme == "http")
    reads_websocket = gate.websockets and route.vendor is not None
    return route.refusal or _refused_feature(request, http2, reads_websocket)


def is_plain_passage(request: Request, gate: Gate) -> bool:
    """Plain HTTP to a host that is no AI vendor's: a blind tunnel's equivalent, passed on unread."""
    route = gate.route(request.host, request.port, plain=True)
    return request.scheme == "http" and route.is_blind


def is_websocket(request: Request) -> bool:
    """Whether a request asks for its connection to become a WebSocket, and for nothing else."""
    return _joined(request, b"upgrade") == "websocket"


def _refused_feature(request: Request, http2: bool, reads_websocket: bool) -> str | None:
    """Parts of HTTP that would let bytes pass unread, or that mitmproxy can't carry."""
    if request.method not in METHODS:
        return "method"
    if is_websocket(request):
        if http2 or not reads_websocket or not _is_handshake(request):
            return "websocket"
    elif _joined(request, b"upgrade"):
        return "upgrade"
    if not http2 and (_joined(request, b"trailer") or "trailers" in _joined(request, b"te")):
        return "trailers"
    return None


def _is_handshake(request: Request) -> bool:
    """Whether this is a WebSocket's opening handshake as RFC 6455, section 4.1, has it: no more and no body."""
    keys = request.header_values(b"sec-websocket-key")
    return (
        request.method == "GET"
        and "upgrade" in _joined(request, b"connection").replace(" ", "").split(",")
        and request.header_values(b"sec-websocket-version") == ["13"]
        and len(keys) == 1
        and _WEBSOCKET_KEY.fullmatch(keys[0]) is not None
        and not request.header_values(b"transfer-encoding")
        and request.header_values(b"content-length") in ([], ["0"])
    )


def _joined(request: Request, name: bytes) -> str:
    return ", ".join(filter(None, (value.strip().lower() for value in request.header_values(name))))


def _host_of(authority: str) -> str:
    """The host in `host`, `host:port` or `[v6]:port`; "", which agrees with nothing, when it is none of them."""
    match = _AUTHORITY.fullmatch(authority)
    return (match["v6"] or match["host"]) if match else ""

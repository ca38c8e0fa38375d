"""What a request's head alone says: let in to be read, or refused for a closed reason. Pure.

The live proxy asks this before any of the body is kept, `tightlip inspect` before it inspects.
"""

from proxy.gate import Gate, Refusal
from proxy.verdict import Request


def refusal_of(request: Request, gate: Gate, *, sni: str | None = None, http2: bool = False) -> str | None:
    """The reason to refuse, or None. Host, TLS name and target must agree, and nothing may ask to leave HTTP."""
    for named in (_host_of(request.header(b"host") or ""), sni):
        if named and not gate.agrees(request.host, named):
            return Refusal.HOST_MISMATCH
    route = gate.route(request.host, request.port, plain=request.scheme == "http")
    return route.refusal or _refused_feature(request, http2)


def is_plain_passage(request: Request, gate: Gate) -> bool:
    """Plain HTTP to a host that is no AI vendor's: a blind tunnel's equivalent, passed on unread."""
    route = gate.route(request.host, request.port, plain=True)
    return request.scheme == "http" and route.vendor is None and route.refusal is None


def _refused_feature(request: Request, http2: bool) -> str | None:
    """Parts of HTTP that would let bytes pass unread, or that mitmproxy can't carry."""
    upgrade = (request.header(b"upgrade") or "").strip().lower()
    if upgrade == "websocket":
        return "websocket"
    if upgrade:
        return "upgrade"
    if not http2 and (request.header(b"trailer") or "trailers" in (request.header(b"te") or "").lower()):
        return "trailers"
    return None


def _host_of(authority: str) -> str:
    """The host in `host`, `host:port` or `[v6]:port`."""
    if authority.startswith("["):
        return authority.partition("]")[0].strip("[]")
    return authority.partition(":")[0]

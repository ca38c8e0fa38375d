"""A mitmproxy flow as the judge reads it, and what the judge says put back into it."""

from mitmproxy import http

from proxy.door import CREDENTIAL_HEADER
from proxy.intercept.state import FlowState
from proxy.verdict import Reply, Request, Verdict

_HOP_HEADERS = frozenset({b"proxy-authorization", b"proxy-connection", CREDENTIAL_HEADER.encode()})


def as_request(flow: http.HTTPFlow, state: FlowState) -> Request:
    request = flow.request
    return Request(
        method=request.method,
        scheme=request.scheme,
        host=request.host.rstrip(".").lower(),
        port=request.port,
        target=request.path,
        headers=tuple(request.headers.fields),
        body=request.raw_content or b"",
        user=state.user,
        reference=state.reference,
        profile=state.profile,
        hints=state.hints,
    )


def as_response(reply: Reply) -> http.Response:
    return http.Response.make(reply.status, reply.body, http.Headers(reply.headers))


def drop_hop_headers(request: http.Request) -> None:
    """Takes out what was for us alone, the password above all, and an offer of cleartext HTTP/2 that we don't take."""
    names = {name.lower() for name, _ in request.headers.fields}
    for name in names & _HOP_HEADERS:
        del request.headers[name]
    if b"upgrade" in names and request.headers["upgrade"].lower() == "h2c":
        for name in names & {b"upgrade", b"http2-settings", b"connection"}:
            del request.headers[name]


def apply(request: http.Request, verdict: Verdict) -> None:
    """Puts the verdict's parts, all of which were scanned, in the place of the originals."""
    if verdict.target is not None:
        request.path = verdict.target
    if verdict.headers is not None:
        request.headers = http.Headers(verdict.headers)
    if verdict.body is not None:
        request.raw_content = verdict.body
        if "content-length" in request.headers:
            request.headers["content-length"] = str(len(verdict.body))

"""Requests sent to the proxy itself, seen by mitmproxy: rewritten to where the door says they lead.

A client that knows of no proxy writes a path where one that does writes a whole address. mitmproxy would take the
target from the Host header; here the door gives it, before anything else looks at the request.
"""

from mitmproxy import http
from mitmproxy.proxy import context

from proxy.door import CREDENTIAL_HEADER, Door, Passage
from proxy.gate import OWN_HOST
from proxy.reason import Reason

_KEY = "tightlip.passage"


def is_at_the_door(request: http.Request) -> bool:
    """Whether a request read from a connection to us names no target but a path."""
    return not request.data.host and not request.data.authority and request.method != "CONNECT"


def enter(door: Door, request: http.Request, ctx: context.Context) -> http.HTTPFlow:
    """The flow for such a request, which is rewritten to its real target. A fault leads to nowhere."""
    try:
        passage = door.open(request.path, tuple(request.headers.fields))
    except BaseException:  # in mitmproxy's layers some would end the process
        passage = Passage(OWN_HOST, "/", Reason.FAULT)
    flow = http.HTTPFlow(ctx.client, ctx.server)
    flow.metadata[_KEY] = passage
    request.data.host = passage.host
    request.data.port = 443 if passage.is_to_vendor else 80
    request.data.scheme = b"https" if passage.is_to_vendor else b"http"
    request.data.path = passage.target.encode("utf-8", "surrogateescape")
    request.headers["host"] = passage.host
    credentials = request.headers.get(CREDENTIAL_HEADER)
    if credentials is not None:
        request.headers["proxy-authorization"] = credentials
    return flow


def passage_of(flow: http.HTTPFlow) -> Passage | None:
    """Where a flow that came in by the door leads; None for one that came through the proxy."""
    passage = flow.metadata.get(_KEY)
    return passage if isinstance(passage, Passage) else None

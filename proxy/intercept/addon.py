"""The hooks: from a mitmproxy flow to the judge and back. Every hook has one outer guard, and no hook decides anything.

The block answer is set before anything is asked and lifted only by a verdict that has been made durable; the permit
checked in `stream.py` holds even if this file is not called at all.
"""

import contextlib
import functools
import gc
import inspect
import time
from collections.abc import Callable
from typing import Any

import structlog
from mitmproxy import connection, http, tcp, udp

from proxy import metrics
from proxy.admission import is_plain_passage, is_websocket, refusal_of
from proxy.audit import AuditUnavailable
from proxy.gate import OWN_HOST
from proxy.identity import Authenticator
from proxy.intercept import handshake
from proxy.intercept.bounds import Bounds
from proxy.intercept.door import passage_of
from proxy.intercept.hint import take_hints
from proxy.intercept.reply import restore
from proxy.intercept.sender import Senders, address_of
from proxy.intercept.state import FlowState, Permit, SocketState, attach, flow_state, let_go
from proxy.intercept.translate import apply, as_request, as_response, drop_hop_headers
from proxy.judge import Ending, Judge, Judgement, Superseded, remark_of
from proxy.portal import Portal
from proxy.reason import Reason
from proxy.reference import new_reference
from proxy.tap import ResponseTap
from proxy.verdict import Decision, Request

_log = structlog.get_logger()

COLLECT_BYTES = 128 << 20
"""Bodies let go between two collections: often enough to stay small, seldom enough not to be felt."""

_UPWARD = ("requestheaders", "request")
_ANSWERING = ("http_connect", "request")
_LAST_RESORT = http.Response.make(503, b"", {"retry-after": "2"})
"""Stands until a verdict has been made durable; whoever takes it back for good puts words in its place."""


def guarded(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Turns whatever a hook raises into a refused flow. CancelledError would hang it, SystemExit end the proxy."""

    if inspect.iscoroutinefunction(hook):

        @functools.wraps(hook)
        async def awaiting(self: "Tightlip", flow: Any) -> None:
            try:
                await hook(self, flow)
            except BaseException as err:
                _refuse(self, hook.__name__, flow, err)

        return awaiting

    @functools.wraps(hook)
    def calling(self: "Tightlip", flow: Any) -> None:
        try:
            hook(self, flow)
        except BaseException as err:
            _refuse(self, hook.__name__, flow, err)

    return calling


def _refuse(addon: "Tightlip", hook: str, flow: Any, err: BaseException) -> None:
    """Refuses the flow, in the client's shape if that can still be done, and in any case without sending it."""
    state = flow_state(flow) if isinstance(flow, http.HTTPFlow) else None
    if state is not None and hook in _UPWARD:
        state.permit = None
        state.refusal = state.refusal or "fault"
    if isinstance(flow, http.HTTPFlow) and hook in _ANSWERING:
        flow.response = _LAST_RESORT.copy()
    with contextlib.suppress(BaseException):
        addon.fault(hook, flow, err)


class Tightlip:
    """The mitmproxy addon."""

    portal: Portal | None = None

    def __init__(self, judge: Judge, authenticator: Authenticator | None, bounds: Bounds) -> None:
        self._judge = judge
        self._bounds = bounds
        self.senders = Senders(authenticator)
        self._garbage_bytes = 0
        self.sockets: dict[str, http.HTTPFlow] = {}
        """The open WebSockets by their client's connection."""

    # connections

    @guarded
    async def http_connect(self, flow: http.HTTPFlow) -> None:
        flow.response = self.error_reply(flow, "fault")
        identity = await self.senders.prove(flow)
        drop_hop_headers(flow.request)
        if identity is None and self.senders.are_named:
            flow.response = self.error_reply(flow, "auth_required")
            return
        route = self._judge.edition.gate.route(flow.request.host, flow.request.port, plain=False)
        if route.refusal is not None:
            flow.response = self.error_reply(flow, route.refusal)
            return
        self.senders.remember(flow, identity)
        flow.response = None

    def client_disconnected(self, client: connection.Client) -> None:
        self.senders.forget(client.id)
        self.sockets.pop(client.id, None)

    @guarded
    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        flow.kill()  # blind tunnels make no flow; whatever does is not meant to be here

    @guarded
    def udp_start(self, flow: udp.UDPFlow) -> None:
        flow.kill()

    # requests

    @guarded
    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        identity = await self.senders.of(flow)
        drop_hop_headers(flow.request)
        state = attach(flow, FlowState(new_reference(), identity, address_of(flow), self._judge.edition))
        state.hints = take_hints(flow.request, state.edition)
        passage = passage_of(flow)
        if passage is not None and passage.refusal is not None:
            state.refusal = passage.refusal
            return
        if self.senders.are_named and identity is None and not self._is_for_portal(flow):
            state.refusal = Reason.AUTH_REQUIRED if passage is None else Reason.BASE_URL_CREDENTIALS
            return
        request = as_request(flow, state)
        self._admit(flow, request, state)
        if state.refusal is None and is_websocket(request):
            state.socket = SocketState(handshake.replace_key(flow.request))
            handshake.narrow_offer(flow.request)

    @guarded
    async def request(self, flow: http.HTTPFlow) -> None:
        started = time.monotonic()
        flow.response = _LAST_RESORT
        state = flow_state(flow)
        if state is None:
            flow.response = self.error_reply(flow, "fault")
            return
        request = as_request(flow, state)
        if state.refusal is None and self.portal is not None and self._is_for_portal(flow):
            flow.response = as_response(self.portal.answer(request))
            return
        if state.refusal is None and is_plain_passage(request, state.edition.gate):
            self._permit(flow, state)
            return
        if state.refusal is None and flow.request.trailers:
            state.refusal = "trailers"
        try:
            judgement = await self._judged(flow, request, state)
        except AuditUnavailable:
            flow.response = self.error_reply(flow, "audit_unavailable")
            return
        verdict = judgement.verdict
        state.on_record = state.reference
        if verdict.decision is Decision.BLOCK:
            flow.response = as_response(verdict.reply) if verdict.reply else self.error_reply(flow, "fault")
            return
        state.warned = verdict.warned
        state.lexicon = judgement.lexicon
        state.remark = remark_of(self._judge, request, verdict, state.user or state.peer, state.edition)
        apply(flow.request, verdict)
        metrics.observe_added_latency(time.monotonic() - started, state.reference)
        self._permit(flow, state)

    async def _judged(self, flow: http.HTTPFlow, request: Request, state: FlowState) -> Judgement:
        """The judgement by the request's own edition.

        It may take so long to arrive that nobody is left to read it as it was let in: anew, then, and all of it.
        """
        while True:
            try:
                return await self._judge.judge(request, state.user or state.peer, state.edition.number, state.refusal)
            except Superseded:
                state.edition = self._judge.edition
                if state.refusal is None:
                    self._admit(flow, request, state)

    def _admit(self, flow: http.HTTPFlow, request: Request, state: FlowState) -> None:
        state.refusal = self._bounds.refusal_of(flow.request) or refusal_of(
            request,
            state.edition.gate,
            sni=flow.client_conn.sni,
            authority=flow.request.authority,
            http2=flow.request.is_http2,
        )

    def _permit(self, flow: http.HTTPFlow, state: FlowState) -> None:
        flow.response = None
        state.permit = Permit.of(flow.request)

    # responses

    @guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        state = flow_state(flow)
        if state is None or state.permit is None or flow.response is None:
            return
        flow.response.headers.pop("alt-svc", None)  # HTTP/3 would go round the proxy
        if not state.on_record:
            flow.response.stream = True
            return
        state.answer_begins(flow.request.host)
        fmt = state.edition.format_of(flow.request.method, flow.request.host, flow.request.path)
        state.tap = ResponseTap(fmt, flow.response.headers.get("content-encoding", ""), time.monotonic)
        flow.response.stream = state.tap.feed
        if state.warned:
            flow.response.headers["x-tightlip-warning"] = ", ".join(state.warned)
        if state.lexicon or state.remark is not None:
            restore(flow, fmt, state.lexicon or (), state.tap, state.remark)

    @guarded
    def response(self, flow: http.HTTPFlow) -> None:
        state = flow_state(flow)
        if state is None or state.permit is None:
            self._finish(flow, "blocked")
        else:
            if flow.websocket is not None and state.socket is not None:
                self._open(flow, state.socket)
            self._finish(flow, "completed" if state.tap else "upstream_failed")

    def _open(self, flow: http.HTTPFlow, socket: SocketState) -> None:
        """Lets the connection become a WebSocket, unless the vendor's answer is none to what it was asked."""
        if flow.response is not None and handshake.answer(flow.request, flow.response, socket.client_key):
            self.sockets[flow.client_conn.id] = flow
            return
        flow.websocket = None
        flow.response = self.error_reply(flow, "upstream_failed")
        flow.response.headers["connection"] = "close"

    @guarded
    def error(self, flow: http.HTTPFlow) -> None:
        self._finish(flow, "connection_lost")

    def _finish(self, flow: http.HTTPFlow, result: str) -> None:
        self._let_go(flow)
        state = flow_state(flow)
        if state is None or not state.on_record:
            return
        reference, state.on_record = state.on_record, ""
        status = flow.response.status_code if flow.response else None
        tapped = state.tap.result() if state.tap else None
        seconds = time.monotonic() - state.started
        self._judge.finish(reference, Ending(state.ended(result), status, seconds, tapped, state.answered))

    # helpers

    def _let_go(self, flow: http.HTTPFlow) -> None:
        """Frees the body now: a flow's reference cycles would keep it until a collection, which counts no bytes."""
        self._garbage_bytes += let_go(flow)
        if self._garbage_bytes > COLLECT_BYTES:
            self._garbage_bytes = 0
            gc.collect()

    def _is_for_portal(self, flow: http.HTTPFlow) -> bool:
        """Whether the portal answers, which is open to anyone: nothing in it is secret, nothing in it is sent on."""
        return self.portal is not None and flow.request.host.rstrip(".").lower() == OWN_HOST

    def fault(self, hook: str, flow: Any, err: BaseException) -> None:
        """Says that a hook failed; the exception's text may quote content and is not logged."""
        metrics.hook_failed(hook)
        _log.error("hook failed", hook=hook, exception=type(err).__name__)
        if isinstance(flow, http.HTTPFlow) and hook in _ANSWERING:
            flow.response = self.error_reply(flow, "fault")

    def error_reply(self, flow: http.HTTPFlow, reason: str) -> http.Response:
        """The response, in the client's own shape, to a flow refused for a closed reason code."""
        state = flow_state(flow) or FlowState(new_reference(), None, "", self._judge.edition)
        return as_response(state.edition.refusal_reply(as_request(flow, state), reason))

"""The one change to mitmproxy's HTTP layer: no permit, no upstream connection.

mitmproxy forwards a request when a hook fails. Here a request reaches the upstream only with a permit that was given
for exactly the bytes that would be sent, so any fault anywhere leaves the vendor with nothing. Errors that mitmproxy
would answer with a page of its own HTML are answered in the client's shape instead.
"""

import time
from collections.abc import Callable
from typing import ClassVar

from mitmproxy import http as mitm
from mitmproxy.net.http import http1
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http1, _http2
from mitmproxy.proxy.layers.http._events import (
    ErrorCode,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
)
from mitmproxy.proxy.layers.http._hooks import HttpRequestHeadersHook, HttpRequestHook

from proxy.door import Door
from proxy.intercept.bounded import Overdue
from proxy.intercept.bounds import Bounds
from proxy.intercept.door import enter, is_at_the_door
from proxy.intercept.state import flow_state, let_go
from proxy.reason import Reason

BODY_BYTES_PER_SECOND = 1024
"""Slower than any line that a person works over, and fast enough that every body has an end."""

ErrorReply = Callable[[mitm.HTTPFlow, str], mitm.Response]
"""Gives the response for a flow and a closed reason code."""


class PermittedStream(http.HttpStream):
    """One request and its response."""

    limit_bytes: int = 32 << 20
    unfinished_seconds: float = 30.0
    reply: ErrorReply
    bounds: ClassVar[Bounds]
    door: Door | None = None
    _begun: float | None = None
    """When its body began to be waited for, monotonic; None while none is."""
    _held_bytes: int = 0
    _discarded_bytes: int = 0

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if type(event) is not Overdue:
            return super()._handle_event(event)
        return self._overdue()

    def is_late(self, now: float) -> bool:
        """Whether a body that is still coming, or that nobody wants any more, has taken too long by `now`."""
        if self._begun is None or self.client_state not in (self.state_consume_request_body, self._discard):
            return False
        return now - self._begun > self.unfinished_seconds + len(self.request_body_buf) / BODY_BYTES_PER_SECOND

    def _overdue(self) -> layer.CommandGenerator[None]:
        if not self.is_late(time.monotonic()):
            return
        if self.client_state == self.state_consume_request_body:
            yield from self._refuse("body_unfinished")
        else:
            yield from self._cut()

    def state_wait_for_request_headers(self, event: RequestHeaders) -> layer.CommandGenerator[None]:
        """Sends what is addressed to the proxy itself where the door says, and waits for a body not for ever.

        Two-way streams don't end before they are answered, and here nothing is answered before it has ended.
        """
        door = type(self).door
        if door is not None and self.mode is not http.HTTPMode.transparent and is_at_the_door(event.request):
            event.replay_flow = enter(door, event.request, self.context)
        yield from super().state_wait_for_request_headers(event)
        if not event.end_stream and self.client_state == self.state_consume_request_body:
            self._begun = time.monotonic()

    def state_wait_for_response_headers(self, event: ResponseHeaders) -> layer.CommandGenerator[None]:
        """Keeps no body beyond the vendor's first word: nothing needs it any more, and a reply may take long."""
        yield from super().state_wait_for_response_headers(event)
        self._let_go()

    def make_server_connection(self) -> layer.CommandGenerator[bool]:
        state = flow_state(self.flow)
        if state is None or not state.permits(self.flow.request):
            yield from self._answer("fault")
            return False
        return (yield from super().make_server_connection())

    def handle_protocol_error(
        self, event: RequestProtocolError | ResponseProtocolError
    ) -> layer.CommandGenerator[None]:
        """Answers what went wrong upstream before any response, instead of mitmproxy's page."""
        waiting = self.client_state == self.state_done and self.server_state == self.state_wait_for_response_headers
        if isinstance(event, ResponseProtocolError) and waiting and event.code.http_status_code() is not None:
            yield from self._answer("upstream_failed")
            self._let_go()
            return
        self._let_go()
        yield from super().handle_protocol_error(event)

    def check_invalid(self, request: bool) -> layer.CommandGenerator[bool]:
        return (yield from self._dropped_if(super().check_invalid(request)))

    def check_killed(self, emit_error_hook: bool) -> layer.CommandGenerator[bool]:
        return (yield from self._dropped_if(super().check_killed(emit_error_hook)))

    def _dropped_if(self, check: layer.CommandGenerator[bool]) -> layer.CommandGenerator[bool]:
        """Ends the stream where mitmproxy would keep it, with all it holds, until its connection ends."""
        is_over: bool = yield from check
        if is_over:
            self._let_go()
            yield http.DropStream(self.stream_id)
        return is_over

    def flow_done(self) -> layer.CommandGenerator[None]:
        self._let_go()
        yield from super().flow_done()

    def check_body_size(self, request: bool) -> layer.CommandGenerator[bool]:
        """Refuses a request at the first byte that shows it to be too much, and lets the rest run into nothing.

        Responses stream and have no limit.
        """
        if not request:
            return False
        size = len(self.request_body_buf) or _declared_bytes(self.flow.request)
        reason = self._excess(size)
        if reason is None:
            self._hold()
            return False
        if not self.request_body_buf:
            yield HttpRequestHeadersHook(self.flow)
        yield from self._refuse(reason)
        return True

    def _excess(self, size: int) -> str | None:
        """Why a body of `size` bytes can't be taken in, as far as one knows yet."""
        if size > self.limit_bytes:
            return Reason.TOO_LARGE
        return self.bounds.in_flight.refusal(size, size - self._held_bytes)

    def _hold(self) -> None:
        """Counts what has arrived; what is only announced takes no room from others."""
        self.bounds.in_flight.bytes += len(self.request_body_buf) - self._held_bytes
        self._held_bytes = len(self.request_body_buf)

    def _let_go(self) -> None:
        self.bounds.in_flight.bytes -= self._held_bytes
        self._held_bytes = 0
        let_go(self.flow)

    def _refuse(self, reason: str) -> layer.CommandGenerator[None]:
        """Answers while the request is still coming, once that is on record, and lets its rest run into nothing."""
        state = flow_state(self.flow)
        if state is not None and state.refusal is None:
            state.refusal = reason
            self.bounds.count(reason)
        self.request_body_buf.clear()
        self._let_go()
        self.client_state = self._discard
        self._begun = time.monotonic()
        yield HttpRequestHook(self.flow)
        if (yield from self.check_killed(True)):
            return
        if self.flow.response is None:
            self.flow.response = type(self).reply(self.flow, reason)
        yield from self.send_response()
        yield http.SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)
        self.server_state = self.state_errored

    def _answer(self, reason: str) -> layer.CommandGenerator[None]:
        self.flow.response = type(self).reply(self.flow, reason)
        yield from self.send_response()

    def _discard(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Lets a client that has its answer send on for a while: some read only what comes after all they have sent."""
        if isinstance(event, RequestEndOfMessage):
            self.flow.live = False
            yield http.DropStream(self.stream_id)
        elif isinstance(event, RequestData):
            self._discarded_bytes += len(event.data)
            if self._discarded_bytes > self.limit_bytes:
                yield from self._cut()

    def _cut(self) -> layer.CommandGenerator[None]:
        yield http.SendHttp(ResponseProtocolError(self.stream_id, "", ErrorCode.CANCEL), self.context.client)
        yield http.DropStream(self.stream_id)


def _declared_bytes(request: mitm.Request) -> int:
    """The body size that the request declares; 0 when it declares none, for it is then counted as it comes."""
    try:
        return http1.expected_http_body_size(request) or 0
    except ValueError:
        return 0


def install(limit_bytes: int, bounds: Bounds, reply: ErrorReply, fault_body: Callable[[int, str], bytes]) -> None:
    """Puts the permitted stream in the place of mitmproxy's, and JSON in the place of its HTML for malformed HTTP."""
    PermittedStream.door = None
    PermittedStream.bounds = bounds
    PermittedStream.unfinished_seconds = bounds.limits.body_seconds
    PermittedStream.limit_bytes = limit_bytes
    PermittedStream.reply = staticmethod(reply)
    http.HttpStream = PermittedStream  # type: ignore[misc]

    def make_error_response(status_code: int, message: str = "") -> bytes:
        headers = mitm.Headers(Connection="close", Content_Type="application/json")
        return http1.assemble_response(mitm.Response.make(status_code, fault_body(status_code, message), headers))

    _http1.make_error_response = make_error_response
    _http2.format_error = fault_body  # type: ignore[assignment]

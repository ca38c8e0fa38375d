"""The one change to mitmproxy's HTTP layer: no permit, no upstream connection.

mitmproxy forwards a request when a hook fails. Here a request reaches the upstream only with a permit that was given
for exactly the bytes that would be sent, so any fault anywhere leaves the vendor with nothing. Errors that mitmproxy
would answer with a page of its own HTML are answered in the client's shape instead.
"""

from collections.abc import Callable

from mitmproxy import http as mitm
from mitmproxy.net.http import http1
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http1, _http2
from mitmproxy.proxy.layers.http._events import (
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseEndOfMessage,
    ResponseProtocolError,
)
from mitmproxy.proxy.layers.http._hooks import HttpRequestHeadersHook

from proxy.door import Door
from proxy.intercept.door import enter, is_at_the_door
from proxy.intercept.state import flow_state

UNFINISHED_SECONDS = 30.0
"""For a body of no announced length. Two-way streams don't end before they are answered, and here nothing is answered
before it has ended."""

ErrorReply = Callable[[mitm.HTTPFlow, str], mitm.Response]
"""Gives the response for a flow and a closed reason code."""


class PermittedStream(http.HttpStream):
    """One request and its response."""

    limit_bytes: int = 32 << 20
    unfinished_seconds: float = UNFINISHED_SECONDS
    reply: ErrorReply
    door: Door | None = None
    _clock: commands.RequestWakeup | None = None

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Wakeup):
            if self.client_state == self.state_consume_request_body:
                yield from self._refuse("body_unfinished")
        else:
            yield from super()._handle_event(event)

    def state_wait_for_request_headers(self, event: RequestHeaders) -> layer.CommandGenerator[None]:
        """Sends what is addressed to the proxy itself where the door says, and waits for a body not for ever."""
        door = type(self).door
        if door is not None and self.mode is not http.HTTPMode.transparent and is_at_the_door(event.request):
            event.replay_flow = enter(door, event.request, self.context)
        yield from super().state_wait_for_request_headers(event)
        goes_on = not event.end_stream and self.client_state == self.state_consume_request_body
        if goes_on and not _declared_bytes(self.flow.request):
            self._clock = commands.RequestWakeup(self.unfinished_seconds)
            yield self._clock

    def passthrough(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Keeps the clock's end from what follows an upgrade. Those of layers within a tunnel go on to them."""
        if not isinstance(event, events.Wakeup) or event.command is not self._clock:
            yield from super().passthrough(event)

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
            return
        yield from super().handle_protocol_error(event)

    def check_body_size(self, request: bool) -> layer.CommandGenerator[bool]:
        """Refuses a request at the first byte that shows it to be over the limit, and lets the rest run into nothing.

        Responses stream and have no limit.
        """
        if not request:
            return False
        if self.request_body_buf:
            size = len(self.request_body_buf)
        else:
            size = _declared_bytes(self.flow.request)
        if size <= self.limit_bytes:
            return False
        if not self.request_body_buf:
            yield HttpRequestHeadersHook(self.flow)
        yield from self._refuse("too_large")
        return True

    def _refuse(self, reason: str) -> layer.CommandGenerator[None]:
        """Answers while the request is still coming, and lets the rest of it run into nothing."""
        self.request_body_buf.clear()
        yield from self._answer(reason)
        yield http.SendHttp(ResponseEndOfMessage(self.stream_id), self.context.client)
        self.client_state = self._discard
        self.server_state = self.state_errored

    def _answer(self, reason: str) -> layer.CommandGenerator[None]:
        self.flow.response = type(self).reply(self.flow, reason)
        yield from self.send_response()

    def _discard(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, RequestEndOfMessage):
            self.flow.live = False
            yield http.DropStream(self.stream_id)


def _declared_bytes(request: mitm.Request) -> int:
    """The body size that the request declares; 0 when it declares none, for it is then counted as it comes."""
    try:
        return http1.expected_http_body_size(request) or 0
    except ValueError:
        return 0


def install(limit_bytes: int, reply: ErrorReply, fault_body: Callable[[int, str], bytes]) -> None:
    """Puts the permitted stream in the place of mitmproxy's, and JSON in the place of its HTML for malformed HTTP."""
    PermittedStream.door = None
    PermittedStream.limit_bytes = limit_bytes
    PermittedStream.reply = staticmethod(reply)
    http.HttpStream = PermittedStream  # type: ignore[misc]

    def make_error_response(status_code: int, message: str = "") -> bytes:
        headers = mitm.Headers(Connection="close", Content_Type="application/json")
        return http1.assemble_response(mitm.Response.make(status_code, fault_body(status_code, message), headers))

    _http1.make_error_response = make_error_response
    _http2.format_error = fault_body  # type: ignore[assignment]

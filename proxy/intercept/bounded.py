"""mitmproxy's HTTP towards the client, bounded: headers that don't end, frames that cost more than they weigh.

What is over a bound and is no request yet has nobody to answer: the connection is closed, and counted.
"""

import time
from dataclasses import dataclass
from typing import ClassVar

import h2.errors
import h2.events
from mitmproxy.proxy import commands, context, events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import ErrorCode, _http1
from mitmproxy.proxy.layers.http._base import HttpEvent, ReceiveHttp
from mitmproxy.proxy.layers.http._events import RequestProtocolError, ResponseData, ResponseEndOfMessage

from proxy import metrics
from proxy.bound import Allowance, Bound
from proxy.intercept.bounds import Bounds
from proxy.intercept.drain import LastResponses
from proxy.intercept.framemeter import FrameMeter
from proxy.intercept.visit import Awaited

PIPELINED_BYTES = 256 << 10
"""What an HTTP/1 client may send ahead while its request is being answered; mitmproxy reads it afterwards."""


@dataclass
class Overdue(events.MessageInjected[http.HttpStream]):
    """A request whose body has taken too long; `message` is its stream."""


class BoundedHttpLayer(http.HttpLayer):
    """Brings word that a body is overdue to the stream that waits for it, however deep that is."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if type(event) is Overdue and event.message in self.streams.values():
            return self.event_to_child(event.message, event)
        return super()._handle_event(event)


class BoundedHttp1Server(_http1.Http1Server):
    bounds: ClassVar[Bounds]

    def __init__(self, ctx: context.Context) -> None:
        super().__init__(ctx)
        self._visit = self.bounds.enter(ctx)

    def read_headers(self, event: events.ConnectionEvent) -> layer.CommandGenerator[None]:
        yield from super().read_headers(event)
        if not self.buf or self.state != self.read_headers:
            if isinstance(event, events.DataReceived) and self._visit.awaited is Awaited.HEADERS:
                self._visit.awaits(Awaited.REQUEST)
            return
        self._visit.awaits(Awaited.HEADERS)
        if len(self.buf) > self.bounds.limits.headers:
            yield commands.SendData(self.conn, _http1.make_error_response(431))
            yield from self._close(Bound.HEADERS)

    def wait(self, event: events.Event) -> layer.CommandGenerator[None]:
        if len(self.buf) <= PIPELINED_BYTES:
            yield from super().wait(event)
            return
        yield from self._close(Bound.PIPELINED)
        gone = RequestProtocolError(self.stream_id, "sent too much ahead", ErrorCode.CLIENT_DISCONNECTED)
        yield ReceiveHttp(gone)

    def make_pipe(self) -> layer.CommandGenerator[None]:
        is_connect = self.request is not None and self.request.method == "CONNECT"
        self._visit.awaits(Awaited.HANDSHAKE if is_connect else Awaited.NOTHING)
        yield from super().make_pipe()

    def _close(self, bound: Bound) -> layer.CommandGenerator[None]:
        metrics.connection_refused(bound)
        self.state = self.done
        yield commands.CloseConnection(self.conn)


class BoundedHttp2Server(LastResponses):
    bounds: ClassVar[Bounds]

    def __init__(self, ctx: context.Context) -> None:
        super().__init__(ctx)
        limits = self.bounds.limits
        self._visit = self.bounds.enter(ctx)
        self._resets = Allowance(limits.resets)
        self._meter = FrameMeter(self._resets, Allowance(limits.control_frames))
        settings = self.h2_conn.local_settings
        settings.max_concurrent_streams = limits.streams
        settings.max_header_list_size = limits.headers
        settings.acknowledge()  # as mitmproxy does with its own: they hold from the start
        self.h2_conn.decoder.max_header_list_size = limits.headers

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.DataReceived):
            return self._receive(event)
        if isinstance(event, HttpEvent):
            return self._answer(event)
        return super()._handle_event(event)

    def _receive(self, event: events.DataReceived) -> layer.CommandGenerator[None]:
        exceeded = self._meter.feed(event.data, time.monotonic())
        if exceeded is not None:
            yield from self._calm(exceeded)
            return
        yield from super()._handle_event(event)
        self._visit.awaits(Awaited.HEADERS if self._meter.is_in_headers else Awaited.REQUEST)

    def _answer(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        yield from super()._handle_event(event)
        if isinstance(event, ResponseData):
            self._meter.sent(len(event.data))
        elif isinstance(event, ResponseEndOfMessage) and self.is_closed(event.stream_id):
            self.streams.pop(event.stream_id, None)  # mitmproxy forgets only those that are answered before they end

    def handle_h2_event(self, event: h2.events.Event) -> layer.CommandGenerator[bool]:
        """As mitmproxy's; a stream that the client makes us reset counts like one that it resets itself."""
        is_ours = isinstance(event, h2.events.StreamReset) and not event.remote_reset
        if is_ours and not self._resets.spend(1, time.monotonic()):
            yield from self._calm(Bound.RESETS)
            return True
        return (yield from super().handle_h2_event(event))

    def _calm(self, bound: Bound) -> layer.CommandGenerator[None]:
        metrics.connection_refused(bound)
        yield from self.protocol_error("too many", h2.errors.ErrorCodes.ENHANCE_YOUR_CALM)


def install_bounded(bounds: Bounds) -> None:
    """Puts the bounded connections in the place of mitmproxy's."""
    BoundedHttp1Server.bounds = BoundedHttp2Server.bounds = bounds
    http.Http1Server = BoundedHttp1Server  # type: ignore[assignment,misc]
    http.Http2Server = BoundedHttp2Server  # type: ignore[assignment,misc]

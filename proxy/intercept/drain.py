"""The end of serving: what has begun comes to its end, up to a deadline; what has not by then is cut, and on record.

Two kinds. A proxy that stops waits for requests, and for those that may be on their way: who else is connected will
have to come again anyway. One that has a successor waits for connections, which are led there one by one: none is
closed under a client that may be about to use it, so the response to its next request says that it was the last.
"""

import asyncio
import contextlib
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final
from weakref import WeakSet

from mitmproxy import connection, http
from mitmproxy.addons import proxyserver
from mitmproxy.proxy import commands, events, layers
from mitmproxy.proxy.layers import http as layer
from mitmproxy.proxy.layers.http import _events, _http2
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler

from proxy import metrics
from proxy.intercept.listening import Listeners
from proxy.intercept.state import flow_state
from proxy.intercept.websocket import DrainAsked
from proxy.judge import Judge

QUIET_SECONDS: Final = 10.0
"""Connections on which nothing has come or gone for so long are closed. The longer, the fewer clients are just about
to use theirs."""
ARRIVING_SECONDS: Final = 1.0
"""A connection on which something came or went so lately may be about to ask: it is in a handshake, or its request is
on the way. Behind a balancer, which found the port open, nobody would ask again for it."""
CUT_SECONDS: Final = 2.0
"""For connections that are cut to say how their requests ended."""
LOOK_SECONDS: Final = 0.05


class Tunnel(layers.TCPLayer):
    """A blind tunnel, about which nothing is known but that it is open."""

    clients: ClassVar[WeakSet[connection.Client]] = WeakSet()

    def __init__(self, context: Any) -> None:
        super().__init__(context, ignore=True)
        self.clients.add(context.client)


class LastResponses(_http2.Http2Server):
    """mitmproxy's HTTP/2 towards clients, which during a drain says goodbye when nothing is awaited on a connection.

    Not before: some clients (httpcore) take a GOAWAY for the end of the streams that are still running, too.
    """

    is_draining: ClassVar[bool] = False

    def _handle_event(self, event: events.Event) -> Generator[commands.Command, Any, None]:
        yield from super()._handle_event(event)
        is_end = isinstance(event, _events.ResponseEndOfMessage | _events.ResponseProtocolError)
        if is_end and type(self).is_draining and not self.h2_conn.open_inbound_streams:
            self.h2_conn.close_connection()
            yield commands.SendData(self.conn, self.h2_conn.data_to_send())
            yield commands.CloseConnection(self.conn)


def install() -> None:
    """Puts it in the place of mitmproxy's."""
    LastResponses.is_draining = False
    layer.Http2Server = LastResponses  # type: ignore[misc]


class Underway:
    """The mitmproxy addon that knows which requests have begun and not ended."""

    def __init__(self) -> None:
        self.flows: dict[str, http.HTTPFlow] = {}
        self.is_draining = False
        """Whether each response is the last on its connection."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self.flows[flow.id] = flow

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        self._say_last(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        self.flows.pop(flow.id, None)
        if flow.response is not None and not flow.response.stream:  # else it is out, and nothing has been said
            self._say_last(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        self.flows.pop(flow.id, None)

    def cut(self) -> None:
        """Has what breaks off from now on be our doing."""
        for flow in self.flows.values():
            if (state := flow_state(flow)) is not None:
                state.is_cut = True

    def _say_last(self, flow: http.HTTPFlow) -> None:
        """Has the client take another connection for its next request. HTTP/2 has its own way."""
        response = flow.response
        if self.is_draining and response is not None and response.status_code != 101 and not flow.request.is_http2:
            response.headers["connection"] = "close"


@dataclass(slots=True)
class Drain:
    """One drain, from when nothing is accepted any more."""

    listeners: proxyserver.Proxyserver
    accepting: Listeners
    judge: Judge
    underway: Underway
    sockets: Mapping[str, http.HTTPFlow]
    """The open WebSockets by their client's connection."""
    has_successor: bool = False
    _began: float = field(default_factory=time.time)
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, seconds: float) -> None:
        """Returns when nothing runs any more: by itself, or cut after so long or when told to hurry."""
        metrics.drained()
        self.underway.is_draining = LastResponses.is_draining = True
        self._ask_sockets(at_once=False)
        deadline = asyncio.get_running_loop().time() + seconds
        while self._is_busy() and asyncio.get_running_loop().time() < deadline and not self._hurry.is_set():
            if self.has_successor:
                await self._close_quiet()
            await self._pause()
        await self._cut()

    def hurry(self) -> None:
        """Has it cut now what still runs."""
        self._hurry.set()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), LOOK_SECONDS)

    def _is_busy(self) -> bool:
        if self.has_successor and self.listeners.connections:
            return True
        return bool(
            self.accepting.greeting or self.judge.open_requests or any(self._at_work()) or any(self._arriving())
        )

    def _arriving(self) -> Iterator[ProxyConnectionHandler]:
        now = time.time()
        for handler in self.listeners.connections.values():
            lately = now - handler.timeout_watchdog.last_activity < ARRIVING_SECONDS
            if lately and handler.client not in Tunnel.clients:
                yield handler

    def _at_work(self) -> Iterator[ProxyConnectionHandler]:
        """Connections with a request that has begun and not ended."""
        for client in {flow.client_conn.id for flow in self.underway.flows.values()} | set(self.sockets):
            if (handler := self.listeners.connections.get(client)) is not None:
                yield handler

    async def _close_quiet(self) -> None:
        at_work = set(self._at_work())
        for handler in set(self.listeners.connections.values()) - at_work:
            last = max(handler.timeout_watchdog.last_activity, self._began)
            is_quiet = time.time() - last > QUIET_SECONDS
            if is_quiet and handler.client not in Tunnel.clients:
                await handler.on_timeout()

    async def _cut(self) -> None:
        self.underway.cut()
        cut = self.judge.open_requests
        for _ in range(cut):
            metrics.stream_cut()
        self._ask_sockets(at_once=True)
        await asyncio.sleep(LOOK_SECONDS)
        for handler in list(self._at_work()):
            await handler.on_timeout()
        deadline = asyncio.get_running_loop().time() + CUT_SECONDS
        while cut and self._is_unsettled() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(LOOK_SECONDS)

    def _is_unsettled(self) -> bool:
        return bool(self.judge.open_requests or self.underway.flows)

    def _ask_sockets(self, *, at_once: bool) -> None:
        for flow in list(self.sockets.values()):
            with contextlib.suppress(ValueError):  # gone in the meantime
                self.listeners.inject_event(DrainAsked(flow, at_once))

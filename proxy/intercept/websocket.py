"""mitmproxy's WebSocket layer replaced: no permit, no message.

Of what a client sends only whole messages go on, each with a permit for exactly its bytes, in the order they came;
its pings go on empty and its reason for closing stays here. Nothing is kept once it has passed. Verdicts are awaited
without holding up what the vendor sends. Any fault closes both sides.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from mitmproxy import connection, http
from mitmproxy.proxy import commands, context, events, layer
from mitmproxy.proxy.layers import websocket
from wsproto.frame_protocol import CloseReason

from proxy.intercept.backlog import Backlog
from proxy.intercept.frame import Closing, Ping, Pong, Side, Whole
from proxy.intercept.handshake import is_deflated
from proxy.intercept.socketmessage import Exchange, MessageArrivedHook, SocketMessage, report
from proxy.intercept.state import SocketState, flow_state
from proxy.replies.socket import is_final
from proxy.verdict import Reply

LINGER_SECONDS = 2.0
"""A connection that is closed while its peer still sends loses what the peer has not read yet: our last words."""

Commands = list[commands.Command]
Refuse = Callable[[SocketMessage, str], Reply]
"""Gives the answer to a message for a closed reason code."""


@dataclass
class DrainAsked(events.MessageInjected[bool]):
    """The proxy is about to stop; `message` is whether it stops at once."""


class InspectedSocket(layer.Layer):
    """A client's and a vendor's side of one WebSocket."""

    limit_bytes: ClassVar[int] = 32 << 20
    refuse: ClassVar[Refuse]

    def __init__(self, ctx: context.Context, flow: http.HTTPFlow) -> None:
        super().__init__(ctx)
        self._flow = flow
        self._socket: SocketState | None = None
        self._client: Side | None = None
        self._server: Side | None = None
        self._backlog = Backlog(flow, self.limit_bytes)
        self._asked: SocketMessage | None = None
        self._exchange: Exchange | None = None
        self._pinged: dict[connection.Connection, bytes] = {}
        self._is_draining = False
        self._is_over = False

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        try:
            reaction = self._react(event)
        except BaseException as err:
            reaction = self._break(err)
        yield from reaction

    def _react(self, event: events.Event) -> Commands:
        match event:
            case events.Start():
                return self._start()
            case events.DataReceived() if not self._is_over:
                return self._from_client(event.data) if self._is_client(event) else self._from_server(event.data)
            case events.DataReceived():
                return self._after_all(event.data) if self._is_client(event) else []
            case events.ConnectionClosed() if self._is_over:
                return self._cut(self.context.client) if self._is_client(event) else []
            case events.ConnectionClosed():
                return self._lost(by_client=self._is_client(event))
            case events.HookCompleted() if not self._is_over:
                return self._judged()
            case events.Wakeup():
                return self._cut(self.context.client)
            case DrainAsked() if not self._is_over:
                return self._drain(at_once=event.message)
        return []

    def _start(self) -> Commands:
        state = flow_state(self._flow)
        if state is None or state.socket is None or self._flow.response is None:
            raise RuntimeError("no handshake of ours")
        self._socket = state.socket
        deflated = is_deflated(self._flow.response)
        self._client = Side(faces_client=True, deflated=deflated, limit_bytes=self.limit_bytes)
        self._server = Side(faces_client=False, deflated=deflated, limit_bytes=self.limit_bytes)
        return []

    # from the client

    def _from_client(self, data: bytes) -> Commands:
        assert self._client is not None
        answers: Commands = []
        for event in self._client.receive(data) if not self._backlog.is_ended else ():
            match event:
                case Whole() | Closing():
                    self._backlog.add(event)
                case Ping():
                    answers += self._relay_ping(event, self.context.client, self.context.server)
                case Pong():
                    answers += self._relay_pong(self.context.server)
            if self._backlog.is_ended:
                break
        return answers + self._ask_next()

    def _ask_next(self) -> Commands:
        """Has the next message judged, one at a time: that keeps their order."""
        if self._asked is not None or not self._backlog or self._is_over:
            return []
        first = self._backlog.take()
        if isinstance(first, Closing):
            return self._leave(first.code if first.fault else _known(first.code), "completed")
        self._asked = first
        hook = MessageArrivedHook(first)
        hook.blocking = self  # type: ignore[assignment]  # as mitmproxy's own layers do: we are told, and go on meanwhile
        return [hook]

    def _judged(self) -> Commands:
        message, self._asked = self._asked, None
        if message is None:
            return []
        outcome = self._forward(message) if message.is_permitted else self._answer(message)
        if message.close_code is not None:
            return outcome + self._leave(message.close_code, "completed")
        return outcome + self._ask_next() + self._close_if_drained()

    def _forward(self, message: SocketMessage) -> Commands:
        assert self._server is not None
        frames = self._server.message(message.content, is_text=message.is_text, piece_chars=message.piece_chars)
        if self._exchange is not None:
            self._exchange.end("completed")
        self._exchange = message.exchange
        return [commands.SendData(self.context.server, frames)]

    def _answer(self, message: SocketMessage) -> Commands:
        """Tells the client in its own events why nothing was sent; closes where nobody knows how it would read them."""
        if message.exchange is not None:
            message.exchange.end("blocked")
        reply = message.reply or type(self).refuse(message, message.refusal or "fault")
        told = self._tell(reply)
        if told or message.close_code is not None:
            return told
        return self._leave(CloseReason.POLICY_VIOLATION, "blocked", f"stopped by Tightlip, {message.reference}")

    def _tell(self, reply: Reply) -> Commands:
        client = self._client
        if client is None:
            return []
        return [commands.SendData(self.context.client, client.message(f, is_text=True)) for f in reply.frames]

    # from the vendor

    def _from_server(self, data: bytes) -> Commands:
        assert self._server is not None
        passed: Commands = []
        for event in self._server.receive(data):
            match event:
                case Whole():
                    passed += self._pass(event)
                case Ping():
                    passed += self._relay_ping(event, self.context.server, self.context.client)
                case Pong():
                    passed += self._relay_pong(self.context.client)
                case Closing():
                    return passed + self._leave(event.code, "completed", event.reason)
        return passed

    def _pass(self, whole: Whole) -> Commands:
        assert self._client is not None and self._socket is not None
        texts = self._socket.restored(whole.content) if whole.is_text else [whole.content]
        frames = b"".join(self._client.message(text, is_text=whole.is_text) for text in texts)
        if self._exchange is not None:
            self._exchange.feed(whole.content)
            if whole.is_text and is_final(whole.content):
                self._exchange.end("completed")
                self._exchange = None
        return [commands.SendData(self.context.client, frames), *self._close_if_drained()]

    # control frames

    def _relay_ping(self, ping: Ping, asker: connection.Connection, asked: connection.Connection) -> Commands:
        """Asks the other side without the payload, which could hold anything; the asker's answer is his own."""
        self._pinged[asker] = ping.payload
        return [commands.SendData(asked, self._side(asked).ping())]

    def _relay_pong(self, asker: connection.Connection) -> Commands:
        payload = self._pinged.pop(asker, None)
        return [] if payload is None else [commands.SendData(asker, self._side(asker).pong(payload))]

    # the end

    def _leave(self, code: int, result: str, reason: str = "") -> Commands:
        """Closes both sides; the client is given time to read what it was told last."""
        if self._is_over or self._client is None or self._server is None:
            return []
        self._over(result)
        held = self._hand_over()
        farewell = commands.SendData(self.context.client, self._client.close(code, reason))
        left = [*self._leave_server(code), *held, farewell]
        return [*left, *(self._cut(self.context.client) if self._client.is_closed else self._linger())]

    def _linger(self) -> Commands:
        return [commands.RequestWakeup(LINGER_SECONDS)]

    def _after_all(self, data: bytes) -> Commands:
        """Of a client that is being left only its word of parting is looked for, and not where none can be read."""
        if self._client is None or self._backlog.is_ended:
            return []
        for _ in self._client.receive(data):
            pass
        return self._cut(self.context.client) if self._client.is_closed else []

    def _leave_server(self, code: int) -> Commands:
        if self._server is None:
            return []
        return [commands.SendData(self.context.server, self._server.close(code)), *self._cut(self.context.server)]

    def _lost(self, *, by_client: bool) -> Commands:
        """A side is gone without a word; of what waits nothing is sent any more."""
        self._over("connection_lost")
        if by_client:
            return [*self._leave_server(CloseReason.GOING_AWAY), *self._cut(self.context.client)]
        return [*self._hand_over(), *self._cut(self.context.server), *self._cut(self.context.client)]

    def _hand_over(self) -> Commands:
        """What was held back of the vendor's messages."""
        client, socket = self._client, self._socket
        if client is None or socket is None:
            return []
        texts = socket.held_back()
        return [commands.SendData(self.context.client, client.message(text, is_text=True)) for text in texts]

    def _over(self, result: str) -> None:
        self._is_over = True
        self._backlog.clear()
        self._pinged.clear()
        self._flow.live = False
        if self._asked is not None:
            self._asked.is_abandoned = True
            if self._asked.exchange is not None:
                self._asked.exchange.end("connection_lost")
        if self._exchange is not None:
            self._exchange.end(result)
        self._asked = self._exchange = None

    def _break(self, err: BaseException) -> Commands:
        """After a fault nothing that was built is sent. The client is told, if that can still be done, and left."""
        told: Commands = []
        with contextlib.suppress(BaseException):
            report("websocket", err)
        with contextlib.suppress(BaseException):
            told = [] if self._is_over else self._tell(type(self).refuse(SocketMessage(self._flow, b""), "fault"))
        with contextlib.suppress(BaseException):
            self._over("connection_lost")
        self._is_over = True
        self._backlog.is_ended = True
        return [*told, *self._cut(self.context.server), *self._linger()]

    def _drain(self, *, at_once: bool) -> Commands:
        """Closes an idle connection, one at work once its answer is whole, or any at once."""
        self._is_draining = True
        return self._leave(CloseReason.SERVICE_RESTART, "cut") if at_once else self._close_if_drained()

    def _close_if_drained(self) -> Commands:
        is_idle = self._asked is None and not self._backlog and self._exchange is None
        return self._leave(CloseReason.GOING_AWAY, "completed") if self._is_draining and is_idle else []

    # helpers

    def _is_client(self, event: events.ConnectionEvent) -> bool:
        return event.connection is self.context.client

    def _side(self, peer: connection.Connection) -> Side:
        side = self._client if peer is self.context.client else self._server
        assert side is not None
        return side

    def _cut(self, peer: connection.Connection) -> Commands:
        return [commands.CloseConnection(peer)]


def _known(code: int) -> int:
    """A code for closing that says nothing of the client's own."""
    try:
        return CloseReason(code)
    except ValueError:
        return CloseReason.NORMAL_CLOSURE


def is_installed() -> bool:
    current: type = websocket.WebsocketLayer
    return current is InspectedSocket


def install_websocket(limit_bytes: int, refuse: Refuse) -> None:
    """Puts the inspected layer in the place of mitmproxy's."""
    InspectedSocket.limit_bytes = limit_bytes
    InspectedSocket.refuse = staticmethod(refuse)
    websocket.WebsocketLayer = InspectedSocket  # type: ignore[misc,assignment]

"""A WebSocket on one connection, by wsproto: each message is logged and answered as its step asks."""

import asyncio
import json
from collections.abc import Iterator

from wsproto import ConnectionType, events
from wsproto.connection import Connection, ConnectionState
from wsproto.extensions import Extension, PerMessageDeflate
from wsproto.utilities import generate_accept_token, split_comma_header

from tests.fakevendor import openai_api
from tests.fakevendor.peer import Peer
from tests.fakevendor.step import Received, Step


class Socket:
    """Made for an upgrade that is granted; `answer` gives the headers that say so."""

    def __init__(self, peer: Peer, upgrade: Received) -> None:
        self._peer = peer
        self._upgrade = upgrade
        self._extensions: list[Extension] = []
        self._accepted = ""
        for offer in split_comma_header((upgrade.header("sec-websocket-extensions") or "").encode()):
            if offer.startswith(PerMessageDeflate.name) and not self._extensions:
                deflate = PerMessageDeflate()
                self._accepted = f"{PerMessageDeflate.name}; {deflate.accept(offer)}".rstrip("; ")
                self._extensions.append(deflate)
        self._wire = Connection(ConnectionType.SERVER, self._extensions)
        self._pieces: list[str | bytes] = []
        self._turns: asyncio.Queue[Received] = asyncio.Queue()
        self._peer.shared.open_sockets += 1
        peer.start(self._answer_all())

    def answer(self) -> list[tuple[str, str]]:
        token = generate_accept_token((self._upgrade.header("sec-websocket-key") or "").encode()).decode()
        headers = [("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-accept", token)]
        return [*headers, ("sec-websocket-extensions", self._accepted)] if self._accepted else headers

    def feed(self, data: bytes) -> None:
        if not data or self._wire.state is ConnectionState.CLOSED:
            return
        self._wire.receive_data(data)
        for event in self._wire.events():
            match event:
                case events.Message():
                    self._pieces.append(event.data)
                    if event.message_finished:
                        pieces, self._pieces = self._pieces, []
                        whole = b"".join(p.encode() if isinstance(p, str) else p for p in pieces)
                        self._turns.put_nowait(self._log("WEBSOCKET", whole))
                case events.Ping():
                    self._log("PING", bytes(event.payload))
                    self._send(event.response())
                case events.Pong():
                    self._log("PONG", bytes(event.payload))
                case events.CloseConnection():
                    self._log("CLOSE", f"{int(event.code)} {event.reason or ''}".strip().encode())
                    self._send(event.response())
                    self._peer.transport.close()

    def closed(self) -> None:
        if self._wire.state is ConnectionState.OPEN:
            self._log("CLOSE", b"")
        self._peer.shared.open_sockets -= 1

    async def _answer_all(self) -> None:
        while True:
            request = await self._turns.get()
            await self._play(self._peer.shared.step(request))

    async def _play(self, step: Step) -> None:
        """`pause_after` and `cut_after` count messages."""
        if step.delay_seconds:
            await asyncio.sleep(step.delay_seconds)
        if step.ping is not None:
            self._send(events.Ping(step.ping))
        for number, frame in enumerate(self._frames(step)):
            if number == step.pause_after:
                await self._peer.shared.gate.wait()
            if number == step.cut_after:
                self._peer.transport.abort()
                return
            self._send(events.TextMessage(frame) if isinstance(frame, str) else events.BytesMessage(frame))
            await asyncio.sleep(0)
        if step.close is not None:
            self._send(events.CloseConnection(*step.close))

    def _frames(self, step: Step) -> Iterator[str | bytes]:
        if step.frames is not None:
            yield from step.frames
        elif self._upgrade.path.endswith("/responses"):
            yield from map(json.dumps, openai_api.response_messages(step))

    def _send(self, event: events.Event) -> None:
        if self._wire.state in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
            self._peer.transport.write(self._wire.send(event))

    def _log(self, method: str, body: bytes) -> Received:
        upgrade = self._upgrade
        return self._peer.shared.log(
            Received("websocket", method, upgrade.target, upgrade.headers, b"", body, upgrade.sni, upgrade.connection)
        )

"""HTTP/1.1 on one connection, by h11; keeps the raw bytes of each request head beside what h11 made of it."""

import asyncio

import h11

from tests.fakevendor.peer import Peer
from tests.fakevendor.play import play
from tests.fakevendor.reply import Reply
from tests.fakevendor.step import Received
from tests.fakevendor.websocket import Socket

_HEAD_LIMIT_BYTES = 256 * 1024  # the vendor takes what it gets; limits are the proxy's to show


class Http1:
    """Feeds h11 and answers each whole request in turn."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT_BYTES)
        self._raw = bytearray()
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._socket: Socket | None = None

    def feed(self, data: bytes) -> None:
        if self._socket is not None:
            self._socket.feed(data)
            return
        if self._request is None:
            self._raw += data
        try:
            self._h11.receive_data(data)
            self._read()
        except h11.RemoteProtocolError:
            self._peer.transport.close()

    def closed(self) -> None:
        if self._socket is not None:
            self._socket.closed()

    def _read(self) -> None:
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Request):
                self._request = event
            elif isinstance(event, h11.Data):
                self._body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                self._answer()
            elif isinstance(event, h11.ConnectionClosed):
                self._peer.transport.close()
                return
            else:  # NEED_DATA or PAUSED
                return

    def _answer(self) -> None:
        assert self._request is not None
        request = Received(
            protocol="http/1.1",
            method=self._request.method.decode(),
            target=self._request.target.decode(),
            headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in self._request.headers),
            head=bytes(self._raw).partition(b"\r\n\r\n")[0],
            body=b"".join(self._body),
            sni=self._peer.sni,
            connection=self._peer.number,
        )
        step, reply = self._peer.shared.answer(request)
        if step.status == 200 and (request.header("upgrade") or "").lower() == "websocket":
            self._socket = Socket(self._peer, request)
            headers = self._socket.answer()
            self._peer.transport.write(self._h11.send(h11.InformationalResponse(status_code=101, headers=headers)))
            self._socket.feed(self._h11.trailing_data[0])
            return
        self._peer.start(play(step, reply, _Http1Sink(self), self._peer.shared.gate))

    def write(self, event: h11.Event) -> None:
        data = self._h11.send(event)
        if data and not self._peer.transport.is_closing():
            self._peer.transport.write(data)

    def finish(self) -> None:
        self.write(h11.EndOfMessage())
        if self._h11.our_state is h11.MUST_CLOSE:
            self._peer.transport.close()
            return
        self._h11.start_next_cycle()
        waiting, _ = self._h11.trailing_data
        self._raw, self._request, self._body = bytearray(waiting), None, []
        self._read()

    def cut(self) -> None:
        self._peer.transport.abort()


class _Http1Sink:
    def __init__(self, connection: Http1) -> None:
        self._connection = connection

    async def head(self, reply: Reply) -> None:
        framing = ("transfer-encoding", "chunked") if reply.length is None else ("content-length", str(reply.length))
        self._connection.write(h11.Response(status_code=reply.status, headers=[*reply.headers, framing]))

    async def chunk(self, data: bytes) -> None:
        self._connection.write(h11.Data(data=data))
        await asyncio.sleep(0)

    async def end(self) -> None:
        self._connection.finish()

    def cut(self) -> None:
        self._connection.cut()

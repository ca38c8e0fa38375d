"""HTTP/2 on one connection, by h2: concurrent streams, flow control respected in both directions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from tests.fakevendor.peer import Peer
from tests.fakevendor.play import play
from tests.fakevendor.reply import Reply
from tests.fakevendor.step import Received

_WINDOW_BYTES = 4 * 1024 * 1024
_CONFIG = h2.config.H2Configuration(client_side=False, header_encoding="utf-8", validate_inbound_headers=False)


@dataclass(slots=True)
class _Stream:
    headers: list[tuple[str, str]]
    body: list[bytes] = field(default_factory=list)


class Http2:
    """Collects each stream's request and plays its answer."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._streams: dict[int, _Stream] = {}
        self.window = asyncio.Event()
        self.h2 = h2.connection.H2Connection(config=_CONFIG)
        self.h2.local_settings = h2.settings.Settings(
            client=False, initial_values={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES}
        )
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(_WINDOW_BYTES)
        self.flush()

    def feed(self, data: bytes) -> None:
        try:
            for event in self.h2.receive_data(data):
                self._take(event)
        except h2.exceptions.ProtocolError:
            self._peer.transport.close()
        self.flush()

    def closed(self) -> None:
        self.window.set()

    def flush(self) -> None:
        data = self.h2.data_to_send()
        if data and not self._peer.transport.is_closing():
            self._peer.transport.write(data)

    def _take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived():
                headers = [(str(name), str(value)) for name, value in event.headers or ()]
                self._streams[event.stream_id or 0] = _Stream(headers)
            case h2.events.DataReceived():
                self._streams[event.stream_id or 0].body.append(event.data or b"")
                if event.flow_controlled_length:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id or 0)
            case h2.events.StreamEnded():
                self._answer(event.stream_id or 0)
            case h2.events.StreamReset():
                self._streams.pop(event.stream_id or 0, None)
            case h2.events.WindowUpdated() | h2.events.RemoteSettingsChanged():
                self.window.set()
            case h2.events.ConnectionTerminated():
                self._peer.transport.close()

    def _answer(self, number: int) -> None:
        stream = self._streams.pop(number)
        pseudo = dict(item for item in stream.headers if item[0].startswith(":"))
        request = Received(
            protocol="h2",
            method=pseudo.get(":method", ""),
            target=pseudo.get(":path", ""),
            headers=tuple(stream.headers),
            head="\n".join(f"{name}: {value}" for name, value in stream.headers).encode(),
            body=b"".join(stream.body),
            sni=self._peer.sni,
            connection=self._peer.number,
        )
        step, reply = self._peer.shared.answer(request)
        self._peer.start(play(step, reply, _Http2Sink(self, number, self._peer), self._peer.shared.gate))


class _Http2Sink:
    def __init__(self, connection: Http2, number: int, peer: Peer) -> None:
        self._connection = connection
        self._number = number
        self._peer = peer

    async def head(self, reply: Reply) -> None:
        headers = [(":status", str(reply.status)), *reply.headers]
        if reply.length is not None:
            headers.append(("content-length", str(reply.length)))
        self._send(lambda: self._connection.h2.send_headers(self._number, headers))

    async def chunk(self, data: bytes) -> None:
        while data:
            room = self._room()
            piece, data = data[:room], data[room:]
            if piece:
                self._send(partial(self._connection.h2.send_data, self._number, piece))
            else:
                self._connection.window.clear()
                await self._connection.window.wait()
            if self._peer.transport.is_closing():
                return
        await asyncio.sleep(0)

    async def end(self) -> None:
        self._send(lambda: self._connection.h2.end_stream(self._number))

    def cut(self) -> None:
        self._send(lambda: self._connection.h2.reset_stream(self._number, h2.errors.ErrorCodes.INTERNAL_ERROR))

    def _room(self) -> int:
        try:
            window = self._connection.h2.local_flow_control_window(self._number)
        except h2.exceptions.StreamClosedError:
            return 1 << 14  # the send that follows finds the same, and is dropped
        return min(window, self._connection.h2.max_outbound_frame_size)

    def _send(self, send: Callable[[], None]) -> None:
        """A stream that the client has reset takes no more; that is its right."""
        try:
            send()
        except h2.exceptions.ProtocolError:
            return
        self._connection.flush()

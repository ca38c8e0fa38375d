"""The pipe between two processes of ours, both ways at once: a message each time, and bytes that go beside it.

A frame is the lengths of both, the message as a pickle, and the bytes as they are, which keeps bodies out of pickles.
"""

import asyncio
import pickle
import socket
import struct
from collections.abc import Callable
from typing import Any, Final, Self

_HEAD: Final = struct.Struct("!IQ")
_INBOX_BYTES: Final = 64 * 1024

Receive = Callable[[Any, bytes | None], None]


class Channel(asyncio.BufferedProtocol):
    """Calls `receive` with each message and its bytes, None when none went beside it; `lost` when the other end goes.

    What a message holds must be picklable, and both ends be ours.
    """

    def __init__(self, receive: Receive, lost: Callable[[], None]) -> None:
        self._receive = receive
        self._lost = lost
        self._transport: asyncio.WriteTransport | None = None
        self._inbox = bytearray(_INBOX_BYTES)
        self._filled = 0

    @classmethod
    async def over(cls, sock: socket.socket, receive: Receive, lost: Callable[[], None]) -> Self:
        """A channel over one end of a socket pair."""
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        _, channel = await loop.create_unix_connection(lambda: cls(receive, lost), sock=sock)
        return channel

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def send(self, message: Any, body: bytes | None = None) -> None:
        """Never waits. What is sent to an end that is gone is lost, and `lost` is called."""
        if self._transport is None or self._transport.is_closing():
            return
        content = pickle.dumps(message, protocol=5)
        beside = 0 if body is None else len(body) + 1
        pieces = [_HEAD.pack(len(content), beside), content]
        self._transport.writelines(pieces if body is None else [*pieces, body])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost()

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._inbox)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        start = 0
        while (frame := self._frame_bytes(start)) is not None and self._filled - start >= frame:
            self._take(start, frame)
            start += frame
        self._make_room(start, frame)

    def _frame_bytes(self, start: int) -> int | None:
        """The length of the frame that begins there, once its head is here."""
        if self._filled - start < _HEAD.size:
            return None
        content, beside = _HEAD.unpack_from(self._inbox, start)
        return int(_HEAD.size + content + max(beside - 1, 0))

    def _take(self, start: int, frame: int) -> None:
        content, beside = _HEAD.unpack_from(self._inbox, start)
        view = memoryview(self._inbox)[start + _HEAD.size : start + frame]
        self._receive(pickle.loads(view[:content]), bytes(view[content:]) if beside else None)

    def _make_room(self, start: int, frame: int | None) -> None:
        """Keeps what is left of the inbox, in one that has room for the whole of a frame that has begun."""
        rest = self._filled - start
        size = max(frame or 0, _INBOX_BYTES)
        if size != len(self._inbox) or start:
            inbox = self._inbox if size == len(self._inbox) else bytearray(size)
            inbox[:rest] = self._inbox[start : self._filled]
            self._inbox, self._filled = inbox, rest

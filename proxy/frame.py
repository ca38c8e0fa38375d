"""Frames on the pipe between the front process and a scan worker: a length and a pickle, both ends being ours."""

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")
_READ_BYTES = 1 << 16


def pack(message: Any) -> tuple[bytes, bytes]:
    """The two pieces to write for one message."""
    payload = pickle.dumps(message, protocol=5)
    return _LENGTH.pack(len(payload)), payload


def take(arrived: bytearray) -> bytes | None:
    """The first message's pickle out of what has arrived, once all of it has; it is then no longer in there."""
    if len(arrived) < _LENGTH.size:
        return None
    end = _LENGTH.size + _LENGTH.unpack_from(arrived)[0]
    if len(arrived) < end:
        return None
    payload = bytes(arrived[_LENGTH.size : end])
    del arrived[:end]
    return payload


def receive_alone(sock: socket.socket) -> Any:
    """The next message and not a byte of what follows, for whoever reads on in another way. Raises EOFError."""
    (length,) = _LENGTH.unpack(_receive_exactly(sock, _LENGTH.size))
    return pickle.loads(_receive_exactly(sock, length))


def _receive_exactly(sock: socket.socket, count: int) -> bytearray:
    arrived = bytearray(count)
    view = memoryview(arrived)
    while len(view):
        received = sock.recv_into(view)
        if not received:
            raise EOFError("the other end of the pipe is closed")
        view = view[received:]
    return arrived


class BlockingPipe:
    """The end of a process that does nothing else while it waits."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._arrived = bytearray()

    def send(self, message: Any) -> None:
        self._sock.sendall(b"".join(pack(message)))

    def receive(self) -> Any:
        """The next message. Raises EOFError when the other end is gone."""
        while (payload := take(self._arrived)) is None:
            data = self._sock.recv(_READ_BYTES)
            if not data:
                raise EOFError("the other end of the pipe is closed")
            self._arrived += data
        return pickle.loads(payload)

"""Frames on the pipe between the front process and a scan worker: a length and a pickle, both ends being ours."""

import asyncio
import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")


def pack(message: Any) -> tuple[bytes, bytes]:
    """The two pieces to write for one message."""
    payload = pickle.dumps(message, protocol=5)
    return _LENGTH.pack(len(payload)), payload


async def read(reader: asyncio.StreamReader) -> Any:
    """The next message. Raises EOFError (IncompleteReadError) when the other end is gone."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return pickle.loads(await reader.readexactly(length))


def send_blocking(sock: socket.socket, message: Any) -> None:
    head, payload = pack(message)
    sock.sendall(head)
    sock.sendall(payload)


def receive_blocking(sock: socket.socket) -> Any:
    """The next message. Raises EOFError when the other end is gone."""
    (length,) = _LENGTH.unpack(_receive_exactly(sock, _LENGTH.size))
    return pickle.loads(_receive_exactly(sock, length))


def _receive_exactly(sock: socket.socket, count: int) -> bytearray:
    buffer = bytearray(count)
    view = memoryview(buffer)
    done = 0
    while done < count:
        received = sock.recv_into(view[done:])
        if not received:
            raise EOFError("the other end of the pipe is closed")
        done += received
    return buffer

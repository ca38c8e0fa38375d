"""The line between a running proxy and its successor: JSON messages, and open files with them, over a Unix socket.

The socket lies in the state folder and is its owner's alone; whose process is at the other end is asked of the system
all the same. Versions may differ, so nothing is sent that only one of them could read.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

PROTOCOL: Final = 1
FOLDER: Final = "run"
SOCKET_FILE: Final = "handover.sock"

MESSAGE_BYTES: Final = 64 << 20
"""Far above the longest record, and above the list of all requests that can be open at once."""
DESCRIPTORS: Final = 200
"""Above what a proxy listens on, below what the kernel passes at once (253 on Linux)."""

_CREDENTIALS: Final = struct.Struct("3i")

Message = Mapping[str, Any]


class Channel:
    """One end. `descriptors` are the open files that came with the messages, for the reader to take."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._buffer = bytearray()
        self._turn = asyncio.Lock()
        self.descriptors: list[int] = []
        self.peer = _peer(sock)

    @property
    def is_ours(self) -> bool:
        """Whether the process at the other end is of this one's user."""
        return self.peer is None or self.peer[1] == os.geteuid()

    async def send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Raises OSError when the other end is gone."""
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        async with self._turn:
            if descriptors:
                socket.send_fds(self._socket, [data[:1]], descriptors)
                data = data[1:]
            await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def receive(self) -> Message:
        """The next message. Raises EOFError when the other end is gone or makes no sense."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MESSAGE_BYTES:
                raise EOFError("too long a message")
            self._buffer += await self._read()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as err:
            raise EOFError("not a message") from err
        if not isinstance(message, dict):
            raise EOFError("not a message")
        return message

    def end_peer(self) -> None:
        """Ends the process at the other end, which must be alive: as long as the line stands, its id is its own."""
        if self.peer is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.peer[0], signal.SIGKILL)

    def close(self) -> None:
        self._socket.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _read(self) -> bytes:
        while True:
            try:
                data, descriptors, *_ = socket.recv_fds(self._socket, 1 << 16, DESCRIPTORS, _CLOSE_ON_EXEC)
            except BlockingIOError:
                await self._readable()
                continue
            except OSError as err:
                raise EOFError("the other end is gone") from err
            self.descriptors += descriptors
            if not data:
                raise EOFError("the other end is gone")
            return data

    async def _readable(self) -> None:
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._socket, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._socket)


def bind(state_dir: Path) -> socket.socket:
    """A listening socket in the place of whichever was there. Raises OSError."""
    folder = state_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    sock = socket.socket(socket.AF_UNIX)
    temporary = f".{os.getpid()}.sock"
    try:
        with _short(folder) as place:
            (folder / temporary).unlink(missing_ok=True)
            sock.bind(f"{place}/{temporary}")
        (folder / temporary).chmod(0o600)
        sock.listen(4)
        sock.setblocking(False)
        (folder / temporary).replace(folder / SOCKET_FILE)
    except OSError:
        sock.close()
        raise
    return sock


async def connect(state_dir: Path) -> Channel:
    """A line to the proxy that runs with this state folder. Raises OSError when none answers there."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        with _short(state_dir / FOLDER) as place:
            sock.connect(f"{place}/{SOCKET_FILE}")
    except OSError:
        sock.close()
        raise
    return Channel(sock)


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A folder by a name that is short enough for a socket's address, which holds about a hundred bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        short = Path(f"/proc/self/fd/{descriptor}")
        yield str(short if short.exists() else folder)
    finally:
        os.close(descriptor)


def _peer(sock: socket.socket) -> tuple[int, int] | None:
    """Process and user at the other end; None where the system does not tell, and the file's mode has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    pid, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return pid, uid


_CLOSE_ON_EXEC: Final = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

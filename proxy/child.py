"""Processes of our own that are asked over a pipe: started so that nothing but what they need comes along.

What they are and say is their modules' matter (`worker.py`, `drafting.py`).
"""

import asyncio
import contextlib
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from proxy import frame


class _Pipe(asyncio.Protocol):
    """The near end. One question at a time: what arrives is its answer."""

    def __init__(self) -> None:
        self._arrived = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._is_lost = False
        self.tell: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    async def ask(self, question: bytes) -> bytes:
        if self._is_lost:
            raise EOFError("the other end of the pipe is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(question)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        if self._answer is None or self._answer.done():
            return
        if (payload := frame.take(self._arrived)) is not None:
            self._answer.set_result(payload)

    def eof_received(self) -> None:
        """Tells at once when the other end is gone: nobody asks a process that is idle."""
        self._lose()
        if self.tell is not None:
            self.tell()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose()

    def _lose(self) -> None:
        self._is_lost = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(EOFError("the other end of the pipe is closed"))


@dataclass(slots=True, eq=False)
class Child:
    """A started process, and the front's end of the pipe to it."""

    process: subprocess.Popen[bytes]
    _pipe: _Pipe

    @classmethod
    async def start(cls, module: str, *arguments: int, inherited: Sequence[int] = (), niceness: int = 0) -> Self:
        """Runs `module` with the descriptor of its end of the pipe as first argument; the others follow.

        With a `niceness` it yields the processor to those that have less of it.
        """
        process, ours = spawn(module, *arguments, inherited=inherited)
        if niceness:
            os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
        _, pipe = await asyncio.get_running_loop().create_unix_connection(_Pipe, sock=ours)
        return cls(process, pipe)

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Calls `tell` as soon as the process is gone, unless it is killed from here."""
        self._pipe.tell = tell

    async def ask(self, message: Any) -> Any:
        """The answer to a message. Raises EOFError when the process is gone."""
        return pickle.loads(await self._pipe.ask(b"".join(frame.pack(message))))

    def kill(self) -> None:
        self._pipe.transport.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def gone(self) -> None:
        """Returns once the process has ended."""
        await asyncio.to_thread(self.process.wait)


def spawn(module: str, *arguments: int, inherited: Sequence[int] = ()) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Runs `module` with the descriptor of its end of a pipe as first argument, and gives our end."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            # -P: a folder called proxy where the operator happens to stand must not be run
            [sys.executable, "-P", "-m", module, *map(str, (theirs.fileno(), *arguments))],
            pass_fds=[theirs.fileno(), *inherited],
            stdin=subprocess.DEVNULL,
            # What `aws_signing` may take from the environment is none of the business of who reads hostile bytes.
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        )
    return process, ours

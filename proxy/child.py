"""Processes of our own that are asked over a pipe: started so that nothing but what they need comes along.

What they are and say is their modules' matter (`worker.py`, `drafting.py`).
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from proxy import frame


class _Pipe(asyncio.StreamReaderProtocol):
    """Tells at once when the other end is gone: nobody reads from a process that is not asked."""

    tell: Callable[[], None] | None = None

    def eof_received(self) -> bool:
        super().eof_received()
        if self.tell is not None:
            self.tell()
        return False


@dataclass(slots=True, eq=False)
class Child:
    """A started process, and the front's end of the pipe to it."""

    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _pipe: "_Pipe"

    @classmethod
    async def start(cls, module: str, *arguments: int, inherited: Sequence[int] = (), niceness: int = 0) -> Self:
        """Runs `module` with the descriptor of its end of the pipe as first argument; the others follow.

        With a `niceness` it yields the processor to those that have less of it.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: ASYNC220 - returns at once; asyncio's own would tie it to a watcher
                # -P: a folder called proxy where the operator happens to stand must not be run
                [sys.executable, "-P", "-m", module, *map(str, (theirs.fileno(), *arguments))],
                pass_fds=[theirs.fileno(), *inherited],
                stdin=subprocess.DEVNULL,
                # What `aws_signing` may take from the environment is none of the business of who reads hostile bytes.
                env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            )
        if niceness:
            os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
        reader = asyncio.StreamReader(limit=1 << 20)
        loop = asyncio.get_running_loop()
        transport, pipe = await loop.create_unix_connection(lambda: _Pipe(reader), sock=ours)
        return cls(process, reader, asyncio.StreamWriter(transport, pipe, reader, loop), pipe)

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Calls `tell` as soon as the process is gone, unless it is killed from here."""
        self._pipe.tell = tell

    async def ask(self, message: Any) -> Any:
        """The answer to a message. Raises EOFError or OSError when the process is gone."""
        self.writer.writelines(frame.pack(message))
        await self.writer.drain()
        return await frame.read(self.reader)

    def kill(self) -> None:
        self.writer.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def gone(self) -> None:
        """Returns once the process has ended."""
        await asyncio.to_thread(self.process.wait)

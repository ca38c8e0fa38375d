"""A scan worker: one process, one warm inspector, one request at a time over a pipe.

The front process holds the other end, sets the deadline and kills what is late; nothing here needs to be trusted to
return. Started as `python -m proxy.worker FD`.
"""

import resource
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from proxy import frame, log
from proxy.body import Limits
from proxy.told import Told
from proxy.verdict import Request


@dataclass(frozen=True, slots=True)
class Settings:
    """What an inspector is built from; crosses the pipe once, when the worker starts."""

    rules: tuple[Path, ...]
    policy: str
    policies: Path
    vendors: tuple[Path, ...]
    hosts: dict[str, str]
    limits: Limits
    key: bytes = field(repr=False)
    cache_dir: Path | None = None
    names: str | None = None
    memory_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker's first message: it is warm, and this is what it judges by."""

    rules_digest: str
    policy_digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A worker's answer when inspecting raised: the exception's type and place, never its text."""

    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class Task:
    request: Request
    told: Told


def main(descriptor: int) -> None:
    log.configure()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the front process decides
    with socket.socket(fileno=descriptor) as sock:
        settings: Settings = frame.receive_blocking(sock)
        # Heavy imports stay below the limit too, so a runaway import fails like a runaway scan.
        resource.setrlimit(resource.RLIMIT_AS, (settings.memory_bytes, settings.memory_bytes))
        from proxy.pipeline import build

        inspector = build(settings)
        inspector.warm()
        frame.send_blocking(sock, inspector.ready())
        while True:
            try:
                task: Task = frame.receive_blocking(sock)
            except EOFError:
                return
            try:
                answer: object = inspector.inspect(task.request, task.told)
            except MemoryError:
                answer = Fault("worker_lost", "MemoryError")
            except Exception as err:
                answer = Fault("scan_failed", _place(err))
            frame.send_blocking(sock, answer)


def _place(err: BaseException) -> str:
    """The exception's type and the line that raised it; its message may quote content and is left out."""
    trace = err.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(err).__name__} at {where}"


if __name__ == "__main__":
    main(int(sys.argv[1]))

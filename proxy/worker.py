"""A scan worker: one process, one warm inspector, one request at a time over a pipe.

The front process holds the other end, sets the deadline and kills what is late; nothing here needs to be trusted to
return. Started as `python -m proxy.worker PIPE MEMORY CAPACITY`, two descriptors and a size.
"""

import gc
import resource
import signal
import socket
import sys
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from proxy import frame, log
from proxy.mailbox import Mailbox
from proxy.memory import return_large_blocks
from proxy.task import KEPT_CHARTERS, Answer, Equipment, Fault, Task
from proxy.verdict import Request, Verdict

if TYPE_CHECKING:
    from proxy.charter import Charter


class Charters:
    """The last few charters that came. The front process counts along (`pool.py`), so what it names is here."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Charter] = OrderedDict()

    def take(self, task: Task) -> "Charter":
        """What the task is to be judged by."""
        if task.taught is not None:
            self._kept[task.charter] = task.taught.open()
            if len(self._kept) > KEPT_CHARTERS:
                self._kept.popitem(last=False)
        return self._kept[task.charter]


def main(descriptor: int, mailbox: Mailbox | None) -> None:
    log.configure()
    return_large_blocks()
    for number in (signal.SIGINT, signal.SIGHUP):  # they reach the whole group; the front process decides
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as sock:
        pipe = frame.BlockingPipe(sock)
        equipment: Equipment = pipe.receive()
        memory_bytes = equipment.settings.memory_bytes
        # Heavy imports stay below the limit too, so a runaway import fails like a runaway scan.
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        from proxy.pipeline import build

        inspector = build(equipment.settings, equipment.rules.open())
        inspector.warm()
        gc.collect()
        gc.freeze()  # rules and engine live as long as the worker does; collections need not walk them
        charters = Charters()
        pipe.send(inspector.ready())
        while True:
            try:
                task: Task = pipe.receive()
            except EOFError:
                return
            charter = charters.take(task)
            try:
                verdict = inspector.inspect(_request(task, mailbox), charter, task.told, task.known)
                answer: object = _answer(verdict, mailbox)
            except MemoryError:
                answer = Fault("worker_lost", "MemoryError")
            except Exception as err:
                answer = Fault("scan_failed", _place(err))
            pipe.send(answer)


def _request(task: Task, mailbox: Mailbox | None) -> Request:
    if mailbox is None or task.mailed_bytes is None:
        return task.request
    return replace(task.request, body=mailbox.take(task.mailed_bytes))


def _answer(verdict: Verdict, mailbox: Mailbox | None) -> Answer:
    mailed = mailbox.put(verdict.body) if mailbox is not None and verdict.body is not None else None
    return Answer(verdict if mailed is None else replace(verdict, body=b""), mailed)


def _place(err: BaseException) -> str:
    """The exception's type and the line that raised it; its message may quote content and is left out."""
    trace = err.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(err).__name__} at {where}"


if __name__ == "__main__":
    pipe, memory, capacity = map(int, sys.argv[1:])
    main(pipe, Mailbox(memory, capacity) if capacity else None)

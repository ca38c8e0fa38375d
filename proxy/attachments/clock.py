"""A limit on the time that opening an attachment may take: readers loop where hostile files tell them to."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN_SECONDS = 0.05


class TimeUp(BaseException):
    """No Exception, so that a reader's own `except Exception` does not swallow it."""


@contextmanager
def own_time(seconds: float) -> Iterator[None]:
    """Raises TimeUp in the block once it has used so much of this process's own time, and again until it leaves.

    Wall clock would count what other processes do; that one is the pool's. Signals reach the main thread alone, which
    is where a worker reads; elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed = [True]

    def ring(*_: object) -> None:
        if armed:
            raise TimeUp

    before = signal.signal(signal.SIGPROF, ring)
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN_SECONDS)
            yield
        finally:
            armed.clear()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        # Not the default, which would end the process should a last signal come late.
        signal.signal(signal.SIGPROF, before if callable(before) else signal.SIG_IGN)

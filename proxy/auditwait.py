"""Those who wait until their record is durable: threads by a future of their own, coroutines by their loop's.

What became durable together is told to a loop in one turn of it: waking it costs as much as writing a record. Only
`audit.py` uses this.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import Future

Waiter = Future[int] | asyncio.Future[int] | None
"""Who waits for a record's sequence number; None where nobody does."""

Answer = int | Exception


def tell(answers: Iterable[tuple[Waiter, Answer]]) -> None:
    """Settles each waiter that has not gone away. From any thread."""
    on_loops: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], Answer]]] = defaultdict(list)
    for waiter, answer in answers:
        if isinstance(waiter, Future):
            if waiter.set_running_or_notify_cancel():
                _settle(waiter, answer)
        elif waiter is not None:
            on_loops[waiter.get_loop()].append((waiter, answer))
    for loop, turn in on_loops.items():
        with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody left who waits
            loop.call_soon_threadsafe(_settle_all, turn)


def _settle_all(turn: Iterable[tuple[asyncio.Future[int], Answer]]) -> None:
    for waiter, answer in turn:
        if not waiter.done():
            _settle(waiter, answer)


def _settle(waiter: Future[int] | asyncio.Future[int], answer: Answer) -> None:
    if isinstance(answer, int):
        waiter.set_result(answer)
    else:
        waiter.set_exception(answer)

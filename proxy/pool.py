"""The pool of scan workers: bounded queue, wall-clock deadline, kill and replace.

A request goes to the worker that most likely has its conversation cached, or to any idle one. Whatever goes wrong
becomes a PoolError with a closed reason, never a missing verdict taken for a clean one.
"""

import asyncio
import contextlib
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from proxy.child import Child
from proxy.mailbox import Mailbox
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known
from proxy.task import KEPT_CHARTERS, Answer, Equipment, Fault, Ready, Sealed, Settings, Task
from proxy.told import NOTHING_TOLD, Told
from proxy.verdict import Request, Verdict

START_SECONDS = 180.0
"""Rules whose compiled form is in no cache take some fifteen seconds of a whole core, and there may be less."""
MAX_BACKOFF_SECONDS = 5.0
END_SECONDS = 0.02  # between two looks at whether somebody still needs a pool that ends
AFFINITY_BYTES = 512
"""Enough of a body to hold its model and the head of its first message, the same all through a conversation."""

_log = structlog.get_logger()


class PoolError(Exception):
    """No verdict could be had; `reason` is a closed code and `where` names code, never content."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = where


@dataclass(slots=True, eq=False)
class _Worker:
    index: int
    child: Child
    mailbox: Mailbox | None
    taught: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_CHARTERS))
    """The charters that the worker has, as it counts them itself."""

    async def inspect(self, request: Request, charter: Sealed, told: Told, known: Known) -> Verdict | Fault:
        """The worker's word on a request. The body goes through the mailbox, and so does one that comes back."""
        mailed = self.mailbox.put(request.body) if self.mailbox else None
        sent = request if mailed is None else replace(request, body=b"")
        lesson = None
        if charter.digest not in self.taught:
            self.taught.append(charter.digest)
            lesson = charter
        answer = await self.child.ask(Task(sent, charter.digest, lesson, told, mailed, known))
        if not isinstance(answer, Answer):
            return answer if isinstance(answer, Fault) else Fault("worker_lost", "answer")
        if answer.mailed_bytes is None or self.mailbox is None:
            return answer.verdict
        return replace(answer.verdict, body=self.mailbox.take(answer.mailed_bytes))

    def kill(self) -> None:
        self.child.kill()
        if self.mailbox is not None:
            self.mailbox.close()
            self.mailbox = None


@dataclass(slots=True)
class Pool:
    """Workers that find by `rules`, a RuleSet."""

    settings: Settings
    rules: Sealed
    size: int
    deadline_seconds: float = 5.0
    queue_limit: int = 256
    niceness: int = 0
    on_restart: Callable[[str], None] = lambda reason: None
    answered: int = 0
    """Verdicts that workers have given."""
    _idle: dict[int, _Worker] = field(default_factory=dict)
    _busy: set[_Worker] = field(default_factory=set)
    _waiting: deque[asyncio.Future[_Worker]] = field(default_factory=deque)
    _spawning: set[asyncio.Task[None]] = field(default_factory=set)
    _leases: int = 0
    _closed: bool = False
    is_ending: bool = False
    """Whether it is about to end, and only those who lease it are still answered."""

    async def start(self, at_once: int | None = None) -> None:
        """Starts every worker, so many at once. Raises PoolError when one can't be started; then none is left."""
        turns = asyncio.Semaphore(at_once or self.size)
        starting = [asyncio.create_task(self._start(index, turns)) for index in range(self.size)]
        try:
            await asyncio.gather(*starting)
        except BaseException:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
            await self.stop()
            raise

    async def _start(self, index: int, turns: asyncio.Semaphore) -> None:
        async with turns:
            self._release(await self._spawn(index))

    async def inspect(
        self, request: Request, charter: Sealed, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN
    ) -> Verdict:
        """The verdict of one worker by `charter`, within the deadline. Raises PoolError."""
        worker = await self._acquire(zlib.crc32(request.body[:AFFINITY_BYTES]) % self.size)
        try:
            answer = await asyncio.wait_for(worker.inspect(request, charter, told, known), self.deadline_seconds)
        except TimeoutError:
            self._replace(worker, "timeout")
            raise PoolError("scan_timeout") from None
        except Exception as err:  # the pipe broke, or what came through it can't be understood
            self._replace(worker, "crash")
            raise PoolError("worker_lost", type(err).__name__) from err
        except BaseException:
            # Cancelled between question and answer: the pipe is out of step and can't be used again.
            self._replace(worker, "crash")
            raise
        if isinstance(answer, Verdict) and self._is_by(answer, charter):
            self.answered += 1
            self._release(worker)
            return answer
        if isinstance(answer, Verdict):
            self._replace(worker, "crash")
            raise PoolError("worker_lost", "judged by something else")
        if answer.reason == "scan_failed":
            self._release(worker)
        else:
            self._replace(worker, "memory")
        raise PoolError(answer.reason, answer.where)

    @contextlib.contextmanager
    def leased(self) -> Iterator[None]:
        """For whoever may ask more than once about one request: the pool does not end in between."""
        self._leases += 1
        try:
            yield
        finally:
            self._leases -= 1

    async def end(self) -> None:
        """Ends every worker once nobody leases the pool any more."""
        self.is_ending = True
        while self._leases:
            await asyncio.sleep(END_SECONDS)
        await self.stop()

    @property
    def queue_depth(self) -> int:
        return len(self._waiting)

    @property
    def alive(self) -> int:
        return len(self._idle) + len(self._busy)

    @property
    def process_ids(self) -> list[int]:
        return [worker.child.process.pid for worker in [*self._idle.values(), *self._busy]]

    @property
    def workers(self) -> dict[int, int]:
        """The processes of the workers alive, by their numbers."""
        return {worker.index: worker.child.process.pid for worker in [*self._idle.values(), *self._busy]}

    async def stop(self) -> None:
        """Ends every worker and waits for it."""
        self._closed = True
        for task in self._spawning:
            task.cancel()
        workers = [*self._idle.values(), *self._busy]
        self._idle.clear()
        for future in self._waiting:
            if not future.done():
                future.set_exception(PoolError("busy"))
        for worker in workers:
            worker.kill()
            await worker.child.gone()

    def _is_by(self, verdict: Verdict, charter: Sealed) -> bool:
        return (verdict.rules_digest, verdict.charter_digest) == (self.rules.digest, charter.digest)

    async def _acquire(self, preferred: int) -> _Worker:
        if not self._waiting and self._idle:
            index = preferred if preferred in self._idle else next(iter(self._idle))
            worker = self._idle.pop(index)
        elif self._closed or len(self._waiting) >= self.queue_limit:
            raise PoolError("busy")
        else:
            future: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            try:
                worker = await asyncio.wait_for(future, self.deadline_seconds)
            except TimeoutError:
                raise PoolError("busy") from None
            except asyncio.CancelledError:
                if future.done() and not future.cancelled():
                    self._release(future.result())
                raise
        self._busy.add(worker)
        return worker

    def _release(self, worker: _Worker) -> None:
        self._busy.discard(worker)
        if self._closed:
            worker.kill()
            return
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                self._busy.add(worker)
                future.set_result(worker)
                return
        self._idle[worker.index] = worker

    def _replace(self, worker: _Worker, reason: str) -> None:
        self._busy.discard(worker)
        worker.kill()
        self.on_restart(reason)
        _log.warning("worker replaced", worker=worker.index, reason=reason)
        if not self._closed:
            task = asyncio.get_running_loop().create_task(self._respawn(worker))
            self._spawning.add(task)
            task.add_done_callback(self._spawning.discard)

    async def _respawn(self, lost: _Worker) -> None:
        await lost.child.gone()
        backoff = 0.1
        while not self._closed:
            try:
                self._release(await self._spawn(lost.index))
                return
            except PoolError as err:
                _log.error("worker did not start", worker=lost.index, reason=err.reason)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)

    async def _spawn(self, index: int) -> _Worker:
        mailbox = Mailbox.make(self.settings.limits.body_bytes)
        memory = (mailbox.descriptor, mailbox.capacity) if mailbox else (0, 0)
        child = await Child.start(
            "proxy.worker", *memory, inherited=memory[:1] if mailbox else (), niceness=self.niceness
        )
        worker = _Worker(index, child, mailbox)
        try:
            ready = await asyncio.wait_for(child.ask(Equipment(self.settings, self.rules)), START_SECONDS)
            if ready != Ready(self.rules.digest):
                raise EOFError("finds by something else")
        except (OSError, EOFError, TimeoutError) as err:
            worker.kill()
            await child.gone()
            raise PoolError("worker_lost", "start") from err
        except BaseException:
            worker.kill()
            raise
        child.when_lost(partial(self._lost, worker))
        return worker

    def _lost(self, worker: _Worker) -> None:
        """A worker that ends while nobody asks it costs nobody a request."""
        if self._idle.get(worker.index) is worker:
            del self._idle[worker.index]
            self._replace(worker, "crash")

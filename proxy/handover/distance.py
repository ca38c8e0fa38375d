"""Records from one process into the log that another holds: the two ends of a channel, once the log has changed hands.

A process that lost its log goes on working on what it has begun. What it puts on record is durable when the holder of
the log says so; when the holder is gone nothing is, and nothing more is sent to a vendor.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Final

import structlog

from proxy import metrics
from proxy.audit import AuditUnavailable
from proxy.auditing import Audit
from proxy.auditowed import subject_of
from proxy.auditrecord import Change, Decision, Load, Outcome, Shadow, encode
from proxy.handover.channel import Channel, Message
from proxy.handover.memory import Memory, unpack

PREDECESSOR: Final = "predecessor"

_log = structlog.get_logger()


def take_counts(snapshot: object) -> None:
    """Has the metrics go on where the predecessor's are. Another version may count what is not known here."""
    try:
        metrics.adopt(PREDECESSOR, str(snapshot).encode())
    except ValueError:
        _log.warning("the predecessor's metrics are another version's and were left out")


class Distant:
    """The log from afar, an `Audit`. Thread-safe but for `run`, which is the loop's that it is made in."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Future[int], float]] = {}
        self._lost = False

    failures = 0

    @property
    def available(self) -> bool:
        return not self._lost

    @property
    def lag_seconds(self) -> float:
        oldest = next(iter(list(self._waiting.values())), None)
        return 0.0 if oldest is None else time.monotonic() - oldest[1]

    def append(self, record: Decision | Outcome | Shadow | Change | Load) -> Future[int]:
        return self.append_encoded(encode(record))

    def append_encoded(self, members: str) -> Future[int]:
        return self._ask("record", members)

    async def put(self, record: Decision | Outcome | Shadow | Change | Load) -> int:
        return await asyncio.wrap_future(self.append(record))

    def append_later(self, record: Outcome) -> None:
        self.append(record)

    def append_later_encoded(self, members: str) -> None:
        self.append_encoded(members)

    def probe(self) -> Future[int]:
        return self._ask("probe", "")

    async def run(self) -> None:
        """Until the other end is gone; whoever still waits then is refused."""
        sending = asyncio.create_task(self._send())
        try:
            while True:
                self._settle(await self._channel.receive())
        except EOFError:
            pass
        finally:
            sending.cancel()
            self._lost = True
            for number in list(self._waiting):
                self._settle({"number": number})

    def count(self, snapshot: bytes) -> None:
        """Has the holder's metrics show what this process has counted."""
        self._loop.call_soon_threadsafe(self._outbox.put_nowait, {"counts": snapshot.decode()})

    def remind(self, memory: str) -> None:
        """Has the holder remember what this process does, for `unpack`."""
        self._loop.call_soon_threadsafe(self._outbox.put_nowait, {"memory": memory})

    async def settled(self) -> None:
        """Returns once nothing waits any more."""
        while self._waiting:
            await asyncio.sleep(0.01)

    def _ask(self, what: str, members: str) -> Future[int]:
        future: Future[int] = Future()
        number = next(self._numbers)
        self._waiting[number] = future, time.monotonic()
        if self._lost:
            self._settle({"number": number})
        else:
            message = {"number": number, what: members}
            self._loop.call_soon_threadsafe(self._outbox.put_nowait, message)
        return future

    async def _send(self) -> None:
        with contextlib.suppress(OSError):  # it is gone, and `run` notices
            while True:
                await self._channel.send(await self._outbox.get())

    def _settle(self, answer: Message) -> None:
        future, _ = self._waiting.pop(answer["number"], (None, 0.0))
        if future is None or not future.set_running_or_notify_cancel():
            return
        if isinstance(seq := answer.get("seq"), int):
            future.set_result(seq)
        else:
            future.set_exception(AuditUnavailable(str(answer.get("reason", "closed"))))


class Departing:
    """A process that hands the log over and finishes its work: its records are taken, and when it is gone the requests
    that it did not end get an `unknown` outcome."""

    def __init__(
        self, channel: Channel, audit: Audit, still_open: Iterable[str], memories: Sequence[Memory] = ()
    ) -> None:
        self._channel = channel
        self._audit = audit
        self._open = dict.fromkeys(still_open)
        self._memories = memories
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is gone."""
        try:
            while True:
                message = await self._channel.receive()
                if "number" not in message:
                    self._note(message)
                    continue
                answer = asyncio.create_task(self._answer(message["number"], self._take(message)))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)
        except (EOFError, KeyError):
            pass
        finally:
            self._channel.close()
            for request in self._open:
                self._audit.append(Outcome(request=request, time=time.time(), result="unknown"))
            self._open.clear()
            metrics.forget(PREDECESSOR)

    def _note(self, message: Message) -> None:
        if "counts" in message:
            take_counts(message["counts"])
        elif "memory" in message:
            unpack(message["memory"], self._memories)

    def _take(self, message: Message) -> Future[int]:
        if "record" not in message:
            return self._audit.probe()
        members = str(message["record"])
        match subject_of(members):
            case ("decision", request):
                self._open[request] = None
            case ("outcome", request):
                self._open.pop(request, None)
        return self._audit.append_encoded(members)

    async def _answer(self, number: int, future: Future[int]) -> None:
        try:
            answer: Message = {"number": number, "seq": await asyncio.wrap_future(future)}
        except AuditUnavailable as err:
            answer = {"number": number, "reason": err.reason}
        with contextlib.suppress(OSError):  # it is gone, and `run` notices
            await self._channel.send(answer)

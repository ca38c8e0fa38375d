"""One of the processes that speak HTTP, as the one that judges knows it: asked for verdicts, told of editions.

What it says is believed as far as it is our own: it decides nothing. Requests of one that is gone are closed on record.
"""

import asyncio
import contextlib
import socket
import time
from dataclasses import dataclass, field, replace
from subprocess import Popen
from typing import Any, Final, Self

import structlog

from proxy import frame, metrics
from proxy.audit import AuditUnavailable
from proxy.child import spawn
from proxy.fleet.channel import Channel
from proxy.fleet.saying import (
    Ask,
    Begin,
    Counted,
    Drain,
    Finish,
    Judged,
    Listening,
    Prepared,
    PutInForce,
    Setup,
    Unjudged,
    Warned,
)
from proxy.front import Front
from proxy.judge import Ending, Judgement, Superseded
from proxy.terms import Terms
from proxy.told import NOTHING_TOLD
from proxy.verdict import Verdict

HANG_SECONDS: Final = 30.0
"""Without a sign of life, which comes every second. A machine that is merely busy lets it through in time."""

_log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class Member:
    """A process from its start to its end."""

    name: str
    front: Front
    process: Popen[bytes]
    channel: Channel = field(init=False)
    prepared: asyncio.Event = field(default_factory=asyncio.Event)
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    seen: float = field(default_factory=time.monotonic)
    _open: set[str] = field(default_factory=set)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    async def start(cls, setup: Setup, front: Front) -> Self:
        """Starts the process, which accepts connections once it is `prepared` and told to `begin`."""
        process, ours = spawn("proxy.fleet.process", inherited=setup.listening)
        await asyncio.to_thread(_hand_over, ours, setup)
        member = cls(setup.name, front, process)
        member.channel = await Channel.over(ours, member._receive, member._lost)
        return member

    @property
    def is_alive(self) -> bool:
        """Whether it accepts connections, as far as one can tell."""
        is_seen = time.monotonic() - self.seen < HANG_SECONDS
        return self.listening.is_set() and not self.ended.is_set() and is_seen

    @property
    def has_hung(self) -> bool:
        return self.listening.is_set() and not self.ended.is_set() and time.monotonic() - self.seen >= HANG_SECONDS

    def put_in_force(self, terms: Terms) -> None:
        self.channel.send(PutInForce(terms))

    def begin(self) -> None:
        """Has it accept connections."""
        self.channel.send(Begin())

    async def reaches(self, event: asyncio.Event, seconds: float) -> bool:
        """Whether that comes before its end, in time."""
        waiting = [asyncio.ensure_future(one.wait()) for one in (event, self.ended)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        return event.is_set()

    def drain(self, seconds: float, *, has_successor: bool) -> None:
        self.channel.send(Drain(seconds, has_successor))

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def gone(self) -> None:
        """Returns once the process has ended and its requests are closed on record."""
        await asyncio.to_thread(self.process.wait)
        await self.ended.wait()

    def _receive(self, message: Any, body: bytes | None) -> None:
        match message:
            case Ask():
                task = asyncio.get_running_loop().create_task(self._answer(message, body or b""))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
            case Finish():
                self._finish(message.reference, message.ending)
            case Warned():
                self.front.warned(message.identity, message.conversation, message.clauses)
            case Counted():
                self.seen = time.monotonic()
                metrics.adopt(self.name, message.snapshot)
            case Prepared():
                self.prepared.set()
            case Listening():
                self.seen = time.monotonic()
                self.listening.set()

    async def _answer(self, ask: Ask, body: bytes) -> None:
        request = replace(ask.request, body=body)
        try:
            judgement = await self.front.judge(
                request, ask.identity, ask.number, ask.refusal, head_is_sent=ask.head_is_sent
            )
        except Superseded:
            self.channel.send(Unjudged(ask.id, superseded=True))
        except AuditUnavailable as err:
            self.channel.send(Unjudged(ask.id, unrecorded=err.reason))
        except Exception as err:  # its text may quote content and is not logged
            metrics.hook_failed("judge")
            _log.error("judging failed", exception=type(err).__name__, reference=request.reference)
            self.channel.send(Unjudged(ask.id))
        else:
            self._open.add(request.reference)
            if self.ended.is_set():
                self._close(request.reference)
            else:
                self._tell(ask.id, judgement)

    def _tell(self, id_: int, judgement: Judgement) -> None:
        verdict, lexicon = judgement.verdict, judgement.lexicon
        self.channel.send(Judged(id_, _needed(verdict), lexicon.pairs if lexicon else ()), verdict.body)

    def _finish(self, reference: str, ending: Ending) -> None:
        if reference in self._open:
            self._open.discard(reference)
            self.front.finish(reference, ending)

    def _close(self, reference: str) -> None:
        """How a request ended whose process is gone, nobody knows."""
        self._finish(reference, Ending("unknown", None, time.time() - self.front.open[reference].time, None))

    def _lost(self) -> None:
        self.kill()  # if it still runs, nobody would judge for it any more
        self.ended.set()
        for reference in list(self._open):
            self._close(reference)
        metrics.forget(self.name)


def _hand_over(sock: socket.socket, setup: Setup) -> None:
    with contextlib.suppress(OSError):  # it ended at once; that is noticed where its end is
        sock.sendall(b"".join(frame.pack(setup)))


def _needed(verdict: Verdict) -> Verdict:
    """What is acted on and nothing else: findings and what was told stay here."""
    return replace(verdict, body=None, findings=(), telling=NOTHING_TOLD, offer=None, pseudonyms=(), justification=None)

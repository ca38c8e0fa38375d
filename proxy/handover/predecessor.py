"""The running proxy's side of a handover: waits for a successor, gives it everything, or takes everything back.

What clients connect to stays open all the time: both processes hold the same listening sockets, and the kernel's queue
is one. The log changes hands with its lock, so no third process can slip in. Until the successor says that it has
opened the log, whatever happens leaves the predecessor serving as before.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import structlog

from proxy import __version__, metrics
from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditstart import Handed
from proxy.control import Presence
from proxy.handover.channel import PROTOCOL, Channel, Message, bind
from proxy.handover.distance import Distant
from proxy.handover.memory import Memory, packed
from proxy.handover.pen import Pen

HELLO_SECONDS: Final = 5.0
SETTLE_SECONDS: Final = 5.0
"""For the successor to open the log and accept connections. Requests wait meanwhile, so it is well below what they wait
for a disk."""
RETRY_SECONDS: Final = 0.2
COUNT_SECONDS: Final = 5.0
"""Between two reports of what is counted while work comes to its end: about as often as metrics are scraped."""

Descriptors = Callable[[], Sequence[int]]

_log = structlog.get_logger()


@dataclass(slots=True)
class Predecessor:
    """`listening` and `status` give the sockets at `listen` and `metrics`, written as in the configuration."""

    state_dir: Path
    pen: Pen
    presence: Presence
    listen: str
    metrics: str
    listening: Descriptors
    status: Descriptors
    memories: Sequence[Memory] = ()
    distant: Distant | None = None
    """The log, once it is the successor's."""
    _lines: set[asyncio.Task[None]] = field(default_factory=set)
    _is_busy: bool = False

    async def run(self, leave: Callable[[], None]) -> None:
        """Until cancelled; `leave` is called once everything is the successor's.

        A folder where no socket can be made costs the handover, and nothing else.
        """
        try:
            door = bind(self.state_dir)
        except OSError as err:
            _log.warning("no successor can take over: its socket could not be made", reason=err.strerror)
            return
        with door:
            while True:
                sock, _ = await asyncio.get_running_loop().sock_accept(door)
                line = asyncio.get_running_loop().create_task(self._listen_to(Channel(sock), leave))
                self._lines.add(line)
                line.add_done_callback(self._lines.discard)

    async def _listen_to(self, channel: Channel, leave: Callable[[], None]) -> None:
        with channel, contextlib.suppress(EOFError, OSError, TimeoutError):
            if not channel.is_ours:
                return
            hello = await asyncio.wait_for(channel.receive(), HELLO_SECONDS)
            if refusal := self._refusal(hello):
                await channel.send({"refused": refusal})
                return
            shares = [name for name in ("listen", "metrics") if hello.get(name) == getattr(self, name)]
            await self._share(channel, shares)
            await channel.receive()  # the wish to have the rest too, when everything is ready for it
            if refusal := self._refusal(hello):
                await channel.send({"refused": refusal})
                return
            self._is_busy = True
            try:
                await self._hand_over(channel, leave)
            finally:
                self._is_busy = False

    async def _share(self, channel: Channel, names: Sequence[str]) -> None:
        """Gives the sockets that are the successor's too from now on, though it accepts nothing there yet."""
        files = [(name, each) for name in names for each in (self.listening if name == "listen" else self.status)()]
        message = {"protocol": PROTOCOL, "version": __version__, "files": [name for name, _ in files]}
        await channel.send(message, [each for _, each in files])

    def _refusal(self, hello: Message) -> str:
        if hello.get("protocol") != PROTOCOL:
            return f"expected a successor that speaks protocol {PROTOCOL}"
        if self._is_busy or self.distant is not None:
            return "expected one successor, found another before"
        return "" if self.pen.available else "expected an audit log that can be written, found none"

    async def _hand_over(self, channel: Channel, leave: Callable[[], None]) -> None:
        begun = set(self.pen.open_requests)
        log, lifted = self.pen.lift(), time.monotonic()
        if not isinstance(log, AuditLog):  # it has gone to another successor
            return
        handed = await asyncio.to_thread(log.hand_over)
        handed = replace(handed, still_open=tuple(each for each in self.pen.open_requests if each in begun))
        try:
            is_taken = await self._offer(channel, handed)
        except BaseException:
            await self._take_back(channel, handed)
            raise
        if is_taken:
            self._depart(channel, handed)
            seconds = round(time.monotonic() - lifted, 3)
            _log.info("handed over to a successor", count=len(handed.still_open), seconds=seconds)
            leave()
            assert self.distant is not None
            counting = asyncio.get_running_loop().create_task(self._count())
            await self.distant.run()
            counting.cancel()
        else:
            await self._take_back(channel, handed)

    async def _offer(self, channel: Channel, handed: Handed) -> bool:
        """Whether the successor serves in time. One that neither serves nor ends by itself is ended."""
        offer: Message = {
            "segment": handed.segment,
            "bytes": handed.bytes,
            "next_seq": handed.next_seq,
            "previous_sha256": handed.previous_sha256,
            "still_open": handed.still_open,
            "counts": metrics.snapshot(of_all=True).decode(),
            "files": ["lock", "presence"],
        }
        try:
            await channel.send(offer, [handed.lock, self.presence.descriptor])
            answer = await asyncio.wait_for(channel.receive(), SETTLE_SECONDS)
        except TimeoutError:
            channel.end_peer()
            await _until_gone(channel)
            return False
        except (EOFError, OSError):
            return False
        return answer.get("serves") is True

    async def _count(self) -> None:
        while self.distant is not None:
            await asyncio.sleep(COUNT_SECONDS)
            self.distant.count(metrics.snapshot(of_all=True))

    async def finish(self) -> None:
        """To be called when nothing runs any more: the successor gets the last records and counts."""
        if self.distant is None:
            return
        self.pen.end_open("cut")
        self.distant.count(metrics.snapshot(of_all=True))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.distant.settled(), SETTLE_SECONDS)

    def _depart(self, channel: Channel, handed: Handed) -> None:
        self.distant = Distant(channel)
        self.pen.give(self.distant)
        self.distant.remind(packed(self.memories))
        os.close(handed.lock)
        self.presence.leave()

    async def _take_back(self, channel: Channel, handed: Handed) -> None:
        """Goes on as if nothing had been. Requests wait until the log is open again, and are refused if it takes long.

        A successor that failed has closed its log; one that was killed has no more hands.
        """
        _log.error("the successor failed, and nothing was handed over")
        while True:
            try:
                with_lock = replace(handed, lock=os.dup(handed.lock))
                log = await asyncio.to_thread(AuditLog, self.state_dir / "audit", handed=with_lock)
            except AuditUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                break
        os.close(handed.lock)
        self.pen.give(log)


async def _until_gone(channel: Channel) -> None:
    """Until the process at the other end, which was ended, is."""
    with contextlib.suppress(EOFError, TimeoutError):
        while True:
            await asyncio.wait_for(channel.receive(), SETTLE_SECONDS)

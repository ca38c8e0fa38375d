"""The processes that speak HTTP, kept in number: started, told of editions, replaced when they end, drained together.

Stands where the one server stands that a proxy of one process has. The sockets are held here: while a process is
replaced, connections wait in the kernel for the next one.
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from proxy import metrics
from proxy.ca import CA
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.configtype import Address
from proxy.edition import Edition
from proxy.fleet.member import Member
from proxy.fleet.saying import Setup
from proxy.front import Front
from proxy.intercept.listening import Listeners
from proxy.terms import Terms

START_SECONDS: Final = 120.0
MAX_BACKOFF_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 1.0

_log = structlog.get_logger()


@dataclass(slots=True)
class Fleet:
    """`sockets` has a set for each process."""

    config: Config
    front: Front
    authority: CA
    upstream_roots: Path
    sockets: Sequence[Sequence[socket.socket]]
    _members: dict[int, Member] = field(default_factory=dict)
    _keeping: list[asyncio.Task[None]] = field(default_factory=list)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _listening: asyncio.Event = field(default_factory=asyncio.Event)
    _draining: bool = False

    @property
    def address(self) -> Address:
        return Listeners(self.sockets[0]).address

    @property
    def is_whole(self) -> bool:
        """Whether every process accepts connections."""
        return len(self._members) == len(self.sockets) and all(one.is_alive for one in self._members.values())

    @property
    def process_ids(self) -> dict[str, int]:
        return {one.name: one.process.pid for one in self._members.values()}

    async def prepare(self) -> None:
        """Starts every process as far as can be without accepting anything. Raises ConfigError."""
        try:
            prepared = await asyncio.gather(*(self._start(index) for index in range(len(self.sockets))))
            if not all(prepared):
                raise ConfigError("the processes that accept connections did not start; the log says why")
        except BaseException:
            await self._end_all()
            raise

    async def run(self) -> None:
        """Serves until `drain` or `stop`; to be prepared before."""
        try:
            await asyncio.gather(*(self._begin(member) for member in self._members.values()))
            self._listening.set()
            self._keeping = [asyncio.create_task(self._keep(index)) for index in range(len(self.sockets))]
            await self._stopped.wait()
        finally:
            await self._end_all()

    async def wait_listening(self) -> None:
        """Returns once connections are accepted."""
        await self._listening.wait()

    def put_in_force(self, edition: Edition) -> None:
        """Tells every process; each judges whatever begins from then on by this edition."""
        terms = terms_of(edition)
        for member in self._members.values():
            member.put_in_force(terms)

    async def drain(self, seconds: float, *, has_successor: bool = False) -> None:
        """Has every process accept no more, let end what runs for up to so long, and go. A second call has it cut."""
        is_first, self._draining = not self._draining, True
        if is_first:
            self._close_sockets()  # before theirs: who came to the last copy, where nobody accepts, would be reset
        for member in self._members.values():
            member.drain(seconds, has_successor=has_successor)
        if not is_first:
            return
        await asyncio.gather(*(member.gone() for member in self._members.values()))
        self.stop()

    def stop(self) -> None:
        self._stopped.set()

    async def _start(self, index: int) -> bool:
        """Whether that process could accept connections now."""
        listening = tuple(one.fileno() for one in self.sockets[index])
        terms, authority = terms_of(self.front.edition), self.authority.pack()
        setup = Setup(f"front-{index + 1}", self.config, terms, authority, str(self.upstream_roots), listening)
        member = self._members[index] = await Member.start(setup, self.front)
        if terms.number != self.front.edition.number:  # it changed meanwhile
            member.put_in_force(terms_of(self.front.edition))
        if await member.reaches(member.prepared, START_SECONDS):
            return True
        member.kill()
        return False

    async def _begin(self, member: Member) -> bool:
        member.begin()
        return await member.reaches(member.listening, START_SECONDS)

    async def _keep(self, index: int) -> None:
        """Has another process take the place of one that ends or hangs."""
        backoff = 0.1
        while True:
            member = self._members[index]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(member.ended.wait(), LOOK_SECONDS)
            if member.has_hung:
                _log.error("a process gave no sign of life", process=member.name)
                member.kill()
            if not member.ended.is_set():
                continue
            await member.gone()
            if self._draining:
                return
            _log.warning("process replaced", process=member.name, exit_code=member.process.returncode)
            metrics.process_restarted("front")
            if await self._start(index) and await self._begin(self._members[index]):
                backoff = 0.1
            else:
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)

    async def _end_all(self) -> None:
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for member in self._members.values():
            member.kill()
        await asyncio.gather(*(member.gone() for member in self._members.values()))
        self._close_sockets()

    def _close_sockets(self) -> None:
        for one in (one for each in self.sockets for one in each):
            one.close()


def terms_of(edition: Edition) -> Terms:
    """Of an edition what goes to a process that speaks HTTP."""
    return Terms(edition.charter, edition.gate, edition.standing, edition.body_bytes, edition.number)

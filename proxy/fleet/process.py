"""A process that accepts connections and speaks HTTP, and asks another for every verdict.

Started as `python -m proxy.fleet.process PIPE`; the pipe brings all that it needs. It ends when the other end says so,
or is gone: nobody could judge any more.
"""

import asyncio
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from proxy import frame, log, meter, metrics
from proxy.ca import CA
from proxy.fleet.channel import Channel
from proxy.fleet.remote import RemoteJudge
from proxy.fleet.saying import Begin, Counted, Drain, Judged, Listening, Prepared, PutInForce, Setup, Unjudged
from proxy.identity import Authenticator
from proxy.intercept.listening import Listeners
from proxy.intercept.server import Server, make_server
from proxy.memory import return_large_blocks
from proxy.reception import door_of
from proxy.resolve import guarded_loop
from proxy.terms import Terms

COUNT_SECONDS: Final = 1.0
"""Between two snapshots of what was counted: how far the page may be behind."""

_log = structlog.get_logger()


class Process:
    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._judge = RemoteJudge(setup.terms)
        self._server: Server | None = None
        self._begin = asyncio.Event()
        self._channel: Channel | None = None
        self._draining: list[asyncio.Task[None]] = []

    async def run(self, sock: socket.socket) -> None:
        """Serves until it is drained or the judge is gone."""
        self._channel = self._judge.channel = await Channel.over(sock, self._receive, self._lost)
        self._server = server = self._make_server()
        server.put_in_force(self._setup.terms)
        self._channel.send(Prepared())
        await self._begin.wait()
        if not self._channel.is_open:
            return
        serving = asyncio.create_task(server.run())
        await server.wait_listening()
        self._channel.send(Listening())
        counting = asyncio.create_task(self._count())
        await serving
        counting.cancel()
        self._tell_counts()
        await asyncio.sleep(0)
        self._channel.close()

    def _make_server(self) -> Server:
        setup, config = self._setup, self._setup.config
        authority = CA.unpack(setup.authority)
        authenticator = Authenticator(config.users, config.groups) if config.users else None
        meter.accepting(config, authenticator)
        accepting = Listeners([socket.socket(fileno=number) for number in setup.listening])
        make_door = partial(door_of, config, authority)
        roots = Path(setup.upstream_roots)
        return make_server(config, accepting, self._judge, authority, authenticator, roots, make_door)

    def _receive(self, message: Any, body: bytes | None) -> None:
        match message:
            case Judged() | Unjudged():
                self._judge.answered(message, body)
            case PutInForce() if self._server is not None:
                self._put_in_force(self._server, message.terms)
            case Begin():
                self._begin.set()
            case Drain() if self._server is not None:
                self._drain(self._server, message)

    def _put_in_force(self, server: Server, terms: Terms) -> None:
        self._judge.edition = terms
        server.put_in_force(terms)

    def _drain(self, server: Server, asked: Drain) -> None:
        draining = server.drain(asked.seconds, has_successor=asked.has_successor)
        self._draining.append(asyncio.get_running_loop().create_task(draining))

    def _lost(self) -> None:
        self._judge.lost()
        self._begin.set()
        if self._server is not None:
            self._server.stop()

    async def _count(self) -> None:
        while True:
            self._tell_counts()
            await asyncio.sleep(COUNT_SECONDS)

    def _tell_counts(self) -> None:
        if self._channel is not None:
            self._channel.send(Counted(metrics.snapshot()))


def main(descriptor: int) -> None:
    log.configure()
    return_large_blocks()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):  # the process that judges decides, for all of them
        signal.signal(number, signal.SIG_IGN)
    sock = socket.socket(fileno=descriptor)
    setup = frame.receive_alone(sock)
    with asyncio.Runner(loop_factory=partial(guarded_loop, setup.config.upstream, setup.terms.gate)) as runner:
        runner.run(Process(setup).run(sock))


if __name__ == "__main__":
    from proxy.fleet import process  # by the name that its pickles are found under

    process.main(int(sys.argv[1]))

"""The sockets that are listened on: opened here, so that they can be several on one port, handed on and taken over.

mitmproxy only accepts on them. What must happen to a connection before its first byte is read as HTTP is a greeter's
matter.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mitmproxy.proxy.mode_servers import AsyncioServerInstance

from proxy.configfile import ConfigError
from proxy.configtype import Address

BACKLOG: Final = 1024
"""Connections that wait to be accepted; the kernel has its own limit, `net.core.somaxconn`."""

Greeter = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[asyncio.StreamWriter | None]]
"""Sees a connection first and says by which writer it goes on, or None to have it closed. Must end in bounded time."""

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

TURNS: Final = 5
"""Of the loop, within which whatever was accepted comes before its greeter: asyncio takes three."""


@dataclass(slots=True)
class Listeners:
    """Where this process accepts connections. As long as any process holds a socket open, connections queue at it."""

    sockets: Sequence[socket.socket]
    greeters: list[Greeter] = field(default_factory=list)
    greeting: int = 0
    """Connections that are with a greeter: accepted, and not yet with whom they are for."""
    _servers: list[asyncio.Server] = field(default_factory=list)
    _accepted: Handler | None = None
    _address: Address = field(init=False)

    def __post_init__(self) -> None:
        host, port = self.sockets[0].getsockname()[:2]
        self._address = Address(host, port)

    async def serve(self, handle: Handler) -> list[asyncio.Server]:
        """Accepts from now on."""

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.greeting += 1
            try:
                going_on = await self._greeted(reader, writer)
            finally:
                self.greeting -= 1
            if going_on is None:
                writer.transport.abort()
                return
            await handle(reader, going_on)

        self._accepted = accepted
        self._servers = [await asyncio.start_server(accepted, sock=one.dup(), backlog=BACKLOG) for one in self.sockets]
        return self._servers

    def pause(self) -> None:
        """Accepts no more: what comes waits in the kernel until somebody does, on these sockets or on copies."""
        for server in self._servers:
            server.close()
        self._servers = []

    def close(self) -> None:
        """Accepts no more, here or anywhere: what comes is refused, unless another process holds the sockets too."""
        self.pause()
        for one in self.sockets:
            one.close()

    async def end(self, *, has_successor: bool = False) -> None:
        """`close`, without losing anybody who has connected by then: all of them are with a greeter or beyond.

        What waits in the kernel when the last copy of its socket is closed is reset. A successor has copies, and
        accepts it.
        """
        loop = asyncio.get_running_loop()
        for one in (one for server in self._servers for one in server.sockets):
            loop.remove_reader(one.fileno())
        await asyncio.sleep(0)  # a server that is closed at once drops what it accepted in the same turn
        self.pause()
        last: list[socket.socket] = []
        for one in self.sockets:
            if not has_successor:
                last += _waiting(one)
            one.close()
        await asyncio.gather(*(loop.connect_accepted_socket(self._protocol, one) for one in last))
        for _ in range(TURNS):
            await asyncio.sleep(0)

    @property
    def address(self) -> Address:
        """The first address listened on; a wildcard stays one."""
        return self._address

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> asyncio.StreamWriter | None:
        going_on = writer
        for greet in self.greeters:
            greeted = await greet(reader, going_on)
            if greeted is None:
                return None
            going_on = greeted
        return going_on

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), self._accepted)


def install(listeners: Listeners) -> None:
    """Has mitmproxy accept on these, in place of sockets of its own making."""

    async def listen(self: AsyncioServerInstance[Any], host: str, port: int) -> list[asyncio.Server]:
        return await listeners.serve(self.handle_stream)

    AsyncioServerInstance.listen = listen  # type: ignore[method-assign, assignment]


def open_sockets(address: Address, processes: int = 1) -> list[list[socket.socket]]:
    """For each process the sockets that listen on `address`: one for each address that its host stands for.

    Several processes share each port, and the kernel shares connections out among them. Raises ConfigError.
    """
    opened: list[socket.socket] = []
    try:
        found = _addresses(address)
        sets = [opened_set := _bound_set(found, address.port, opened, shared=False)]
        if processes > 1:
            # Bound once alone, to hear of anybody else on the port, which sharing it would hide.
            port = opened_set[0].getsockname()[1]
            for one in opened:
                one.close()
            opened.clear()
            sets = [_bound_set(found, port, opened, shared=True) for _ in range(processes)]
    except OSError as err:
        for one in opened:
            one.close()
        raise ConfigError(f"listen: expected an address that is free, found {address}: {_told(err)}") from err
    return sets


def shared_out(sockets: Sequence[socket.socket], processes: int) -> list[list[socket.socket]]:
    """For each process some of the sockets that another proxy listens on, at least one for each address.

    None may be left out: the kernel goes on giving it connections. With more processes than sockets some share one.
    """
    by_address: dict[Any, list[socket.socket]] = {}
    for one in sockets:
        by_address.setdefault(one.getsockname(), []).append(one)
    sets = [list(each) for each in zip(*by_address.values(), strict=True)]
    if not sets:
        return []
    shared = [list(sets[number % len(sets)]) for number in range(processes)]
    for number, left in enumerate(sets[processes:]):
        shared[number % processes] += left
    return shared


def _addresses(address: Address) -> list[tuple[int, str]]:
    """The families and addresses of a host, in the order that the resolver gives."""
    infos = socket.getaddrinfo(address.host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((int(info[0]), str(info[4][0])) for info in infos))


def _bound_set(
    found: Sequence[tuple[int, str]], port: int, opened: list[socket.socket], *, shared: bool
) -> list[socket.socket]:
    """One socket for each address, all on one port. What is opened is also appended to `opened` at once."""
    bound: list[socket.socket] = []
    for family, host in found:
        try:
            # By its protocol's name asyncio knows what TCP is, and turns Nagle's algorithm off: 40 ms for each answer.
            one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        except OSError as err:
            if err.errno == errno.EAFNOSUPPORT and len(found) > 1:
                continue
            raise
        opened.append(one)
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if shared:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind((host, port))
        one.listen(BACKLOG)
        port = one.getsockname()[1]
        bound.append(one)
    return bound


def _waiting(listening: socket.socket) -> list[socket.socket]:
    """The connections that nobody has accepted yet, in order; no more of them than can have waited."""
    found: list[socket.socket] = []
    with contextlib.suppress(OSError):  # there are no more, or no more descriptors
        while len(found) <= BACKLOG:
            one, _ = listening.accept()
            one.setblocking(False)
            found.append(one)
    return found


def _told(err: OSError) -> str:
    return err.strerror or type(err).__name__

"""The part of mitmproxy that moves events between sockets, layers and hooks, with what nobody here uses left out.

mitmproxy makes a task for each hook, asks each addon for it, tells of an update after it, and takes up the layers again
in a later turn of the loop. Here a hook that nobody listens to costs a look-up, and one that ends without having to
wait goes on in the same turn. What is read at once may be more than 64 KiB, so that a long body is fewer events. Any
fault in a hook is the hook's own to guard against (`addon.py`); below it the permit holds (`stream.py`).
"""

import asyncio
import inspect
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from mitmproxy import addonmanager, exceptions, http
from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events, server
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler

READ_BYTES: Final = 1 << 20
"""At most, from what has arrived: asyncio stops reading a socket with 128 KiB that nobody has taken."""

_plain_handle_connection = server.ConnectionHandler.handle_connection
_plain_drain_writers = server.ConnectionHandler.drain_writers
_handling: set[asyncio.Task[None]] = set()

_known: dict[str, "Listeners"] = {}


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who listens to one hook, in order, and whether any of them may have to wait."""

    addons: tuple[Any, ...]
    wait: bool


class Turn(deque[events.Event]):
    """The events that are due while the layers are being asked: the one that came, and what follows from it at once."""

    is_starting = False
    """Whether a hook is being called this very moment, so that its end belongs to this turn."""


async def server_event(self: ProxyConnectionHandler, event: events.Event) -> None:
    """Gives an event to the layers and does what they ask for. As mitmproxy's, but for hooks."""
    async with self._server_event_lock:  # no `await` beyond this point
        self.timeout_watchdog.register_activity()
        turn = Turn((event,))
        while turn:
            try:
                for command in self.layer.handle_event(turn.popleft()):
                    _do(self, command, turn)
            except Exception:
                self.log("mitmproxy has crashed!", logging.ERROR, exc_info=True)


def _do(handler: ProxyConnectionHandler, command: commands.Command, turn: Turn) -> None:
    """In the order of how often they come."""
    if isinstance(command, commands.StartHook):
        _call(handler, command, turn)
    elif isinstance(command, commands.OpenConnection):
        _open(handler, command)
    elif isinstance(command, commands.RequestWakeup):
        handler.wakeup_timer.add(asyncio.create_task(handler.wakeup(command)))
    elif isinstance(command, commands.ConnectionCommand):
        io = handler.transports.get(command.connection)
        if io is None:
            return  # it has been closed
        if isinstance(command, commands.SendData):
            assert io.writer is not None
            if not io.writer.is_closing():
                io.writer.write(command.data)
        else:
            assert isinstance(command, commands.CloseConnection)
            half = isinstance(command, commands.CloseTcpConnection) and command.half_close
            handler.close_connection(command.connection, half)
    elif isinstance(command, commands.Log):
        handler.log(command.message, command.level)
    else:
        raise RuntimeError(f"Unexpected command: {command}")


def _open(handler: ProxyConnectionHandler, command: commands.OpenConnection) -> None:
    assert command.connection not in handler.transports
    opening = asyncio.create_task(handler.open_connection(command))
    handler.transports[command.connection] = server.ConnectionIO(handler=opening)


def _call(handler: ProxyConnectionHandler, hook: commands.StartHook, turn: Turn) -> None:
    """Calls a hook; it ends in this turn unless it has to wait."""
    listeners = _listeners(handler.master.addons, hook.name)
    if not listeners.wait:
        _tell(hook, listeners)
        _end(hook, turn)
        return
    turn.is_starting = True
    task = asyncio.create_task(_run(handler, hook, listeners, turn))  # eager: runs until it has to wait
    turn.is_starting = False
    if not task.done():
        _handling.add(task)
        task.add_done_callback(_handling.discard)


async def _run(handler: ProxyConnectionHandler, hook: commands.StartHook, listeners: Listeners, turn: Turn) -> None:
    with handler.timeout_watchdog.disarm():
        await _ask(hook, listeners)
    if turn.is_starting:
        _end(hook, turn)
    elif hook.blocking:
        await handler.server_event(events.HookCompleted(hook))


def _end(hook: commands.StartHook, turn: Turn) -> None:
    if hook.blocking:
        turn.append(events.HookCompleted(hook))


def _listeners(addons: addonmanager.AddonManager, name: str) -> Listeners:
    """Looked up once for each hook."""
    found = _known.get(name)
    if found is None:
        listening = tuple(one for one in addonmanager.traverse(addons.chain) if callable(getattr(one, name, None)))
        waits = any(inspect.iscoroutinefunction(getattr(one, name)) for one in listening)
        found = _known[name] = Listeners(listening, waits)
    return found


def _tell(hook: commands.StartHook, listeners: Listeners) -> None:
    """Calls listeners none of which waits."""
    subjects = hook.args()
    for addon in listeners.addons:
        try:
            with addonmanager.safecall():
                getattr(addon, hook.name)(*subjects)
        except exceptions.AddonHalt:
            return


async def _ask(hook: commands.StartHook, listeners: Listeners) -> None:
    subjects = hook.args()
    for addon in listeners.addons:
        try:
            with addonmanager.safecall():
                waiting = getattr(addon, hook.name)(*subjects)
                if waiting is not None:
                    await waiting
        except exceptions.AddonHalt:
            return


async def handle_hook(self: ProxyConnectionHandler, hook: commands.StartHook) -> None:
    """The hooks of opening and closing connections, which come by no event."""
    await _ask(hook, _listeners(self.master.addons, hook.name))


class _Wide:
    """A reader from which more can be had at once than mitmproxy asks for."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def read(self, _: int) -> bytes:
        return await self._reader.read(READ_BYTES)


async def handle_connection(self: server.ConnectionHandler, connection: Connection) -> None:
    io = self.transports[connection]
    if isinstance(io.reader, asyncio.StreamReader):
        io.reader = _Wide(io.reader)  # type: ignore[assignment]
    await _plain_handle_connection(self, connection)


async def drain_writers(self: server.ConnectionHandler) -> None:
    """Waits while a peer takes less than it is sent; mostly there is nothing to wait for."""
    if any(io.writer is not None and _is_full(io.writer) for io in self.transports.values()):
        await _plain_drain_writers(self)


def _is_full(writer: Any) -> bool:
    return not isinstance(writer, asyncio.StreamWriter) or writer.transport.get_write_buffer_size() > 0


def _unchecked(self: http.MessageData) -> None:
    """In the place of mitmproxy's check of each head's types, which it leaves out itself under `python -O`."""


def install_connection() -> None:
    """Puts these in the place of mitmproxy's own. To be called when all addons have been added."""
    _known.clear()
    http.MessageData.__post_init__ = _unchecked  # type: ignore[method-assign]
    ProxyConnectionHandler.server_event = server_event  # type: ignore[method-assign,assignment]
    ProxyConnectionHandler.handle_hook = handle_hook  # type: ignore[method-assign]
    ProxyConnectionHandler.handle_connection = handle_connection  # type: ignore[method-assign]
    ProxyConnectionHandler.drain_writers = drain_writers  # type: ignore[method-assign]

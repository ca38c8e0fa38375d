"""The turn in which events become commands and hooks: what ends at once goes on at once, what waits holds up nobody."""

import asyncio
import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy.proxy import commands, events, server

from proxy.intercept import connection

COPIED = "a2b42657"
"""Of mitmproxy's `server_event`. When it is another, see what has changed and whether ours should follow."""


@dataclass
class AskedHook(commands.StartHook):
    subject: str


class Layer:
    """Asks for a hook when something comes, and keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def handle_event(self, event: events.Event) -> Iterator[commands.Command]:
        self.seen.append(type(event).__name__)
        if isinstance(event, events.Start):
            yield AskedHook("subject")
            self.seen.append("asked")


def handler_for(*addons: object) -> Any:
    watchdog = server.TimeoutWatchdog(60, lambda: asyncio.sleep(0))
    handler = SimpleNamespace(
        layer=Layer(),
        master=SimpleNamespace(addons=SimpleNamespace(chain=list(addons))),
        timeout_watchdog=watchdog,
        _server_event_lock=asyncio.Lock(),
        logged=[],
    )
    handler.log = lambda message, *_, **__: handler.logged.append(message)
    handler.server_event = lambda event: connection.server_event(handler, event)
    return handler


def listener(asked: Callable[[str], Any]) -> object:
    return SimpleNamespace(asked=asked)


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_known", {})


async def turn(handler: Any) -> list[str]:
    """What the layer has seen when the event that began it has been dealt with."""
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    await handler.server_event(events.Start())
    assert handler.logged == []
    return list(handler.layer.seen)


def test_mitmproxys_own_is_the_one_that_ours_was_made_from() -> None:
    source = inspect.getsource(server.ConnectionHandler.server_event)
    assert hashlib.sha256(source.encode()).hexdigest()[:8] == COPIED


async def test_a_hook_that_nobody_listens_to_ends_in_its_turn() -> None:
    assert await turn(handler_for(object())) == ["Start", "asked", "HookCompleted"]


async def test_all_who_listen_are_told_in_order_and_then_it_goes_on() -> None:
    told: list[str] = []

    async def asked(subject: str) -> None:
        told.append(f"first {subject}")

    handler = handler_for(listener(asked), listener(lambda subject: told.append(f"then {subject}")))
    assert await turn(handler) == ["Start", "asked", "HookCompleted"]
    assert told == ["first subject", "then subject"]


async def test_a_hook_that_waits_is_waited_for_while_other_events_pass() -> None:
    done = asyncio.Event()

    async def asked(_: str) -> None:
        await done.wait()

    handler = handler_for(listener(asked))
    assert await turn(handler) == ["Start", "asked"]
    assert handler.timeout_watchdog.blocker == 1
    await handler.server_event(events.Wakeup(commands.RequestWakeup(0)))
    done.set()
    async with asyncio.timeout(10):
        while handler.timeout_watchdog.blocker or len(handler.layer.seen) < 4:
            await asyncio.sleep(0)
    assert handler.layer.seen == ["Start", "asked", "Wakeup", "HookCompleted"]


@pytest.mark.parametrize("wait", [False, True])
async def test_a_listener_that_fails_ends_its_hook_and_the_next_is_told(wait: bool) -> None:
    told: list[str] = []

    def fail(_: str) -> None:
        raise ValueError

    async def fail_later(_: str) -> None:
        raise ValueError

    handler = handler_for(listener(fail_later if wait else fail), listener(told.append))
    assert await turn(handler) == ["Start", "asked", "HookCompleted"]
    assert told == ["subject"]


async def test_a_layer_that_fails_is_logged_and_the_connection_goes_on() -> None:
    handler = handler_for()

    def failing(_: events.Event) -> Iterator[commands.Command]:
        raise ValueError
        yield

    handler.layer = SimpleNamespace(handle_event=failing)
    await handler.server_event(events.Start())
    assert handler.logged == ["mitmproxy has crashed!"]
    assert not handler._server_event_lock.locked()

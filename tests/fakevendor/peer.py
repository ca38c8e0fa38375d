"""One accepted connection and what all connections share: the log of requests and the script."""

import asyncio
import ssl
import threading
import weakref
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from tests.fakevendor.ledger import Ledger
from tests.fakevendor.reply import Reply, reply_to
from tests.fakevendor.step import Received, Step

Behave = Callable[[Received], Step]


class Shared:
    """Written by the server's thread, read by the tests' thread; the lock holds list and counters."""

    def __init__(self, *, keep: bool) -> None:
        self.keep = keep
        self.behave: Behave = lambda _: Step()
        self.gate = asyncio.Event()
        self.lock = threading.Lock()
        self.requests: list[Received] = []
        self.ledger: Ledger | None = None
        self.connections = 0
        self.bytes_received = 0
        self.open_sockets = 0
        self.names: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()

    def log(self, request: Received) -> Received:
        if self.keep:
            with self.lock:
                self.requests.append(request)
        return request

    def answer(self, request: Received) -> tuple[Step, Reply]:
        self.log(request)
        step = self.step(request)
        return step, reply_to(request, step)

    def step(self, request: Received) -> Step:
        step = self.behave(request)
        return step if self.ledger is None else self.ledger.settle(request, step)

    def name_of(self, connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        if name:
            self.names[connection] = name


class Speaker(Protocol):
    """An HTTP version on a connection."""

    def feed(self, data: bytes) -> None: ...
    def closed(self) -> None: ...


class Peer(asyncio.Protocol):
    """The transport's end: chooses the HTTP version by ALPN and owns the tasks that answer."""

    transport: asyncio.Transport

    def __init__(self, shared: Shared, speakers: Mapping[str, Callable[["Peer"], Speaker]]) -> None:
        self.shared = shared
        self.sni: str | None = None
        self.number = 0
        self._speakers = speakers
        self._speaker: Speaker | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        with self.shared.lock:
            self.shared.connections += 1
            self.number = self.shared.connections
        tls = transport.get_extra_info("ssl_object")
        self.sni = self.shared.names.get(tls) if tls else None
        alpn = tls.selected_alpn_protocol() if tls else None
        self._speaker = self._speakers[alpn or "http/1.1"](self)

    def data_received(self, data: bytes) -> None:
        with self.shared.lock:
            self.shared.bytes_received += len(data)
        if self._speaker:
            self._speaker.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._speaker:
            self._speaker.closed()
        for task in self._tasks:
            task.cancel()

    def start(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(answer)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

"""The fake vendor as tests hold it: a server in its own thread, with its log, its script and its gate."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable

from tests.fakevendor.authority import Authority
from tests.fakevendor.http1 import Http1
from tests.fakevendor.http2 import Http2
from tests.fakevendor.ledger import Ledger
from tests.fakevendor.peer import Behave, Peer, Shared, Speaker
from tests.fakevendor.step import Received, Step

_SPEAKERS: dict[str, Callable[[Peer], Speaker]] = {"http/1.1": Http1, "h2": Http2}


async def listen(shared: Shared, authority: Authority | None, port: int = 0) -> asyncio.Server:
    """A server on loopback, with TLS if there is an authority."""
    context = authority.server_context() if authority else None
    if context:
        context.sni_callback = shared.name_of
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Peer(shared, _SPEAKERS), "127.0.0.1", port, ssl=context, backlog=512)


class FakeVendor:
    """`address` speaks TLS, `plain_address` the same without; both are `127.0.0.1:PORT`."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.address = ""
        self.plain_address = ""
        self._shared = Shared(keep=True)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fakevendor", daemon=True)

    def __enter__(self) -> "FakeVendor":
        self._thread.start()
        if not self._ready.wait(timeout=60):
            raise TimeoutError("the fake vendor did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def reset(self) -> None:
        """Forgets the log and the script; every step pauses at the gate again."""
        with self._shared.lock:
            self._shared.requests.clear()
            self._shared.bytes_received = 0
        self._shared.behave = lambda _: Step()
        self._shared.ledger = None
        self._loop.call_soon_threadsafe(self._shared.gate.clear)

    def script(self, behave: Behave | Step) -> None:
        """How the coming requests are answered."""
        self._shared.behave = behave if callable(behave) else lambda _: behave

    def hold_to_its_words(self) -> Ledger:
        """From now on, 400 for whoever gives back other signatures, sealed blobs, call ids or arguments than it got."""
        self._shared.ledger = Ledger()
        return self._shared.ledger

    def go_on(self) -> None:
        """Opens the gate that `pause_after` waits at."""
        self._loop.call_soon_threadsafe(self._shared.gate.set)

    @property
    def requests(self) -> list[Received]:
        with self._shared.lock:
            return list(self._shared.requests)

    @property
    def prompts(self) -> list[Received]:
        """The requests that carry prompts: POSTs, telemetry excepted."""
        return [r for r in self.requests if r.method == "POST" and "event" not in r.path]

    @property
    def messages(self) -> list[bytes]:
        """What came over WebSockets, control frames excepted."""
        return [r.body for r in self.requests if r.method == "WEBSOCKET"]

    def wait_for(self, method: str, count: int = 1) -> list[bytes]:
        """What came by that method, over WebSockets above all, once there is so much."""
        deadline = time.monotonic() + 60
        while len(found := [r.body for r in self.requests if r.method == method]) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method}: expected {count}, found {len(found)}")
            time.sleep(0.01)
        return found

    def wait_closed(self) -> None:
        """Until no WebSocket of an earlier test can still be heard."""
        deadline = time.monotonic() + 10
        while self._shared.open_sockets and time.monotonic() < deadline:
            time.sleep(0.01)

    @property
    def last(self) -> Received:
        return self.requests[-1]

    @property
    def bytes_received(self) -> int:
        with self._shared.lock:
            return self._shared.bytes_received

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())
            self._loop.run_forever()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self) -> None:
        secure = await listen(self._shared, self.authority)
        plain = await listen(self._shared, None)
        self.address, self.plain_address = _address(secure), _address(plain)
        self._ready.set()


def _address(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"{host}:{port}"

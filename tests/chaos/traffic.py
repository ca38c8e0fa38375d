"""Clients that go on whatever happens: each request is one of a kind, and every answer, or none, is noted."""

import contextlib
import hashlib
import itertools
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.e2e import values
from tests.e2e.clients import CHAT
from tests.e2e.lab import Tightlip

CLIENT_SECONDS: Final = 45.0
"""A client that waits for longer hangs."""


@dataclass(slots=True)
class Traffic:
    """`tightlip` is exchanged when another takes its place: clients go where it listens, and trust any CA it had."""

    tightlip: Tightlip
    clients: int = 4
    pause_seconds: float = 0.02
    answers: Counter[str] = field(default_factory=Counter)
    """How requests ended: a status, or the name of what kept the answer away."""
    slowest_seconds: float = 0.0
    hung: int = 0
    secrets: dict[str, str] = field(default_factory=dict)
    """What must not leave, by the number of the request that holds it."""
    _trusted: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with ThreadPoolExecutor(self.clients) as pool:
            clients = [pool.submit(self._run) for _ in range(self.clients)]
            try:
                yield
            finally:
                self._stopped.set()
        for client in clients:
            client.result()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def failed(self) -> int:
        """Requests that were not answered as if nothing had happened."""
        return self.answers.total() - self.answers["200"]

    def asks_well(self) -> bool:
        """Whether one more request is answered as if nothing had happened."""
        with contextlib.suppress(httpx.HTTPError, OSError), self._client() as client:
            return self._ask(client) == "200"
        return False

    def _run(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(httpx.HTTPError, OSError), self._client() as client:
                where = self.tightlip.listen
                while not self._stopped.is_set() and where == self.tightlip.listen:
                    answer = self._ask(client)
                    self._stopped.wait(self.pause_seconds)
                    if not answer.isdigit():
                        break

    def _client(self) -> httpx.Client:
        ca: Path = self.tightlip.ca
        content = ca.read_text()
        self._trusted[hashlib.sha256(content.encode()).hexdigest()] = content
        trust = ssl.create_default_context(cadata="".join(self._trusted.values()))
        return httpx.Client(proxy=self.tightlip.proxy_url, verify=trust, trust_env=False, timeout=CLIENT_SECONDS)

    def _ask(self, client: httpx.Client) -> str:
        number, secret = f"request-{next(self._numbers)}-", values.aws_key()
        self.secrets[number] = secret
        started = time.monotonic()
        try:
            body = values.chat(f"{number}: {secret}", stream=len(self.secrets) % 2 == 0)
            ended = str(client.post(CHAT, content=body, headers={"content-type": "application/json"}).status_code)
        except httpx.HTTPError as err:
            ended = type(err).__name__
        seconds = time.monotonic() - started
        self.slowest_seconds = max(self.slowest_seconds, seconds)
        self.hung += seconds >= CLIENT_SECONDS
        self.answers[ended] += 1
        return ended

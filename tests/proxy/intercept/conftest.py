"""The proxy in this very process, in a thread with its own loop, so that a test can break any part of it."""

import asyncio
import json
import os
import ssl
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.config import Origin
from proxy.intercept.server import Server
from proxy.serve import Parts, assemble, prepare
from tests.compiled import share_rules
from tests.fakevendor import FakeVendor, make_authority
from tests.socketclient import RESPONSES, SocketClient

HOSTS = ("api.openai.com", "api.anthropic.com")


class _OnlyHttp2(ssl.SSLContext):
    """httpx would offer HTTP/1.1 first through a proxy, and the first that can be had is taken."""

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        super().set_alpn_protocols(["h2"])


class InProcess:
    """A running proxy in front of a fake vendor, and clients for it."""

    def __init__(self, folder: Path, vendor: FakeVendor, ca_file: Path) -> None:
        self.vendor = vendor
        targets = {f"{host}:443": vendor.address for host in HOSTS}
        self._origin = Origin.of(
            None,
            os.environ,
            {
                "listen": "127.0.0.1:0",
                "metrics": "127.0.0.1:0",
                "state_dir": str(folder),
                "workers": 1,
                "upstream.connect_to": targets,
                "upstream.ca_file": str(ca_file),
            },
        )
        self.state_dir = folder
        self.server: Server | None = None
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> "InProcess":
        self._thread.start()
        assert self._listening.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None and self.server is not None
        self._loop.call_soon_threadsafe(self.server.master.shutdown)
        self._thread.join(30)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def client(self, http2: bool = False) -> httpx.Client:
        assert self.server is not None
        trust = (_OnlyHttp2 if http2 else ssl.SSLContext)(ssl.PROTOCOL_TLS_CLIENT)
        trust.load_verify_locations(self.state_dir / "ca" / "tightlip-ca.pem")
        return httpx.Client(
            proxy=f"http://{self.server.address}", verify=trust, http2=http2, trust_env=False, timeout=20
        )

    def socket(self, path: str = RESPONSES, **options: Any) -> SocketClient:
        assert self.server is not None
        ca = self.state_dir / "ca" / "tightlip-ca.pem"
        return SocketClient(str(self.server.address), ca, path, **options)

    def records(self) -> list[dict[str, Any]]:
        """Every audit record written so far, in order."""
        files = sorted((self.state_dir / "audit").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def _run(self) -> None:
        parts = prepare(self._origin)
        with parts.runner() as runner:
            runner.run(self._serve(parts))

    async def _serve(self, parts: Parts) -> None:
        self._loop = asyncio.get_running_loop()
        async with assemble(parts) as started:
            self.server = server = started.server
            serving = asyncio.create_task(server.run())
            await server.wait_listening()
            self._listening.set()
            await serving


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    authority = make_authority(tmp_path_factory.mktemp("ca"))
    with (
        FakeVendor(authority) as vendor,
        InProcess(share_rules(tmp_path_factory.mktemp("state")), vendor, authority.ca) as proxy,
    ):
        yield proxy

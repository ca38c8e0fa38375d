"""SIGTERM: nothing new is taken, what runs may end, what does not is cut, and all of it is on record."""

import os
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.userfile import add_user
from tests.e2e import values
from tests.e2e.clients import CHAT
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor, Step

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECONDS = 60
JSON = {"content-type": "application/json"}


class _OnlyHttp2(ssl.SSLContext):
    """httpx would offer HTTP/1.1 first through a proxy, and the first that can be had is taken."""

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        super().set_alpn_protocols(["h2"])


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.02)


@contextmanager
def streaming(tightlip: Tightlip, http2: bool = False) -> Iterator[Iterator[bytes]]:
    """The rest of a reply of which the first chunk has arrived."""
    trust = (_OnlyHttp2 if http2 else ssl.SSLContext)(ssl.PROTOCOL_TLS_CLIENT)
    trust.load_verify_locations(tightlip.ca)
    with (
        httpx.Client(proxy=tightlip.proxy_url, verify=trust, trust_env=False, timeout=SECONDS, http2=http2) as client,
        client.stream("POST", CHAT, content=values.chat("hi", stream=True), headers=JSON) as answer,
    ):
        assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        chunks = answer.iter_raw()
        assert next(chunks)
        yield chunks


def accepts(tightlip: Tightlip) -> bool:
    host, _, port = tightlip.listen.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS).close()
    except OSError:
        return False
    return True


def ended(tightlip: Tightlip) -> int:
    assert tightlip.process is not None
    return tightlip.process.wait(timeout=SECONDS)


def outcomes(tightlip: Tightlip) -> dict[str, list[Any]]:
    """What became of each request that was decided; anything but one outcome for each fails."""
    found: dict[str, list[Any]] = {record["request"]: [] for record in tightlip.decisions()}
    for record in tightlip.audit():
        if record["type"] == "outcome":
            found[record["request"]].append(record["result"])
    return found


@pytest.mark.parametrize("http2", [False, True])
def test_a_stream_may_end_and_nothing_new_is_taken(lab, vendor: FakeVendor, http2: bool) -> None:  # type: ignore[no-untyped-def]
    vendor.script(Step(text=("one ", "two ", "three"), pause_after=1))
    with lab.tightlip("drain", drain_seconds=600) as tightlip:
        children = tightlip.children()
        with streaming(tightlip, http2) as chunks:
            os.kill(tightlip.pid, signal.SIGTERM)
            wait_for(lambda: not accepts(tightlip), "refusal")
            vendor.go_on()
            assert b"three" in b"".join(chunks)
        assert ended(tightlip) == 0
        assert [*outcomes(tightlip).values()] == [["completed"]]
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_stream_that_does_not_end_is_cut_and_on_record(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    vendor.script(Step(hang_after=1))
    with lab.tightlip("cut", drain_seconds=0.5) as tightlip:
        with streaming(tightlip) as chunks:
            os.kill(tightlip.pid, signal.SIGTERM)
            with pytest.raises(httpx.RemoteProtocolError):
                b"".join(chunks)
        assert ended(tightlip) == 0
        assert [*outcomes(tightlip).values()] == [["cut"]]
        (outcome,) = (record for record in tightlip.audit() if record["type"] == "outcome")
        assert (outcome["status"], outcome["response_bytes"] > 0) == (200, True)
        tightlip.start()
        assert [*outcomes(tightlip).values()] == [["cut"]], "nothing is left for the next start to settle"


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_second_signal_cuts_at_once(lab, vendor: FakeVendor, second: signal.Signals) -> None:  # type: ignore[no-untyped-def]
    vendor.script(Step(hang_after=1))
    with lab.tightlip("hurry", drain_seconds=600) as tightlip:
        with streaming(tightlip) as chunks:
            os.kill(tightlip.pid, signal.SIGTERM)
            wait_for(lambda: not accepts(tightlip), "refusal")
            os.kill(tightlip.pid, second)
            with pytest.raises(httpx.RemoteProtocolError):
                b"".join(chunks)
        assert ended(tightlip) == 0
        assert [*outcomes(tightlip).values()] == [["cut"]]


@pytest.mark.parametrize("processes", [1, 2])
def test_whoever_has_connected_is_answered(lab, vendor: FakeVendor, tmp_path: Path, processes: int) -> None:  # type: ignore[no-untyped-def]
    """Also when their first byte comes late: by way of a balancer, nobody would ask again for them."""
    add_user(tmp_path / "users.yaml", "ada", "correct horse", [])
    behind = {"users": str(tmp_path / "users.yaml"), "proxy_protocol": "v1v2", "trusted_balancers": ["127.0.0.1"]}
    header = b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 8080\r\n"
    request = b"GET http://tightlip.local/ HTTP/1.1\r\nhost: tightlip.local\r\n\r\n"
    with lab.tightlip("greeted", processes=processes, **behind) as tightlip:
        host, _, port = tightlip.listen.rpartition(":")
        clients = [socket.create_connection((host, int(port)), SECONDS) for _ in range(20)]
        os.kill(tightlip.pid, signal.SIGTERM)
        wait_for(lambda: not accepts(tightlip), "refusal")
        time.sleep(0.5)
        for client in clients:
            with client:
                client.sendall(header + request)
                assert client.recv(100).startswith(b"HTTP/1.1 ")
        assert ended(tightlip) == 0

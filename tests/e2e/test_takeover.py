"""A new version takes the port at noon: nobody is refused, nothing breaks off, everything is on record once."""

import contextlib
import itertools
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.lab import DidNotStart, Tightlip
from tests.e2e.test_drain import JSON, ended, outcomes, streaming, wait_for
from tests.fakevendor import FakeVendor, Step
from tests.proxy.test_audit import chain_is_whole
from tests.socketclient import SocketClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CONNECTIONS = 160
CLIENTS = 4


@dataclass(slots=True)
class Newcomers:
    """Clients that open a connection for each request, one after the other."""

    tightlip: Tightlip
    trust: ssl.SSLContext
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def sent(self) -> int:
        return len(self.seconds) + len(self.faults)

    def run(self) -> None:
        while not self._stopped.is_set():
            started = time.monotonic()
            try:
                with httpx.Client(
                    proxy=self.tightlip.proxy_url, verify=self.trust, trust_env=False, timeout=60
                ) as client:
                    answer = client.post(CHAT, content=values.chat(f"note {next(self._numbers)}"), headers=JSON)
            except httpx.HTTPError as err:
                self.faults.append(repr(err))
                continue
            if answer.status_code == 200:
                self.seconds.append(time.monotonic() - started)
            else:
                self.faults.append(f"{answer.status_code} {answer.text[-80:]}")
            self._stopped.wait(0.02)

    def stop(self) -> None:
        self._stopped.set()

    @contextmanager
    def coming(self) -> Iterator["Newcomers"]:
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(self.run) for _ in range(CLIENTS)]
            try:
                yield self
            finally:
                self.stop()
        for one in running:
            one.result()


def trust_of(tightlip: Tightlip) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(tightlip.ca))


def check(tightlip: Tightlip, requests: int) -> None:
    """Each request has one decision and one outcome, and the log is one chain."""
    found = outcomes(tightlip)
    assert len(found) == requests
    assert {tuple(results) for results in found.values()} == {("completed",)}
    assert chain_is_whole(tightlip.state / "audit")


@dataclass(slots=True)
class Regular:
    """A client that uses one connection as long as it is let, and notes when a response says that it was the last."""

    tightlip: Tightlip
    sent: int = 0
    is_told: bool = False
    faults: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        limits = httpx.Limits(keepalive_expiry=600)
        trust = trust_of(self.tightlip)
        with httpx.Client(
            proxy=self.tightlip.proxy_url, verify=trust, trust_env=False, timeout=60, limits=limits
        ) as client:
            while not self._stopped.wait(0.1):
                self.sent += 1
                try:
                    answer = client.post(CHAT, content=values.chat(f"again {self.sent}"), headers=JSON)
                except httpx.HTTPError as err:
                    self.faults.append(repr(err))
                    continue
                self.is_told = self.is_told or answer.headers.get("connection") == "close"
                self.faults += [] if answer.status_code == 200 else [str(answer.status_code)]

    @contextmanager
    def at_work(self) -> Iterator["Regular"]:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(self.run)
            try:
                yield self
            finally:
                self._stopped.set()
        running.result()


def test_a_new_version_takes_the_port_and_nobody_notices(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    streams = Step(text=("one ", "two ", "three"), pause_after=1)
    vendor.script(lambda request: streams if request.streams else Step())
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(lab.tightlip("noon", workers=2))
        children = old.children()
        idle = stack.enter_context(SocketClient(old.listen, old.ca))
        newcomers, regular = Newcomers(old, trust_of(old)), Regular(old)
        with streaming(old) as chunks, newcomers.coming(), regular.at_work():
            wait_for(lambda: newcomers.sent >= CONNECTIONS // 4, "traffic")
            new = stack.enter_context(old.successor())
            assert (new.listen, new.metrics_address) == (old.listen, old.metrics_address)
            assert new.metric("tightlip_requests_total") >= CONNECTIONS // 4, "the counts go on"
            wait_for(lambda: regular.is_told, "word that a connection was the last")
            assert idle.receive().code == 1001  # type: ignore[union-attr]
            wait_for(lambda: newcomers.sent >= CONNECTIONS, "traffic")
            assert old.process is not None and old.process.poll() is None
            vendor.go_on()
            assert b"three" in b"".join(chunks)
        assert ended(old) == 0
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
        assert newcomers.faults + regular.faults == []
        requests = newcomers.sent + regular.sent + 2  # the stream, and the opening of the WebSocket
        wait_for(lambda: all(outcomes(new).values()), "outcomes")
        check(new, requests)
        assert new.metric("tightlip_requests_total") == requests
        assert new.metric("tightlip_hook_faults_total") == 0
        start = [record for record in new.audit() if record["type"] == "start"][-1]
        assert (start["open_requests"], len(start["still_open"]) >= 1) == (0, True)
        print(f"the slowest of {newcomers.sent} new connections took {max(newcomers.seconds):.3f} s")
    assert new.process is not None and new.process.returncode == 0


def test_a_successor_that_cannot_start_changes_nothing(lab, vendor: FakeVendor, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    policy = tmp_path / "policy.yaml"
    with lab.tightlip("failing", drain_seconds=600) as old:
        policy.write_text("id: [")
        with pytest.raises(DidNotStart, match=r"policy\.yaml"):
            old.successor(policy=str(policy)).start()
        with pytest.raises(DidNotStart, match="found another proxy"):
            replace(old.successor(), flags=()).start()
        assert old.get("/readyz")[0] == 200
        assert curl(old, CHAT, values.chat("hi")).status == 200
        assert [record["type"] for record in old.audit()].count("start") == 1


def test_streams_that_outlast_the_takeover_are_cut(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    """And what was blocked shortly before is remembered."""
    vendor.script(Step(hang_after=1))
    secret = values.chat(values.aws_key())
    with lab.tightlip("outlasting", takeover_seconds=0.5, policy="strict") as old, contextlib.ExitStack() as stack:
        assert curl(old, CHAT, secret).status == 400
        with streaming(old) as chunks:
            new = stack.enter_context(old.successor())
            with pytest.raises(httpx.RemoteProtocolError):
                b"".join(chunks)
        assert ended(old) == 0
        wait_for(lambda: all(outcomes(new).values()), "outcomes")
        assert [*outcomes(new).values()] == [["blocked"], ["cut"]]
        assert new.metric("tightlip_cut_streams_total") == 1
        vendor.script(Step())
        assert curl(new, CHAT, values.chat("hi")).status == 200
        assert curl(new, CHAT, secret).status == 400
        assert new.decisions()[-1]["repeat_of"] == new.decisions()[0]["request"]


def test_several_processes_hand_over_to_fewer_and_to_more(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    vendor.script(lambda request: Step(text=("one ", "two"), pause_after=1) if request.streams else Step())
    with lab.tightlip("several", processes=2) as old, contextlib.ExitStack() as stack:
        children = old.children()
        newcomers = Newcomers(old, trust_of(old))
        with streaming(old) as chunks, newcomers.coming():
            new = old
            for processes in (1, 2):
                new, sent = stack.enter_context(new.successor(processes=processes)), newcomers.sent
                wait_for(lambda least=sent + 20: newcomers.sent >= least, "traffic")  # type: ignore[misc]
            vendor.go_on()
            assert b"two" in b"".join(chunks)
        assert ended(old) == 0
        assert newcomers.faults == []
        wait_for(lambda: all(outcomes(new).values()), "outcomes")
        check(new, newcomers.sent + 1)
        assert new.metric("tightlip_requests_total") == newcomers.sent + 1
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]

"""The balancer's example, run: a real HAProxy with the shipped file, and two Tightlips behind it."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from proxy.userfile import add_user
from tests.compiled import share_rules
from tests.e2e import values
from tests.e2e.clients import CHAT
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.fakevendor import FakeVendor, make_authority

FILE = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
PASSWORD = "correct horse " + "battery staple"
CLIENT = "127.0.0.5"
OWN_USER = "    user haproxy\n    group haproxy\n"

pytestmark = [
    pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed"),
    pytest.mark.timeout(300),  # two proxies start
]


def _changed(changes: dict[str, str]) -> str:
    """The shipped file with these words in the place of those."""
    text = FILE.read_text()
    for shown, own in changes.items():
        assert text.count(shown) == 1, shown
        text = text.replace(shown, own)
    return text


def test_the_file_is_valid_and_gives_no_warning(tmp_path: Path) -> None:
    copy = tmp_path / "haproxy.cfg"
    copy.write_text(_changed({OWN_USER: ""}))  # which only its package makes
    done = subprocess.run(["haproxy", "-c", "-f", str(copy)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Balancer:
    address: str
    log: Path

    def ask(self, tightlip: Tightlip, source: str = CLIENT) -> tuple[int, str]:
        """The status of one request by way of the balancer, 0 for none, and curl's word on why."""
        command = ["curl", "-q", "-sS", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}", "--interface", source]
        command += ["-x", f"http://{self.address}", "--proxy-user", f"ada:{PASSWORD}", "--cacert", str(tightlip.ca)]
        command += ["-H", "content-type: application/json", "--data-binary", "@-", CHAT]
        done = subprocess.run(command, input=values.chat("hi"), capture_output=True, timeout=40)
        return int(done.stdout or 0), done.stderr.decode()


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeVendor]:
    with FakeVendor(make_authority(tmp_path_factory.mktemp("vendor"))) as vendor:
        yield vendor


@pytest.fixture(scope="module")
def hosts(vendor: FakeVendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Tightlip]]:
    """Two with one CA and one users file, as two hosts would have; one of them accepts in two processes."""
    users = tmp_path_factory.mktemp("users") / "users.yaml"
    add_user(users, "ada", PASSWORD, [])
    behind = {"users": str(users), "proxy_protocol": "v1v2", "trusted_balancers": ["127.0.0.1"]}
    config = configuration(vendor.address, vendor.authority.ca, **behind)
    with contextlib.ExitStack() as stack:
        one = Tightlip(tmp_path_factory.mktemp("one"), config)
        two = Tightlip(tmp_path_factory.mktemp("two"), {**config, "processes": 2})
        share_rules(one.state)
        stack.enter_context(one)
        share_rules(two.state)
        shutil.copytree(one.state / "ca", two.state / "ca")
        stack.enter_context(two)
        yield [one, two]


@pytest.fixture(scope="module")
def balancer(hosts: list[Tightlip], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Balancer]:
    folder = tmp_path_factory.mktemp("haproxy")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    few = "    maxconn 200"  # each takes two descriptors, of which a test may have few
    changes = {"    bind :8080": f"    bind {address}", OWN_USER: "", "    maxconn 10000": few}
    for name, shown, host in zip(("one", "two"), ("10.0.0.11:8080", "10.0.0.12:8080"), hosts, strict=True):
        port = host.metrics_address.rpartition(":")[2]
        changes[f"server {name} {shown}"] = f"server {name} {host.listen} check port {port}"
    file, log = folder / "haproxy.cfg", folder / "log.txt"
    file.write_text(_changed(changes))
    with log.open("wb") as out:
        process = subprocess.Popen(["haproxy", "-db", "-f", str(file)], stdout=out, stderr=out)
    try:
        balancer = Balancer(address, log)
        _wait_for(lambda: balancer.ask(hosts[0])[0] == 200, log)
        yield balancer
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(condition: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


@pytest.mark.slow
def test_records_name_the_client_which_stays_at_one_host(balancer: Balancer, hosts: list[Tightlip]) -> None:
    before = [len(host.decisions()) for host in hosts]
    assert [balancer.ask(hosts[0]) for _ in range(4)] == [(200, "")] * 4
    news = [host.decisions()[count:] for host, count in zip(hosts, before, strict=True)]
    assert sorted(map(len, news)) == [0, 4]
    others = [f"127.0.0.{last}" for last in range(20, 24)]
    assert [balancer.ask(hosts[0], other) for other in others] == [(200, "")] * 4
    news = [host.decisions()[count:] for host, count in zip(hosts, before, strict=True)]
    assert {record["context"]["address"] for new in news for record in new} == {CLIENT, *others}
    assert all(news), "whoever is new goes to either host"


@pytest.mark.slow
def test_nobody_gets_in_beside_the_balancer(hosts: list[Tightlip], balancer: Balancer) -> None:
    host = hosts[0]
    header = b"PROXY TCP4 192.0.2.7 198.51.100.1 51234 8080\r\n"
    request = b"GET http://tightlip.local/ HTTP/1.1\r\nhost: tightlip.local\r\n\r\n"
    before = len(host.decisions())
    assert _said_back(host, "127.0.0.9", request) == b""
    assert _said_back(host, "127.0.0.9", header + request) == b""
    assert host.metric("tightlip_connections_refused_total", reason="not_balancer") == 2
    assert _said_back(host, "127.0.0.1", request) == b""
    assert host.metric("tightlip_connections_refused_total", reason="proxy_header") == 1
    assert _said_back(host, "127.0.0.1", header + request).startswith(b"HTTP/1.1 4")
    assert [record["decision"] for record in host.decisions()[before:]] == ["block"]  # who comes without a password


def _said_back(host: Tightlip, source: str, said: bytes) -> bytes:
    """The first bytes of an answer; b"" when the connection was closed without one."""
    address, _, port = host.listen.rpartition(":")
    with socket.create_connection((address, int(port)), 10, source_address=(source, 0)) as client:
        try:
            client.sendall(said)
            return client.recv(100)
        except ConnectionError:
            return b""


@pytest.mark.slow
def test_a_host_is_stopped_and_no_request_fails(balancer: Balancer, hosts: list[Tightlip]) -> None:
    """The last one: the host that serves this client ends."""
    before = [len(host.decisions()) for host in hosts]
    assert balancer.ask(hosts[0]) == (200, "")
    (serving,) = (host for host, count in zip(hosts, before, strict=True) if len(host.decisions()) > count)
    (other,) = (host for host in hosts if host is not serving)
    answers: list[tuple[int, str]] = []
    ended = threading.Event()

    def keep_asking() -> None:
        while not ended.is_set():
            answers.append(balancer.ask(other))

    clients = [threading.Thread(target=keep_asking) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        _wait_for(lambda: len(answers) > 4, balancer.log)
        assert serving.stop() == 0
        stopped = len(answers)
        _wait_for(lambda: len(answers) > stopped + 8, balancer.log)
    finally:
        ended.set()
        for client in clients:
            client.join()
    assert set(answers) == {(200, "")}
    assert len(other.decisions()) > before[hosts.index(other)] + 8

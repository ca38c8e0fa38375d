"""The scraped page of a running proxy: what Prometheus' own checks say of it, and that no client can make it longer."""

import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from proxy.userfile import add_user
from tests.e2e import values
from tests.e2e.clients import CHAT, GEMINI, MESSAGES, Tunnel, basic, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor
from tests.process import command

if TYPE_CHECKING:
    from tests.e2e.conftest import Lab

pytestmark = pytest.mark.slow

PASSWORD = "correct horse " + "battery staple"
OPENMETRICS = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75"


@pytest.fixture(scope="module")
def told(lab: "Lab", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    """A proxy that tells in its metrics all that it can be asked to tell."""
    folder = tmp_path_factory.mktemp("told")
    add_user(folder / "users.yaml", "ada", PASSWORD, ["payments", "night-shift"])
    keys = {"users": str(folder / "users.yaml"), "metrics_users": "named", "exemplars": True}
    with lab.tightlip("told", folder=folder, **keys) as tightlip:
        yield tightlip


def ask(tightlip: Tightlip, url: str, body: bytes | None, *arguments: str) -> int:
    return curl(tightlip, url, body, "--proxy-user", f"ada:{PASSWORD}", *arguments).status


def scrape(tightlip: Tightlip, accept: str = "") -> str:
    request = urllib.request.Request(f"http://{tightlip.metrics_address}/metrics", headers={"accept": accept})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        page: str = answer.read().decode()
        return page


def series(page: str) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    samples = (sample for family in parse(page) for sample in family.samples)
    return {(sample.name, frozenset(sample.labels.items())) for sample in samples}


def converse(tightlip: Tightlip) -> None:
    """Traffic of every decision's kind."""
    for url, body in (
        (CHAT, values.chat("hi")),
        (CHAT, values.chat(f"use {values.aws_key()}")),
        (MESSAGES, values.message(f"use {values.aws_key()}")),
        (CHAT, b"{]"),
    ):
        ask(tightlip, url, body)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_has_nothing_to_say_about_the_page(told: Tightlip, vendor: FakeVendor) -> None:
    converse(told)
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=scrape(told), capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_openmetrics_tells_the_same_with_units_and_a_request_to_look_at(told: Tightlip, vendor: FakeVendor) -> None:
    converse(told)
    text, page = scrape(told), scrape(told, OPENMETRICS)
    families = {family.name: family for family in parse_openmetrics(page)}
    assert families["tightlip_added_latency_seconds"].unit == "seconds"
    assert families["tightlip_body_bytes"].unit == "bytes"
    assert {name for name, _ in series(text)} == {one.name for family in families.values() for one in family.samples}
    found = {
        sample.exemplar.labels["reference"]
        for name in ("added_latency", "decision", "audit", "scan", "upstream")
        for sample in families[f"tightlip_{name}_seconds"].samples
        if sample.exemplar is not None
    }
    assert found
    assert found <= {record["request"] for record in told.decisions()}
    assert not any(reference in text for reference in found)


def test_users_and_groups_are_counted_as_the_operator_wished(told: Tightlip, vendor: FakeVendor) -> None:
    before = told.metric("tightlip_user_requests_total", user="ada", decision="allow")
    ask(told, CHAT, values.chat("hi"))
    assert told.metric("tightlip_user_requests_total", user="ada", decision="allow") == before + 1
    counts = {told.metric("tightlip_group_requests_total", group=name) for name in ("payments", "night-shift")}
    assert len(counts) == 1
    assert told.metric("tightlip_process_memory_bytes", process="core") > 1 << 20
    assert told.metric("tightlip_process_memory_bytes", process="worker-1") > 1 << 20
    assert told.metric("tightlip_process_cpu_seconds_total", process="core") > 0
    assert told.metric("tightlip_upstream_seconds_count", vendor="openai") >= 1


def attack(tightlip: Tightlip, odd: str) -> None:
    """Every place of a request in which a client may write what it likes."""
    chat = values.chat("hi")
    ask(tightlip, f"https://api.openai.com/v1/{odd}", chat)
    ask(tightlip, f"https://api.openai.com/v1/chat/completions?{odd}={odd}", chat)
    ask(tightlip, CHAT, chat, "-X", odd.upper())
    ask(tightlip, CHAT, values.chat("hi", model=odd), "-A", f"{odd}/1.0")
    ask(tightlip, CHAT, chat, "-H", f"x-{odd}: {odd}", "-H", f"content-type: {odd}/{odd}")
    ask(tightlip, CHAT, chat, "-H", f"content-encoding: {odd}")
    ask(tightlip, CHAT, f'{{"{odd}": "{odd}"}}'.encode())
    ask(tightlip, CHAT, chat, "-H", f"host: {odd}.example")
    ask(tightlip, GEMINI.replace("gemini-fake", odd), values.chat("hi"))
    ask(tightlip, f"https://{odd}.openai.azure.com/openai/deployments/{odd}/chat/completions", chat)
    ask(tightlip, f"https://{odd}.example/", chat)
    ask(tightlip, f"http://{odd}.example/{odd}", chat)
    socket = ("-H", "upgrade: websocket", "-H", "connection: upgrade", "-H", "sec-websocket-version: 13", "--http1.1")
    ask(tightlip, f"https://api.openai.com/v1/responses?{odd}", None, *socket, "-H", f"sec-websocket-protocol: {odd}")
    curl(tightlip, CHAT, chat, "--proxy-user", f"{odd}:{odd}")
    with Tunnel(tightlip, f"{odd}.openai.com:443", Proxy_Authorization=basic("ada", PASSWORD)):
        pass


def test_no_client_can_add_a_series(told: Tightlip, vendor: FakeVendor) -> None:
    converse(told)
    attack(told, "zqfirst")
    before = series(scrape(told))
    for _ in range(2):
        attack(told, f"zq{os.urandom(6).hex()}")
    page = scrape(told)
    # How a request of theirs ended differs from time to time; of how it can end there is a closed list.
    assert {name for name, _ in series(page) - before} <= {"tightlip_outcomes_total"}
    assert "zq" not in page


def test_the_page_is_no_longer_than_the_documentation_says(told: Tightlip) -> None:
    from proxy.metrics.catalogue import SERIES

    converse(told)
    ours = {one for one in series(scrape(told)) if one[0].startswith("tightlip_")}
    assert 200 < len(ours) < 2000 < SERIES
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
    assert f"more than {SERIES:,} series" in " ".join(page.split())


RESTARTS = ("tightlip_process_restarts_total", frozenset({("process", "front")}))


def totals(page: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What may never fall: counters, and the buckets, counts and sums of histograms."""
    families = (family for family in parse(page) if family.type in ("counter", "histogram"))
    samples = (sample for family in families for sample in family.samples if sample.name.startswith("tightlip_"))
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def test_no_total_of_several_processes_falls_when_one_is_killed(lab: "Lab", vendor: FakeVendor) -> None:
    with lab.tightlip("counted-fleet", processes=2) as tightlip:
        for _ in range(8):
            curl(tightlip, CHAT, values.chat("hi"))
        added = "tightlip_added_latency_seconds_count"
        wait_for(lambda: tightlip.metric(added) == 8)
        for process in ("core", "front-1", "front-2", "worker-1"):
            assert tightlip.metric("tightlip_process_memory_bytes", process=process) > 1 << 20
        before = totals(scrape(tightlip))
        fronts = [pid for pid in tightlip.children() if b"proxy.fleet" in command(pid)]
        os.kill(fronts[0], signal.SIGKILL)
        seen = [before]

        def is_replaced() -> bool:
            """Looks at every total on the way."""
            last, now = seen[-1], totals(scrape(tightlip))
            assert {key: last[key] for key in last if now.get(key, -1) < last[key]} == {}
            seen.append(now)
            return now[RESTARTS] == 1 and tightlip.get("/readyz")[0] == 200

        wait_for(is_replaced)
        for _ in range(8):
            curl(tightlip, CHAT, values.chat("hi"))
        wait_for(lambda: tightlip.metric(added) == 16)
        assert tightlip.metric("tightlip_process_cpu_seconds_total", process="front-1") > 0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""Several processes on one port: they judge as one, are counted as one, and one that ends is replaced."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e import reloading, values
from tests.e2e.clients import CHAT, Answer, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor, Step
from tests.process import command

PROCESSES = 2

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fleet(lab) -> Iterator[Tightlip]:  # type: ignore[no-untyped-def]
    with lab.tightlip("fleet", processes=PROCESSES, policy="strict") as tightlip:
        yield tightlip


def asked(tightlip: Tightlip, count: int, body: bytes) -> list[Answer]:
    """As many requests, each over a connection of its own, so that every process gets some."""
    with ThreadPoolExecutor(6) as threads:
        return list(threads.map(lambda _: curl(tightlip, CHAT, body), range(count)))


def fronts(tightlip: Tightlip) -> list[int]:
    """The ids of the processes that speak HTTP."""
    return [pid for pid in tightlip.children() if b"proxy.fleet.process" in command(pid)]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def total(tightlip: Tightlip, family: str) -> float:
    page = tightlip.get("/metrics")[1]
    return sum(float(line.rpartition(" ")[2]) for line in page.splitlines() if re.match(family + r"[{ ]", line))


def test_all_of_them_judge_by_one_policy_and_one_record(fleet: Tightlip, vendor: FakeVendor) -> None:
    before = len(fleet.decisions())
    clean, bad = asked(fleet, 24, values.chat("hello")), asked(fleet, 12, values.chat(values.aws_key()))
    assert {answer.status for answer in clean} == {200}
    assert {answer.status for answer in bad} == {400}
    assert len(vendor.prompts) == 24
    decided = fleet.decisions()[before:]
    assert len(decided) == 36
    assert [record["seq"] for record in fleet.audit()] == list(range(1, len(fleet.audit()) + 1))
    assert len(fronts(fleet)) == PROCESSES


def test_one_page_counts_for_all(fleet: Tightlip, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    assert {answer.status for answer in asked(fleet, 12, values.chat("hello"))} == {200}
    sent = sum(decision["decision"] != "block" for decision in fleet.decisions())
    wait_for(lambda: total(fleet, "tightlip_added_latency_seconds_count") == sent)


def test_a_process_that_is_killed_costs_what_it_had_and_nothing_else(
    lab,
    vendor: FakeVendor,  # type: ignore[no-untyped-def]
) -> None:
    with lab.tightlip("killed-front", processes=2) as tightlip:
        vendor.script(Step(text=("one ", "two"), pause_after=1))
        answers: list[Answer] = []
        streaming = threading.Thread(
            target=lambda: answers.append(curl(tightlip, CHAT, values.chat("count", stream=True)))
        )
        streaming.start()
        wait_for(lambda: len(vendor.prompts) == 1)
        for pid in fronts(tightlip):
            os.kill(pid, signal.SIGKILL)
        vendor.go_on()
        streaming.join(30)
        wait_for(lambda: len(fronts(tightlip)) == 2 and tightlip.get("/readyz")[0] == 200)
        assert {answer.status for answer in asked(tightlip, 8, values.chat("hello"))} == {200}
        assert total(tightlip, "tightlip_process_restarts_total") == 2
        outcomes = {record["request"]: record["result"] for record in tightlip.audit() if record["type"] == "outcome"}
        decided = [record["request"] for record in tightlip.decisions()]
        assert outcomes[decided[0]] == "unknown"
        wait_for(lambda: len([one for one in tightlip.audit() if one["type"] == "outcome"]) == len(decided))


def test_a_reload_reaches_all_of_them(lab, vendor: FakeVendor, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    reloading.A.write(tmp_path)
    with lab.tightlip("reloaded-fleet", **reloading.keys(tmp_path, reload="manual", processes=2)) as tightlip:
        assert {answer.status for answer in asked(tightlip, 8, values.chat(values.aws_key()))} == {400}
        reloading.B.write(tmp_path)
        assert reloading.reload(tightlip)["result"] == "taken"
        assert {answer.status for answer in asked(tightlip, 8, values.chat(values.aws_key()))} == {200}


def test_when_the_one_that_judges_is_killed_nothing_leaves_and_nobody_stays(
    lab,
    vendor: FakeVendor,  # type: ignore[no-untyped-def]
) -> None:
    with lab.tightlip("killed-judge", processes=2) as tightlip:
        pids = tightlip.children()
        os.kill(tightlip.pid, signal.SIGKILL)
        assert curl(tightlip, CHAT, values.chat("hello")).status != 200
        assert vendor.prompts == []
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_sigterm_lets_streams_end_and_takes_all_of_them_down(lab, vendor: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    with lab.tightlip("ended-fleet", processes=2) as tightlip:
        pids = tightlip.children()
        vendor.script(Step(text=("one ", "two"), pause_after=1))
        answers: list[Answer] = []
        streaming = threading.Thread(
            target=lambda: answers.append(curl(tightlip, CHAT, values.chat("count", stream=True)))
        )
        streaming.start()
        wait_for(lambda: len(vendor.prompts) == 1)
        os.kill(tightlip.pid, signal.SIGTERM)
        wait_for(lambda: curl(tightlip, CHAT, values.chat("late")).status == 0)
        vendor.go_on()
        streaming.join(30)
        assert tightlip.process is not None
        assert tightlip.process.wait(30) == 0
        assert answers[0].status == 200
        assert "two" in answers[0].body.decode()
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert tightlip.audit()[-1]["result"] == "completed"

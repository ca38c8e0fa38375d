"""Reloads under load: no request is lost, fails or shows a mix of two editions, and the others don't feel it.

Small by default; with FULL_SIZE=1 in the environment 10,000 requests across 100 reloads, which take some minutes.
"""

import json
import os
import random
import signal
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.control import ask, take_answer
from tests.e2e import reloading, values
from tests.e2e.clients import CHAT, curl
from tests.e2e.lab import Tightlip
from tests.e2e.reloading import ENTITIES, A, B, loads, reload
from tests.fakevendor import FakeVendor

CLIENTS = 4
REQUESTS, RELOADS = (10_000, 100) if os.environ.get("FULL_SIZE") else (200, 3)
RULE_RELOADS = 5 if os.environ.get("FULL_SIZE") else 2

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@dataclass(slots=True)
class Load:
    """Clients that send one request after another, each with a value that one edition blocks and the other doesn't."""

    tightlip: Tightlip
    pause_seconds: float = 0.02
    sent: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: list[tuple[float, float]] = field(default_factory=list)
    """When each request was sent, and how long it took."""
    blocked: dict[str, str] = field(default_factory=dict)
    """The policy that a block's message names, by the reference that it names."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        draw = random.Random(number)
        made = {ENTITIES[0]: values.aws_key, ENTITIES[1]: lambda: "4111 1111" + " 1111 1111"}
        trust = ssl.create_default_context(cafile=str(self.tightlip.ca))
        with httpx.Client(proxy=self.tightlip.proxy_url, verify=trust, trust_env=False, timeout=60) as client:
            while not self._stopped.is_set():
                entity = draw.choice(ENTITIES)
                body = values.chat(f"note {draw.random()}: {made[entity]()}")
                started = time.monotonic()
                try:
                    answer = client.post(CHAT, content=body, headers={"content-type": "application/json"})
                except httpx.HTTPError as err:
                    self.faults.append(type(err).__name__)
                    continue
                finally:
                    self.sent += 1
                self.seconds.append((started, time.monotonic() - started))
                self._note(answer)
                self._stopped.wait(draw.random() * 2 * self.pause_seconds)

    def _note(self, answer: httpx.Response) -> None:
        if answer.status_code == 400:
            message = answer.json()["error"]["message"]
            reference = next(word for word in message.replace("`", " ").split() if word.startswith("tl-"))
            policy = next(side.policy for side in (A, B) if side.policy in message)
            self.blocked[reference] = policy
        elif answer.status_code != 200:
            self.faults.append(f"{answer.status_code} {answer.text[-60:]}")

    def stop(self) -> None:
        self._stopped.set()

    def percentile(self, share: float, begin: float, end: float) -> float:
        taken = sorted(seconds for at, seconds in self.seconds if begin <= at < end)
        return taken[int(len(taken) * share)]


@contextmanager
def under_load(tightlip: Tightlip) -> Iterator[Load]:
    load = Load(tightlip)
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(load.run, number) for number in range(CLIENTS)]
        try:
            yield load
        finally:
            load.stop()
    for one in running:
        one.result()


def wait_for(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.02)


def check(tightlip: Tightlip, vendor: FakeVendor, load: Load) -> None:
    """Every request is on record, and each record, answer and what the vendor got is of one edition."""
    assert load.faults == []
    decisions = [r for r in tightlip.decisions() if r["host"] == "api.openai.com"]
    assert len(decisions) == load.sent
    taken = {record["edition"]: record["digests"] for record in loads(tightlip) if record["result"] == "taken"}
    for decision in decisions:
        check_one(decision, taken, load)
    allowed = sum(decision["decision"] != "block" for decision in decisions)
    assert len(load.blocked) == len(decisions) - allowed
    assert len(vendor.requests) == allowed


def check_one(decision: dict[str, Any], taken: dict[str, dict[str, str]], load: Load) -> None:
    side = next(side for side in (A, B) if side.policy == decision["policy"])
    (finding,) = decision["findings"]
    digests = taken[decision["edition"]]
    assert (decision["policy_digest"], decision["rules_digest"]) == (digests["policy"], digests["rules"])
    assert decision["config_digest"] == digests["config"]
    assert decision["context"]["approval"] == side.approval
    assert (decision["decision"] == "block") is (finding["entity"] == side.blocks)
    assert finding["clause"] == (f"{side.policy}-stops" if finding["entity"] == side.blocks else "default")
    if decision["decision"] == "block":
        assert load.blocked[decision["request"]] == side.policy


def test_no_request_is_lost_or_judged_by_two_editions(lab, vendor: FakeVendor, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    A.write(tmp_path)
    with lab.tightlip("reloads", **reloading.keys(tmp_path, reload="manual", workers=2)) as tightlip:
        with under_load(tightlip) as load:
            wait_for(lambda: load.sent >= REQUESTS // 10)
            begun = time.monotonic()
            for number in range(RELOADS):
                (B, A)[number % 2].write(tmp_path)
                answer = reload(tightlip)
                assert answer["result"] == "taken"
                wait_for(lambda done=number: load.sent >= REQUESTS * (done + 1) // (RELOADS + 1))  # type: ignore[misc]
            ended = time.monotonic()
            wait_for(lambda: load.sent >= REQUESTS)
            quiet = load.percentile(0.99, 0, begun), load.percentile(0.99, begun, ended)
        check(tightlip, vendor, load)
        by_policy = Counter(decision["policy"] for decision in tightlip.decisions())
        assert len([record for record in loads(tightlip) if record["trigger"] == "command"]) == RELOADS
        assert tightlip.metric("tightlip_reloads_total", result="taken") == RELOADS
    assert set(by_policy) == {A.policy, B.policy}
    print(json.dumps({"sent": load.sent, "p99 before": quiet[0], "p99 during": quiet[1], "by": by_policy}))


def test_other_rules_are_taken_as_well_and_the_old_workers_end(  # type: ignore[no-untyped-def]
    lab, vendor: FakeVendor, tmp_path: Path
) -> None:
    A.write(tmp_path)
    rules = tmp_path / "rules"
    reloading.write_rules(rules, 0)
    keys = reloading.keys(tmp_path, reload="manual", workers=2, rules=[str(rules)])
    with lab.tightlip("rules", **keys) as tightlip:
        with under_load(tightlip) as load:
            for number in range(RULE_RELOADS):
                (B, A)[number % 2].write(tmp_path)
                reloading.write_rules(rules, number + 1)
                answer = reload(tightlip)
                assert answer["result"] == "taken", answer
                assert "rule acme-door-code changed" in answer["changed"]
                sent = load.sent
                wait_for(lambda until=sent + 50: load.sent >= until)  # type: ignore[misc]
                assert len(tightlip.children()) <= 4  # never more than two sets of two
        check(tightlip, vendor, load)
        digests = {decision["rules_digest"] for decision in tightlip.decisions()}
        assert len(digests) == RULE_RELOADS + 1
        wait_for(lambda: tightlip.get("/readyz")[0] == 200)


@pytest.mark.parametrize("what", ["worker", "drafting", "stop"])
def test_a_reload_while_processes_end(lab, vendor: FakeVendor, tmp_path: Path, what: str) -> None:  # type: ignore[no-untyped-def]
    """Workers that are killed cost their own request, a killed reader of files the reload; SIGTERM ends everything."""
    A.write(tmp_path)
    with lab.tightlip("killed", **reloading.keys(tmp_path, reload="manual", workers=2)) as tightlip:
        workers = set(tightlip.children())
        B.write(tmp_path)
        question = ask(tightlip.state)
        os.kill(tightlip.pid, signal.SIGHUP)
        wait_for(lambda: bool(set(tightlip.children()) - workers))
        (reader,) = set(tightlip.children()) - workers
        if what == "stop":
            started = time.monotonic()
            assert tightlip.stop() == 0
            assert time.monotonic() - started < 25  # of the 30 after which it is killed
            wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (reader, *workers)))
            return
        for pid in workers if what == "worker" else [reader]:
            os.kill(pid, signal.SIGKILL)
        answers: list[Any] = []
        wait_for(lambda: answers.append(take_answer(tightlip.state, question)) or answers[-1] is not None)  # type: ignore[func-returns-value]
        assert answers[-1]["result"] == ("taken" if what == "worker" else "refused")
        wait_for(lambda: tightlip.get("/readyz")[0] == 200)
        status = curl(tightlip, CHAT, values.chat(values.aws_key())).status
        assert status == (400 if what == "drafting" else 200)
        assert reload(tightlip)["result"] == ("unchanged" if what == "worker" else "taken")
        assert curl(tightlip, CHAT, values.chat(values.aws_key())).status == 200

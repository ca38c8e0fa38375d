"""Several processes on one page: totals add up and never fall, whoever comes, goes or says something late."""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy import metrics
from proxy.metrics import fleet, traffic
from tests.proxy.metrics.counting import VENDOR
from tests.proxy.test_metrics import page, value

ROOT = Path(__file__).parents[3]
REQUESTS = {"vendor": VENDOR, "format": "f", "decision": "allow"}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No other process has told anything yet."""
    monkeypatch.setattr(fleet, "_others", {})
    monkeypatch.setattr(fleet, "_ended", fleet._Account())
    monkeypatch.setattr(fleet, "_gone", deque(maxlen=fleet._REMEMBERED))
    yield


def process(number: int) -> bytes:
    """What a process that counted so much says of it."""
    command = [sys.executable, "-m", "tests.proxy.metrics.counting", str(number)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def said() -> dict[int, bytes]:
    return {number: process(number) for number in (2, 5)}


def later(content: bytes, *, more: float = 0) -> bytes:
    """The same process a while after, with so many requests more."""
    members = json.loads(content)
    members["number"] += 1
    members["numbers"]["tightlip_requests"][0][-1] += more
    return json.dumps(members).encode()


def test_counts_and_buckets_add_up(said: dict[int, bytes]) -> None:
    own = value("tightlip_requests_total", **REQUESTS)
    metrics.adopt("front-1", said[2])
    metrics.adopt("front-2", said[5])
    assert value("tightlip_requests_total", **REQUESTS) == own + 7
    assert value("tightlip_outcomes_total", vendor=VENDOR, result="completed") == 7
    assert value("tightlip_upstream_seconds_count", vendor=VENDOR) == 2
    assert value("tightlip_upstream_seconds_bucket", vendor=VENDOR, le="0.25") == 0
    assert value("tightlip_upstream_seconds_bucket", vendor=VENDOR, le="0.5") == 2
    assert value("tightlip_upstream_seconds_sum", vendor=VENDOR) == pytest.approx(0.6)
    exemplars = metrics.render("application/openmetrics-text; version=1.0.0")[1].decode()
    assert 'reference="tl-' in exemplars


def test_gauges_add_up_or_are_the_greatest_or_the_scraped_process_s_own(said: dict[int, bytes]) -> None:
    edition = page().count("tightlip_edition_info{")
    connections, own = value("tightlip_connections"), value("tightlip_process_memory_bytes", process="core")
    metrics.adopt("front-1", said[2])
    metrics.adopt("front-2", said[5])
    assert value("tightlip_connections") == connections + 7
    assert value("tightlip_memory_pressure") == 3
    memory = [value("tightlip_process_memory_bytes", process=name) for name in ("core", "front-1", "front-2")]
    assert memory[0] == pytest.approx(own, rel=0.5)
    assert all(1 << 20 < size < 1 << 30 for size in memory)
    assert page().count("tightlip_edition_info{") == edition
    metrics.forget("front-2")
    assert value("tightlip_connections") == connections + 2
    assert value("tightlip_memory_pressure") == 2
    assert value("tightlip_process_memory_bytes", process="front-2") == 0


def test_what_a_process_says_replaces_what_it_said_before(said: dict[int, bytes]) -> None:
    own = value("tightlip_requests_total", **REQUESTS)
    metrics.adopt("front-1", later(said[2], more=3))
    assert value("tightlip_requests_total", **REQUESTS) == own + 5
    metrics.adopt("front-1", said[2])  # overtaken on its way
    assert value("tightlip_requests_total", **REQUESTS) == own + 5


@pytest.mark.parametrize("is_told", [True, False], ids=["its end is told", "its end is seen"])
def test_one_that_ends_keeps_its_counts_and_its_successor_adds_to_them(said: dict[int, bytes], is_told: bool) -> None:
    own = value("tightlip_requests_total", **REQUESTS)
    metrics.adopt("front-1", said[2])
    if is_told:
        metrics.forget("front-1")
        assert value("tightlip_requests_total", **REQUESTS) == own + 2
    metrics.adopt("front-1", said[5])
    assert value("tightlip_requests_total", **REQUESTS) == own + 7
    metrics.adopt("front-1", later(said[2]))  # the dead one's last word, too late
    metrics.adopt("front-9", later(said[2]))
    assert value("tightlip_requests_total", **REQUESTS) == own + 7
    assert value("tightlip_upstream_seconds_count", vendor=VENDOR) == 2


STEPS = st.tuples(st.sampled_from(["tell", "end", "restart"]), st.sampled_from(["front-1", "front-2"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_totals_are_what_was_counted_and_never_fall(steps: list[tuple[str, str]]) -> None:
    fleet._others.clear()
    fleet._gone.clear()
    fleet._ended = fleet._Account()
    born = dict.fromkeys(["front-1", "front-2"], 0)
    lives: dict[tuple[str, int], tuple[int, int]] = {}
    hits = traffic.CACHE_HITS
    total, before = 0, fleet.numbers(hits)[()]
    for step, name in steps:
        if step == "end":
            metrics.forget(name)
            born[name] += 1
        elif step == "restart":
            born[name] += 1
        else:
            number, counted = lives.get((name, born[name]), (0, 0))
            lives[name, born[name]] = number + 1, counted + 1
            total += 1
            told = {"version": 1, "born": f"{name}-{born[name]}", "number": number + 1, "buckets": {}}
            metrics.adopt(name, json.dumps(told | {"numbers": {"tightlip_cache_hits": [[counted + 1]]}}).encode())
        assert fleet.numbers(hits)[()] == before + total


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"version":2,"born":"b","number":1,"numbers":{},"buckets":{}}',
        b'{"version":1,"born":"b","number":1,"numbers":{"evil":[]},"buckets":{}}',
        b'{"version":1,"born":"b","number":1,"numbers":{"tightlip_requests":[[1]]},"buckets":{}}',
        b'{"version":1,"born":"b","number":1,"numbers":{"tightlip_cache_hits":[[-1]]},"buckets":{}}',
        b'{"version":1,"born":"b","number":1,"numbers":{"tightlip_cache_hits":[[1e999]]},"buckets":{}}',
        b'{"version":1,"born":"b","number":1,"numbers":{"tightlip_cache_hits":[[NaN]]},"buckets":{}}',
        b'{"version":1,"born":"b","number":1,"numbers":{},"buckets":{"tightlip_requests":[["a","b","c",[],1,[]]]}}',
        b'{"version":1,"born":"b","number":1,"numbers":{},"buckets":{"tightlip_scan_seconds":[[[1,2],1,[]]]}}',
        b"[" * 100_000,
    ],
    ids=range(13),
)
def test_what_is_no_snapshot_changes_nothing(content: bytes) -> None:
    before = value("tightlip_cache_hits_total")
    with pytest.raises(ValueError):
        metrics.adopt("front-1", content)
    assert value("tightlip_cache_hits_total") == before
    assert fleet._others == {}


def test_what_counts_as_other_is_added_up() -> None:
    """Two of a process's values for which there is no room here are one, and neither of them is lost."""
    rows = [["Not an id", "f", "allow", 3], ["Nor This", "f", "allow", 4]]
    said = {"version": 1, "born": "b", "number": 1, "numbers": {"tightlip_requests": rows}, "buckets": {}}
    before = value("tightlip_requests_total", vendor="other", format="f", decision="allow")
    metrics.adopt("front-1", json.dumps(said).encode())
    assert value("tightlip_requests_total", vendor="other", format="f", decision="allow") == before + 7


def test_a_process_can_not_add_labels_that_nobody_may(said: dict[int, bytes]) -> None:
    members = json.loads(said[2])
    members["numbers"]["tightlip_requests"] = [["Evil Vendor", "f", "allow", 1], ["v", "f", "dance", 1]]
    metrics.adopt("front-1", json.dumps(members).encode())
    assert "vil" not in page()
    assert "dance" not in page()

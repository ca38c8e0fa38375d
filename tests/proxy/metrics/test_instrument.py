"""Counters, gauges and histograms: what they hold, what they refuse, and how many series there can ever be."""

import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy import metrics
from proxy.auditrecord import AuditChange, Change, Outcome, Shadow
from proxy.metrics.catalogue import FAMILIES, SERIES
from proxy.metrics.instrument import Counter, Family, Gauge, Histogram, Info
from proxy.metrics.label import OTHER, Label
from proxy.verdict import Decision, Judged, Stats, Verdict
from tests.proxy.test_metrics import page

_STATE = ("_admitted", "_counts", "_states", "_values", "_room")


@pytest.fixture(scope="module", autouse=True)
def as_it_was() -> Iterator[None]:
    """What these tests fill is empty again for others of the same process."""
    things = [*FAMILIES, *(label for family in FAMILIES for label in family.labels)]
    before = [{name: deepcopy(vars(thing)[name]) for name in _STATE if name in vars(thing)} for thing in things]
    yield
    for thing, state in zip(things, before, strict=True):
        vars(thing).update(state)


def test_a_value_that_is_not_known_counts_as_other_for_its_label_alone() -> None:
    counter = Counter("c", "", Label("a", "", known=["x", "y"]), Label("b", "", more=1))
    for values in (("x", "first"), ("z", "first"), ("x", "second"), ("x", "first")):
        counter.inc(*values)
    assert counter.values() == {("x", "first"): 2, (OTHER, "first"): 1, ("x", OTHER): 1}


def test_what_would_be_one_series_too_many_is_other_in_every_label() -> None:
    counter = Counter("c", "", Label("a", "", more=9), Label("b", "", more=9), most=2)
    for values in (("a", "b"), ("c", "d"), ("e", "f"), ("a", "d"), ("a", "b")):
        counter.inc(*values)
    assert counter.values() == {("a", "b"): 2, ("c", "d"): 1, (OTHER, OTHER): 2}
    assert len(counter.values()) == counter.bound


def test_series_whose_values_are_all_known_start_at_zero() -> None:
    known = Label("a", "", known=["x", "y"], more=5)
    assert Counter("c", "", known, known).values() == {(a, b): 0 for a in "xy" for b in "xy"}
    assert Counter("c", "", known, Label("b", "", more=5)).values() == {}
    assert Counter("c", "").values() == {(): 0}
    assert Gauge("g", "").values() == {}
    assert Gauge("g", "", start=0).values() == {(): 0}


def test_a_gauge_that_is_replaced_forgets_what_is_gone() -> None:
    gauge = Gauge("g", "", Label("a", "", more=5))
    gauge.replace({("x",): 1.0, ("y",): 2.0})
    gauge.replace({("y",): 3.0})
    assert gauge.values() == {("y",): 3.0}


@pytest.mark.parametrize(
    ("value", "bucket"), [(0.0, 0), (1.0, 0), (1.1, 1), (2.0, 1), (9.0, 2), (float("inf"), 2)], ids=str
)
def test_a_bucket_holds_its_own_bound(value: float, bucket: int) -> None:
    histogram = Histogram("h_seconds", "", bounds=[1, 2], unit="seconds")
    histogram.observe(value)
    assert histogram.states()[()].counts == [int(number == bucket) for number in range(3)]


def test_exemplars_are_kept_where_they_are_wanted_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    histogram = Histogram("h_seconds", "", bounds=[1], unit="seconds")
    histogram.observe(0.5, reference="tl-1")
    assert histogram.states()[()].exemplars == {}
    monkeypatch.setattr(Histogram, "keeps_exemplars", True)
    histogram.observe(0.5, reference="tl-2")
    histogram.observe(0.6, reference="tl-3")
    histogram.observe(0.7)
    (kept,) = histogram.states()[()].exemplars.values()
    assert (kept.reference, kept.value) == ("tl-3", 0.6)


def test_nothing_is_lost_when_several_threads_count() -> None:
    counter = Counter("c", "", Label("a", "", more=4))
    work: Callable[[], None] = lambda: [counter.inc(f"v{number % 4}") for number in range(20_000)] and None  # noqa: E731
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counter.values().values()) == 80_000


def test_the_bound_of_all_is_the_sum_of_the_families() -> None:
    assert sum(family.bound for family in FAMILIES) == SERIES < 100_000


ODD = st.one_of(st.text(max_size=70), st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,63}\Z"))


def shadow(decision: str, candidate: str, *findings: AuditChange) -> Shadow:
    judged: dict[str, Any] = {field.name: "" for field in fields(Shadow)}
    judged |= {"decision": decision, "candidate_decision": candidate, "findings": findings}
    return Shadow(**judged)


def lines(family: Family) -> int:
    if isinstance(family, Histogram):
        return len(family.states()) * family.series_each
    assert isinstance(family, Counter | Gauge | Info)
    return len(family.values())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_is_recorded_no_family_outgrows_its_bound(data: st.DataObject) -> None:
    def odd() -> Any:
        return data.draw(ODD)

    finding = Judged(odd(), odd(), "E", "high", "/m", "p", 0, 1, 0.9, True, "f", odd(), odd(), odd())
    verdict = Verdict(
        data.draw(st.sampled_from(Decision)),
        odd(),
        odd(),
        reason=odd(),
        findings=(finding,),
        clause=odd(),
        waiver=odd(),
        warned=(odd(),),
        stats=Stats(1, 1, 1, 0.1),
    )
    metrics.tell_users("named", b"k" * 32)
    try:
        metrics.record_decision(verdict, 1, is_shadow=True, user=odd(), groups=(odd(), odd()), reference=odd())
    finally:
        metrics.tell_users("off", b"k" * 32)
    metrics.record_outcome(odd(), Outcome(request=odd(), time=0, result=odd(), response_bytes=1))
    changed = AuditChange(odd(), "E", "/m", "f", odd(), "c", odd(), "c")
    metrics.record_shadow(shadow(odd(), odd(), changed))
    detail = {"right": True, "findings": [{"rule": odd()}]}
    metrics.record_change(Change(time=0, actor="ada", kind="mark", subject="r", detail=detail))
    metrics.observe_upstream(1, odd(), odd())
    for count in (
        metrics.shadow_skipped,
        metrics.hook_failed,
        metrics.worker_restarted,
        metrics.process_restarted,
        metrics.connection_refused,
        metrics.shed,
        metrics.watchdog_proved,
    ):
        count(odd())
    assert all(lines(family) <= family.bound for family in FAMILIES)


def test_labels_that_are_full_stay_so() -> None:
    """More ids, all well-formed, than any label takes; and the page with them is as long as it can be."""
    for number in range(5000):
        metrics.record_change(
            Change(
                time=0,
                actor="ada",
                kind="mark",
                subject="r",
                detail={"right": True, "findings": [{"rule": f"flood-{number}"}]},
            )
        )
    told = page().count("\ntightlip_marks_total{")
    metrics.record_change(
        Change(time=0, actor="a", kind="mark", subject="r", detail={"right": True, "findings": [{"rule": "one-more"}]})
    )
    assert page().count("\ntightlip_marks_total{") == told
    assert "one-more" not in page()


@pytest.mark.parametrize(
    "detail",
    [{}, {"findings": None}, {"findings": "ab"}, {"findings": [None, 1, {}]}, {"findings": [{"rule": 5}]}],
    ids=range(5),
)
def test_a_mark_that_says_nothing_counts_nothing(detail: dict[str, Any]) -> None:
    before = page()
    metrics.record_change(Change(time=0, actor="ada", kind="mark", subject="r", detail=detail))
    told = [line for line in page().splitlines() if line.startswith("tightlip_marks")]
    assert told == [line for line in before.splitlines() if line.startswith("tightlip_marks")]

"""The comparison with peers, as far as it needs none of them: the finders' protocol, the counting, the table."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.accuracy.case import Case, Expected
from bench.peers import accuracy, finding
from bench.peers.report import markdown
from bench.peers.roster import PEERS, Peer
from tests.e2e.real.client import Package

ENGINE = PEERS[0]


def test_a_peer_that_is_not_installed_is_told() -> None:
    absent: dict[str, str] = {}
    nowhere = Peer("nobody", "Nobody's scanner", Package("no-such-folder"), "nobody", ())
    with finding.started([nowhere], absent) as finders:
        assert finders == []
    assert "not installed" in absent["Nobody's scanner"]


def test_a_peer_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Presidio's SDKs may be there or not; LLM Guard isn't in this environment."""
    monkeypatch.setattr(finding, "interpreter", lambda _: Path(sys.executable))
    absent: dict[str, str] = {}
    with finding.started([peer for peer in PEERS if peer.id == "llm-guard-secrets"], absent) as finders:
        assert finders == []
    assert "ModuleNotFoundError" in absent["LLM Guard, Secrets"]


@pytest.mark.slow
def test_a_finder_answers_what_it_found_and_keeps_to_its_time() -> None:
    key = "AK" + "IA" + "QXYZABCDEFGHIJK2"
    absent: dict[str, str] = {}
    with finding.started([ENGINE], absent) as (engine,):
        answer = engine.ask(["nothing", f"aws_access_key_id = {key}"], 60)
        assert [bool(found) for found in answer["found"]] == [False, True]
        assert key in answer["found"][1][0]
        assert engine.ask(["one", "two", "three"], 0)["done"] == 1


class Scripted:
    """A finder that finds what it is told to."""

    def __init__(self, found: Sequence[list[str]]) -> None:
        self.peer = ENGINE
        self._found = found

    def ask(self, texts: Sequence[str], _: float) -> dict[str, Any]:
        return {"found": list(self._found), "done": len(self._found), "seconds": 1.0}


def test_a_label_counts_when_the_value_is_the_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [Case(str(n), f"a{n}secret b", (Expected(2, 8, "secret"),)) for n in range(4)]
    sets = [("cards", iter(cases))]
    monkeypatch.setattr(accuracy.planted, "sets", lambda: sets)
    found = [["secret"], ["=secret b"], ["other"]]  # the fourth was not reached
    counted = accuracy.measure([Scripted(found)], 4, 1)  # type: ignore[list-item]
    assert counted["cards"] == {"tightlip": (2, 3)}


def test_the_table_marks_what_was_scanned_in_part() -> None:
    whole, part = {"chars": 1_000_000, "seconds": 0.1}, {"chars": 100_000, "seconds": 1.0}
    results = {
        "machine": {"cores": 2, "python": "3", "date": "today", "load": 0},
        "versions": {"tightlip": "1", "presidio": "2"},
        "bodies": [{"body": "1 MB", "chars": 1_000_000, "peers": {"tightlip": [whole], "presidio": [part]}}],
        "kinds": {"cards": {"tightlip": (9, 10)}},
        "proxies": [{"size_bytes": 2_000, "sight": "first", "bare": {"p50_ms": 2.0}, "naive": None, "tightlip": None}],
        "absent": {"Somebody": "no model"},
    }
    told = markdown(results)
    assert "| Tightlip's engine | 1 | 100 ms, 10 MB/s |" in told
    assert "| ~10,000 ms, 0.1 MB/s, 100 times |" in told
    assert "| Tightlip's engine | 0.900 of 10 |" in told
    assert "no answer in time" in told
    assert "Somebody (no model)" in told

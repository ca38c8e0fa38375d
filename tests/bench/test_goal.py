"""What is judged reached and what is missed."""

from typing import Any

from bench import goal
from bench.statistic import added


def cell(bare: float, tightlip: float, unsynced: float, **more: Any) -> dict[str, Any]:
    seconds = {"bare": [bare / 1e3], "tightlip": [tightlip / 1e3], "unsynced": [unsynced / 1e3]}
    spec = {"size_bytes": 2_000, "sight": "resent", "protocol": "h2", "connections": 1}
    return spec | added(seconds) | more


def test_the_disk_stands_apart() -> None:
    (p50, p99) = goal.rows({"cells": [cell(2, 5, 3.5)]})
    assert p50[2] == "1.50 ms (with it 3.00) over h2"
    assert "**" not in p99[2]


def test_a_miss_is_bold() -> None:
    (p50, _) = goal.rows({"cells": [cell(2, 5, 4.5)]})
    assert p50[2].startswith("**2.50 ms**")


def test_without_a_folder_in_memory_the_disk_counts() -> None:
    whole = cell(2, 5, 3.5)
    del whole["unsynced"]
    (p50, _) = goal.rows({"cells": [whole]})
    assert p50[2] == "**3.00 ms** over h2"


def test_rates_are_judged_at_thirty_two_connections() -> None:
    crowd = cell(2, 3, 3, size_bytes=300_000, connections=32, rate_ratio=0.79)
    (row,) = goal.rows({"cells": [crowd]})
    assert row[2] == "**0.79** over h2"


def test_names_may_cost_a_tenth() -> None:
    rows = [
        {"size_bytes": 2_000, "sight": "first", "ratio": 1.1},
        {"size_bytes": 2_000, "sight": "resent", "ratio": 1.11},
    ]
    assert [row[2] for row in goal.rows({"names": rows})] == ["1.10", "**1.11**"]


def test_what_was_not_measured_is_not_judged() -> None:
    assert list(goal.rows({})) == []

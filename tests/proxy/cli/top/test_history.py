"""What changed between scrapes."""

import math

import pytest

from proxy.cli.top.history import Change, History, since_start
from proxy.cli.top.page import Page


def counted(**values: float) -> Page:
    return Page.parse("".join(f'requests_total{{decision="{name}"}} {value}\n' for name, value in values.items()))


def buckets(**counts: float) -> Page:
    """By upper bounds: `b1=5` is five up to 1 second, `inf` all."""
    bounds = {name: "+Inf" if name == "inf" else name[1:].replace("_", ".") for name in counts}
    return Page.parse("".join(f'took_bucket{{le="{bounds[name]}"}} {count}\n' for name, count in counts.items()))


def test_what_did_not_move_is_left_out_and_the_largest_comes_first() -> None:
    change = Change(counted(allow=5, block=1, log=2), counted(allow=6, block=1, log=9), 4.0)
    assert list(change.by("requests_total", "decision").items()) == [("log", 7), ("allow", 1)]
    assert change.rate("requests_total") == 2.0


def test_a_proxy_that_was_started_anew_counts_from_zero() -> None:
    change = Change(counted(allow=500), counted(allow=3, block=1), 2.0)
    assert change.total("requests_total") == 4


@pytest.mark.parametrize(("share", "seconds"), [(0.25, 0.15), (0.5, 0.2), (0.75, 0.35), (1.0, 0.5)])
def test_quantiles_lie_even_within_their_bucket(share: float, seconds: float) -> None:
    change = Change(Page(), buckets(b0_1=0, b0_2=100, b0_5=200, inf=200), 1.0)
    assert change.quantile("took", share) == pytest.approx(seconds)


def test_quantiles_are_of_what_came_since() -> None:
    before = buckets(b0_1=1000, b0_2=1000, inf=1000)
    after = buckets(b0_1=1000, b0_2=1010, inf=1010)
    assert Change(before, after, 1.0).quantile("took", 0.5) == pytest.approx(0.15)


def test_above_the_last_bound_is_infinite_and_of_nothing_there_is_none() -> None:
    assert Change(Page(), buckets(b1=1, inf=10), 1.0).quantile("took", 0.99) == math.inf
    assert Change(buckets(b1=1, inf=10), buckets(b1=1, inf=10), 1.0).quantile("took", 0.5) is None
    assert Change(Page(), Page(), 1.0).quantile("took", 0.5) is None


def test_a_window_keeps_one_page_to_count_from() -> None:
    history = History(10.0)
    assert history.change() is None
    for moment in range(0, 31, 2):
        history.add(float(moment), counted(allow=float(moment)))
    whole, latest = history.change(), history.change(4.0)
    assert whole is not None and latest is not None
    assert (whole.seconds, whole.total("requests_total")) == (10.0, 10)
    assert (latest.seconds, latest.total("requests_total")) == (4.0, 4)


def test_a_look_after_a_long_while_still_has_something_to_count_from() -> None:
    history = History(10.0)
    history.add(0.0, counted(allow=1))
    history.add(1000.0, counted(allow=3))
    change = history.change()
    assert change is not None
    assert (change.seconds, change.total("requests_total")) == (1000.0, 2)


def test_the_first_frame_is_of_all_since_the_start() -> None:
    page = Page.parse("process_start_time_seconds 100\nrequests_total 50\n")
    assert since_start(page, 125.0).rate("requests_total") == 2.0
    assert since_start(Page.parse("requests_total 50\n"), 125.0).rate("requests_total") == 0.0

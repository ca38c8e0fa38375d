"""The measuring itself: quadratic time fails, linear time passes, and one bad measurement does neither."""

import gc
from collections.abc import Callable, Iterator

import pytest

from tests import timing
from tests.timing import ROUNDS, assert_proportional, assert_within, repeated, seconds

SHORT, LONG = "a" * 1000, "a" * 8000


class Time:
    """A clock that goes on as work says, and no otherwise."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hiccups: Iterator[float] = iter(())

    def work(self, needed: Callable[[int], float]) -> Callable[[str], None]:
        def one(text: str) -> None:
            self.now += needed(len(text)) + next(self.hiccups, 0.0)

        return one


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(timing, "clock", lambda: made.now)
    return made


@pytest.mark.parametrize("base_seconds", [0.001, 0.1, 10])
def test_quadratic_time_fails_and_linear_passes(time: Time, base_seconds: float) -> None:
    assert_proportional(time.work(lambda chars: base_seconds * chars / 1000), SHORT, LONG)
    with pytest.raises(AssertionError, match=r"8000 took .* 64\.0 times as long for 8\.0 times as much"):
        assert_proportional(time.work(lambda chars: base_seconds * (chars / 1000) ** 2), SHORT, LONG)


def test_what_is_too_short_to_be_told_passes(time: Time) -> None:
    assert_proportional(time.work(lambda chars: 1e-5 * (chars / 1000) ** 2), SHORT, LONG)


def test_bad_measurements_are_taken_again(time: Time) -> None:
    """One of the long text, or all of the first round."""
    for hiccups in ([0, 0, 0, 9], [9, 9, 9, 9]):
        time.hiccups = iter(hiccups)
        assert_proportional(time.work(lambda chars: chars / 1000), SHORT, LONG)


def test_a_bad_measurement_of_the_short_text_hides_nothing(time: Time) -> None:
    time.hiccups = iter([900, 900])
    with pytest.raises(AssertionError):
        assert_proportional(time.work(lambda chars: (chars / 1000) ** 2), SHORT, LONG)


def test_lengths_too_near_each_other_are_refused(time: Time) -> None:
    with pytest.raises(ValueError, match="too little longer"):
        assert_proportional(time.work(float), "a" * 10, "a" * 30)


def test_what_is_over_in_time_gives_its_result(time: Time) -> None:
    time.hiccups = iter([9])
    assert assert_within(1, lambda: time.work(lambda _: 0.5)("") or "done") == "done"


def test_what_never_is_in_time_fails(time: Time) -> None:
    calls: list[str] = []
    with pytest.raises(AssertionError, match=r"took 2\.000 s"):
        assert_within(1, lambda: calls.append("") or time.work(lambda _: 2)(""))
    assert len(calls) == ROUNDS


def test_the_real_clock_tells_them_apart() -> None:
    assert_proportional(lambda text: [text.count("a") for _ in range(100)], SHORT, LONG)
    with pytest.raises(AssertionError):
        assert_proportional(lambda text: [text.count("a") for _ in text], SHORT * 2, LONG * 2)


def test_garbage_is_collected_again_afterwards() -> None:
    seen: list[bool] = []

    def work() -> None:
        seen.append(gc.isenabled())
        raise LookupError

    with pytest.raises(LookupError):
        seconds(work)
    assert (seen, gc.isenabled()) == ([False], True)


def test_repeating_keeps_to_the_length() -> None:
    assert repeated("abc", 8, "-") == "-abcabc"

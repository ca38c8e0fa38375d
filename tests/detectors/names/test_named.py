"""What names may cost: only the time within `with` counts, and the sum of all of it."""

from detectors.names.named import Allowance, unlimited


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_only_time_within_counts_and_sums_up() -> None:
    clock = Clock()
    allowance = Allowance(2, clock)
    clock.now += 50
    with allowance:
        clock.now += 1
        assert not allowance.is_spent()
    clock.now += 50
    assert allowance.used == 1
    with allowance:
        assert not allowance.is_spent()
        clock.now += 1
        assert allowance.is_spent()
    assert allowance.used == 2
    assert allowance.share == 1
    assert not allowance.unread


def test_nothing_allowed_is_spent_at_once_and_without_limit_never() -> None:
    assert Allowance(0, Clock()).is_spent()
    assert Allowance(0, Clock()).share == 1
    with unlimited() as allowance:
        assert not allowance.is_spent()
        assert allowance.share == 0

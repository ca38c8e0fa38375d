"""Training counts to the end of its last day, whatever the time zone of the clock that asks."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from proxy.profile import Identity, Profile

PROFILE = Profile(training=(("hipaa", date(2026, 11, 20)), ("pci", date(2026, 11, 21))))


@pytest.mark.parametrize(
    ("now", "trained"),
    [
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), {"hipaa", "pci"}),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), {"pci"}),
        (datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC), {"pci"}),
        (datetime(2026, 11, 22, 0, 0, tzinfo=UTC), set()),
        (datetime(2026, 11, 22, 1, 0, tzinfo=timezone(timedelta(hours=2))), {"pci"}),
    ],
)
def test_a_course_counts_to_the_end_of_its_last_day(now: datetime, trained: set[str]) -> None:
    assert PROFILE.trained(now) == trained


def test_an_identity_gives_all_it_knows_but_what_proved_it() -> None:
    identity = Identity("ada", frozenset({"g"}), frozenset({"r"}), PROFILE.training, "proof-of-it")
    assert identity.profile("10.1.2.3") == Profile(frozenset({"g"}), frozenset({"r"}), PROFILE.training, "10.1.2.3")
    assert "proof-of-it" not in repr(identity)

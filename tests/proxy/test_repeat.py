"""Which blocks are one event: the same findings, user and vendor, within two minutes of the first."""

from proxy.repeat import MAX_EVENTS, MAX_USERS, REPEAT_SECONDS, Repeats


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def ask(repeats: Repeats, reference: str, found: str, user: str = "ann", vendor: str = "openai") -> str:
    return repeats.first(user, vendor, frozenset(found), reference)


def test_the_same_findings_again_are_the_same_event() -> None:
    repeats = Repeats(Clock())
    assert ask(repeats, "r1", "ab") == ""
    assert ask(repeats, "r2", "ab") == "r1"
    assert ask(repeats, "r3", "b") == "r1"


def test_a_finding_more_makes_it_another_event() -> None:
    repeats = Repeats(Clock())
    assert ask(repeats, "r1", "a") == ""
    assert ask(repeats, "r2", "ab") == ""
    assert ask(repeats, "r3", "b") == "r2"
    assert ask(repeats, "r4", "a") == "r1"


def test_two_events_together_are_a_third() -> None:
    repeats = Repeats(Clock())
    ask(repeats, "r1", "a")
    ask(repeats, "r2", "b")
    assert ask(repeats, "r3", "ab") == ""


def test_users_and_vendors_are_apart() -> None:
    repeats = Repeats(Clock())
    assert ask(repeats, "r1", "a") == ""
    assert ask(repeats, "r2", "a", user="ben") == ""
    assert ask(repeats, "r3", "a", vendor="anthropic") == ""


def test_an_event_ends_two_minutes_after_it_began_however_often_it_was_repeated() -> None:
    clock = Clock()
    repeats = Repeats(clock)
    ask(repeats, "r1", "a")
    clock.now += REPEAT_SECONDS - 1
    assert ask(repeats, "r2", "a") == "r1"
    clock.now += 1
    assert ask(repeats, "r3", "a") == ""
    assert ask(repeats, "r4", "a") == "r3"


def test_what_did_not_come_on_record_is_no_event() -> None:
    repeats = Repeats(Clock())
    ask(repeats, "r1", "a")
    repeats.forget("r1")
    assert ask(repeats, "r2", "a") == ""


def test_memory_is_bounded_and_keeps_the_newest() -> None:
    repeats = Repeats(Clock())
    for index in range(MAX_EVENTS + 1):
        ask(repeats, f"r{index}", chr(97 + index))
    assert ask(repeats, "x", chr(97 + MAX_EVENTS)) == f"r{MAX_EVENTS}"
    assert ask(repeats, "y", "a") == ""
    for index in range(MAX_USERS):
        ask(repeats, "u", "a", user=str(index))
    assert ask(repeats, "z", chr(97 + MAX_EVENTS)) == ""

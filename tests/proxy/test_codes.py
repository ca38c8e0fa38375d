"""Codes that stand open: for their user and conversation, for a while, and once."""

from hypothesis import given
from hypothesis import strategies as st

from proxy.codes import MAX_CODES, MAX_CONVERSATIONS, OPEN_SECONDS, Codes
from proxy.justification import Justification, Offer
from proxy.repeat import REPEAT_SECONDS

CARD = Offer("K7QF", frozenset({"card"}))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def use(code: str = "K7QF", why: str = "why", turn: int | None = 0) -> Justification:
    return Justification(code, why, "cards", why, turn)


def codes() -> tuple[Codes, Clock]:
    clock = Clock()
    made = Codes(clock)
    made.offer("ann", "openai/1", CARD)
    return made, clock


def test_a_code_is_open_for_its_user_and_conversation_alone() -> None:
    made, _ = codes()
    assert made.open("ann", "openai/1") == {CARD}
    assert made.open("bob", "openai/1") == made.open("ann", "openai/2") == frozenset()
    assert not made.use("bob", "openai/1", use())
    assert not made.use("ann", "openai/2", use())


def test_a_code_closes_after_a_while() -> None:
    made, clock = codes()
    clock.now = OPEN_SECONDS - 1
    assert made.open("ann", "openai/1") == {CARD}
    clock.now = OPEN_SECONDS
    assert made.open("ann", "openai/1") == frozenset()
    assert not made.use("ann", "openai/1", use())


def test_a_code_is_used_once_however_often_the_client_sends_it() -> None:
    made, clock = codes()
    assert made.use("ann", "openai/1", use())
    assert made.use("ann", "openai/1", use())
    assert not made.use("ann", "openai/1", use(why="another reason"))
    clock.now = REPEAT_SECONDS
    assert made.open("ann", "openai/1") == frozenset()
    assert not made.use("ann", "openai/1", use())


def test_a_code_is_used_at_one_turn_whatever_the_client_asks_on_the_side() -> None:
    made, _ = codes()
    assert made.use("ann", "openai/1", use(turn=None))
    assert made.use("ann", "openai/1", use(turn=3))
    assert made.use("ann", "openai/1", use(turn=None))
    assert made.use("ann", "openai/1", use(turn=3))
    assert not made.use("ann", "openai/1", use(turn=5))


def test_what_was_offered_for_no_more_closes_with_it() -> None:
    made, _ = codes()
    twin, more = Offer("BBBB", frozenset({"card"})), Offer("CCCC", frozenset({"card", "mail"}))
    clause = Offer("DDDD", frozenset({"card"}), "cde-code")
    for offer in (twin, more, clause):
        made.offer("ann", "openai/1", offer)
    assert made.use("ann", "openai/1", use())
    assert made.open("ann", "openai/1") == {CARD, more, clause}


def test_a_code_that_was_never_offered_is_none() -> None:
    made, _ = codes()
    assert not made.use("ann", "openai/1", use("XXXX"))


def test_memory_is_bounded() -> None:
    made, _ = codes()
    for number in range(MAX_CODES + 1):
        made.offer("ann", "openai/1", Offer(f"C{number}"))
    assert len(made.open("ann", "openai/1")) == MAX_CODES
    for number in range(MAX_CONVERSATIONS):
        made.offer("bob", str(number), CARD)
    assert made.open("ann", "openai/1") == frozenset()


@given(st.lists(st.tuples(st.sampled_from(["K7QF", "BBBB"]), st.sampled_from("ab"), st.floats(0, 500)), max_size=8))
def test_one_code_is_never_used_for_two_reasons(uses: list[tuple[str, str, float]]) -> None:
    made, clock = codes()
    made.offer("ann", "openai/1", Offer("BBBB", frozenset({"mail"})))
    reasons: dict[str, set[str]] = {}
    for code, reason, seconds in uses:
        clock.now += seconds
        if made.use("ann", "openai/1", use(code, reason)):
            reasons.setdefault(code, set()).add(reason)
    assert all(len(each) == 1 for each in reasons.values())

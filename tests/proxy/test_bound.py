import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.bound import LARGE_BODY_BYTES, REFILL_SECONDS, Allowance, Bound, InFlight, Pressure, Seats
from proxy.reason import Reason


def test_an_allowance_is_spent_at_once_and_comes_back_in_time() -> None:
    allowance = Allowance(100)
    assert allowance.spend(100, 1000.0)
    assert not allowance.spend(1, 1000.0)
    assert not allowance.spend(10, 1000.0 + REFILL_SECONDS / 20)
    assert allowance.spend(90, 1000.0 + REFILL_SECONDS * 2)


def test_an_allowance_does_not_pile_up() -> None:
    allowance = Allowance(10)
    assert not allowance.spend(11, 1e9)


def test_no_address_has_more_seats_than_it_may() -> None:
    seats = Seats(total=100, each=2)
    assert [seats.take("a"), seats.take("a"), seats.take("a")] == [None, None, Bound.CLIENT_CONNECTIONS]
    seats.leave("a")
    assert seats.take("a") is None
    assert seats.taken == 2


def test_one_address_leaves_room_for_others() -> None:
    """Half for the first, half of the rest for the second, and always one for the next."""
    seats = Seats(total=64, each=1000)
    taken = {}
    for address in ("a", "b", "c"):
        while seats.take(address) is None:
            taken[address] = taken.get(address, 0) + 1
    assert taken == {"a": 32, "b": 16, "c": 8}
    assert seats.take("d") is None
    assert seats.take("a") is Bound.CONNECTIONS


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=200))
def test_seats_are_never_more_than_there_are(moves: list[tuple[str, bool]]) -> None:
    seats, held = Seats(total=8, each=5), {"a": 0, "b": 0, "c": 0}
    for address, comes in moves:
        if comes and seats.take(address) is None:
            held[address] += 1
        elif not comes and held[address]:
            seats.leave(address)
            held[address] -= 1
        assert seats.taken == sum(held.values()) <= 8
        assert max(held.values()) <= 5


@pytest.mark.parametrize(
    ("pressure", "body", "more", "reason"),
    [
        (Pressure.NONE, 60, 60, None),
        (Pressure.NONE, 61, 61, Reason.BUSY),
        (Pressure.NONE, 100, 60, None),
        (Pressure.COLLECT, 60, 60, None),
        (Pressure.REFUSE_LARGE, 60, 60, None),
        (Pressure.REFUSE_LARGE, LARGE_BODY_BYTES + 1, 1, Reason.OVERLOADED),
        (Pressure.REFUSE_ALL, 0, 0, Reason.OVERLOADED),
    ],
)
def test_what_no_longer_fits_is_refused(pressure: Pressure, body: int, more: int, reason: Reason | None) -> None:
    assert InFlight(limit_bytes=100, bytes=40, pressure=pressure).refusal(body, more) is reason

"""Swaps within swaps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from proxy.swap import Swap, outermost

SWAPS = st.lists(st.builds(lambda start, size: Swap(start, start + size, b""), st.integers(0, 30), st.integers(1, 30)))


def test_the_outer_one_stays() -> None:
    inner, outer, other = Swap(3, 5, b"i"), Swap(2, 9, b"o"), Swap(9, 12, b"x")
    assert outermost([inner, other, outer]) == [outer, other]


@given(SWAPS)
def test_what_stays_is_in_order_and_apart(swaps: list[Swap]) -> None:
    kept = outermost(swaps)
    assert all(before.end <= after.start for before, after in pairwise(kept))
    assert set(kept) <= set(swaps)

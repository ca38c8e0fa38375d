"""Previews: never enough of a value to use it."""

from hypothesis import given
from hypothesis import strategies as st

from detectors import preview


def test_long_values_show_both_ends() -> None:
    assert preview("AKIA" + "Q" * 14 + "Z9") == "AKIA******Z9"


def test_short_values_show_nothing() -> None:
    assert preview("hunter2!") == preview("4111-1111-1111") == "********"


@given(st.text(max_size=200))
def test_at_most_six_characters_and_one_line(value: str) -> None:
    shown = preview(value)
    assert len(shown) <= 12
    assert shown.isprintable() and shown.isascii()
    assert len([c for c in shown if c not in "*?"]) <= (6 if len(value) >= 16 else 0)

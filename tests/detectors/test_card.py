"""Card ranges: the networks' published test numbers are issued, their neighbours are not."""

import pytest

from detectors.card import is_issued

ISSUED = [
    ("visa", "4111111111111111"),
    ("visa of 13 digits", "4222222222222"),
    ("visa of 19 digits", "4000000000000000006"),
    ("mastercard", "5555555555554444"),
    ("mastercard 2-series, first", "2221000000000009"),
    ("mastercard 2-series, last", "2720990000000007"),
    ("amex", "378282246310005"),
    ("diners", "30569309025904"),
    ("discover", "6011111111111117"),
    ("jcb", "3530111333300000"),
    ("unionpay of 19 digits", "6212345678900000003"),
    ("maestro of 12 digits", "501800000009"),
    ("maestro of 19 digits", "6759649826438453000"),
    ("mir", "2200000000000004"),
]

NOT_ISSUED = [
    ("epoch milliseconds", "1700000000000"),
    ("below the 2-series", "2220999999999999"),
    ("above the 2-series", "2721000000000000"),
    ("amex of 16 digits", "3782822463100050"),
    ("mastercard of 15 digits", "555555555555444"),
    ("too short", "40000000000"),
    ("too long", "4" * 20),
    ("nobody's", "0000000000000000"),
]


@pytest.mark.parametrize(("what", "digits"), ISSUED)
def test_issued(what: str, digits: str) -> None:
    assert is_issued(digits), what


@pytest.mark.parametrize(("what", "digits"), NOT_ISSUED)
def test_not_issued(what: str, digits: str) -> None:
    assert not is_issued(digits), what

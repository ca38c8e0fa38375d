"""Cards: what networks issue, what is for tests, and where digits are a card's number and where they aren't."""

import pytest
from stdnum import luhn

from detectors.checks.card import TEST_NUMBERS, is_card, is_issued, is_test_number
from detectors.guards.card import is_card_like, is_real_card

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
    ("jcb of 15 digits", "213100000000001"),
    ("unionpay of 19 digits", "6212345678900000003"),
    ("maestro of 12 digits", "501800000009"),
    ("maestro of 19 digits", "6759649826438453000"),
    ("mir", "2200000000000004"),
    ("troy", "9792030394440796"),
    ("hipercard", "6062828888666688"),
    ("elo", "5066991111111118"),
]

NOT_ISSUED = [
    ("epoch milliseconds", "1700000000000"),
    ("epoch microseconds", "1700000000000000"),
    ("epoch nanoseconds", "1700000000000000000"),
    ("below the 2-series", "2220999999999999"),
    ("above the 2-series", "2721000000000000"),
    ("amex of 16 digits", "3782822463100050"),
    ("mastercard of 15 digits", "555555555555444"),
    ("too short", "40000000000"),
    ("too long", "4" * 20),
    ("nobody's", "0000000000000000"),
]

PAN = "4539" + "14880343646"
PAN += luhn.calc_check_digit(PAN)
OTHER = "2223" + "00487261093"
OTHER += luhn.calc_check_digit(OTHER)
AMEX = "3714" + "8206135297"
AMEX += luhn.calc_check_digit(AMEX)
FOURS = " ".join(PAN[i : i + 4] for i in range(0, 16, 4))

STANDS = [
    ("alone", PAN),
    ("in a sentence", f"charge {PAN}, please."),
    ("in JSON", f'{{"id": 7, "number": "{PAN}"}}'),
    ("in a row", f"7,Ada,{PAN},12/27"),
    ("after a number and a comma", f"17,{PAN},3"),
    ("in a path that says so", f"/cards/{PAN}/limits"),
    ("glued to a word that says so", f"card{PAN}"),
    ("with its expiry date", f"{PAN}|12|29|123"),
    ("between other cards", f"{PAN}\n{OTHER}\n{PAN}"),
    ("beside an id of its length, named", f"txn 8812349912340001 of 8812349912340002: card {PAN}"),
]

STANDS_NOT = [
    ("a fraction", f"0.{PAN}"),
    ("with a fraction", f"{PAN}.25"),
    ("in a path", f"/users/{PAN}/photos"),
    ("a file's name", f"{PAN}.jpg"),
    ("in an identifier", f"row_{PAN}"),
    ("hexadecimal", f"0x{PAN}"),
    ("an order's number", f'"order_id": "{PAN}"'),
    ("a tracking number", f"Tracking number: {PAN}"),
    ("an id", f'{{"id": {PAN}}}'),
    ("somebody's handle", f"<@{PAN}> user_id={PAN}"),
    ("in a list of other numbers", f"8812349912340001\n8812349912340002\n{PAN}\n8812349912340003"),
    ("in a list of hashes", f"8812349912340aa1\n88123499123400b2\n{PAN}\n8812349912340c03"),
]


@pytest.mark.parametrize(("what", "digits"), ISSUED)
def test_issued(what: str, digits: str) -> None:
    assert is_issued(digits), what


@pytest.mark.parametrize(("what", "digits"), NOT_ISSUED)
def test_not_issued(what: str, digits: str) -> None:
    assert not is_issued(digits), what


def test_published_test_numbers_are_card_numbers() -> None:
    assert [number for number in TEST_NUMBERS if not is_card(number)] == []


@pytest.mark.parametrize("digits", ["4111111111111111", "4242424242424242", "378282246310005", "4000002760003184"])
def test_test_numbers(digits: str) -> None:
    assert is_test_number(digits)
    assert not is_real_card(digits, 0, len(digits))
    assert is_card_like(digits, 0, len(digits))


@pytest.mark.parametrize("digits", [PAN, OTHER, AMEX], ids=["visa", "mastercard", "amex"])
def test_other_numbers_are_not_for_tests(digits: str) -> None:
    assert not is_test_number(digits)


@pytest.mark.parametrize("lead", ["411111", "424242", "555555", "378282"])
def test_neighbours_of_a_published_number_are_somebodys(lead: str) -> None:
    digits = f"{lead}871023241"[: 14 if lead == "378282" else 15]
    assert not is_test_number(digits + luhn.calc_check_digit(digits))


@pytest.mark.parametrize(("equal", "typed"), [(7, False), (8, False), (9, True)])
def test_nine_equal_digits_are_somebodys_typing(equal: int, typed: bool) -> None:
    digits = "453914" + "7" * equal + "08"[: 9 - equal]
    digits += luhn.calc_check_digit(digits)
    assert is_card(digits)
    assert is_test_number(digits) is typed


@pytest.mark.parametrize(("what", "text"), STANDS, ids=[what for what, _ in STANDS])
def test_a_card_where_it_stands(what: str, text: str) -> None:
    start = text.index(PAN)
    assert is_real_card(text, start, start + len(PAN))


@pytest.mark.parametrize(("what", "text"), STANDS_NOT, ids=[what for what, _ in STANDS_NOT])
def test_no_card_where_it_stands(what: str, text: str) -> None:
    start = text.rindex(PAN)
    assert not is_real_card(text, start, start + len(PAN))


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        (FOURS, True),
        (FOURS.replace(" ", "-"), True),
        (FOURS.replace(" ", " | "), True),
        (FOURS.replace(" ", "\n", 1), True),
        (FOURS.replace(" ", "-", 1), False),  # separators that differ
        (f"{PAN[:8]}\n{PAN[8:]}", True),
        (f"{PAN[:7]}\n{PAN[7:]}", False),  # two numbers under each other, unless named
    ],
    ids=["spaces", "dashes", "cells", "line", "mixed", "halves", "torn"],
)
def test_groups(text: str, stands: bool) -> None:
    assert is_real_card(text, 0, len(text)) is stands


def test_a_row_of_a_table_is_no_card() -> None:
    text = f"1200 3400 {FOURS} 1200 3400 5600 9000"
    start = text.index(FOURS)
    assert not is_real_card(text, start, start + len(FOURS))

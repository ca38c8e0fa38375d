"""Payment card numbers: which networks issue a number of these first digits and this length, and which are for tests.

Ranges are the issuers' own, checked against their BIN tables in 2026. UATP (prefix 1, 15 digits) counts only where a
rule asks for it (`card-uatp`): its prefix is that of every present-day timestamp. Where a number stands in a text is
`guards/card.py`'s matter.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from detectors.checks.identity import digits_of

_Lengths = tuple[int, ...]
_13_16_19: _Lengths = (13, 16, 18, 19)
_14_TO_19: _Lengths = (14, 15, 16, 17, 18, 19)
_16_TO_19: _Lengths = (16, 17, 18, 19)
_12_TO_19: _Lengths = (12, 13, 14, 15, 16, 17, 18, 19)

NETWORKS: tuple[tuple[str, str, str, _Lengths], ...] = (
    # network, first and last prefix of the range, lengths
    ("visa", "4", "4", _13_16_19),
    ("mastercard", "51", "55", (16,)),
    ("mastercard", "2221", "2720", (16,)),
    ("amex", "34", "34", (15,)),
    ("amex", "37", "37", (15,)),
    ("diners", "300", "305", _14_TO_19),
    ("diners", "3095", "3095", _14_TO_19),
    ("diners", "36", "36", _14_TO_19),
    ("diners", "38", "39", _14_TO_19),
    ("jcb", "3528", "3589", _16_TO_19),
    ("jcb", "35", "35", (16,)),  # 3500 to 3527 were never given out, but generators of test data use them
    ("jcb", "2131", "2131", (15,)),
    ("jcb", "1800", "1800", (15,)),
    ("discover", "6011", "6011", _16_TO_19),
    ("discover", "644", "649", _16_TO_19),
    ("discover", "65", "65", _16_TO_19),
    ("unionpay", "62", "62", _16_TO_19),
    ("unionpay", "81", "81", _16_TO_19),
    ("maestro", "500000", "508999", _12_TO_19),
    ("maestro", "56", "59", _12_TO_19),
    ("maestro", "63", "63", _12_TO_19),
    ("maestro", "67", "67", _12_TO_19),
    ("maestro", "0604", "0604", (12,)),
    ("mir", "2200", "2204", _16_TO_19),
    ("borica", "2205", "2205", (16,)),
    ("dankort", "5019", "5019", (16,)),
    ("dankort", "4571", "4571", (16,)),
    ("verve", "506099", "506198", (16, 18, 19)),
    ("verve", "507865", "507964", (16, 18, 19)),
    ("elo", "401178", "401179", (16,)),
    ("elo", "438935", "438935", (16,)),
    ("elo", "504175", "504175", (16,)),
    ("elo", "506699", "506778", (16,)),
    ("elo", "509000", "509999", (16,)),
    ("elo", "636297", "636297", (16,)),
    ("elo", "636368", "636368", (16,)),
    ("meeza", "507800", "507810", (16,)),
    ("rupay", "508", "508", (16,)),
    ("rupay", "60", "60", (16,)),
    ("rupay", "82", "82", (16,)),
    ("hipercard", "384100", "384199", (13, 16, 19)),
    ("hipercard", "606282", "606282", (16,)),
    ("hiper", "637095", "637095", (16,)),
    ("hiper", "637599", "637612", (16,)),
    ("rupay", "353", "353", (16,)),
    ("rupay", "356", "356", (16,)),
    ("interpayment", "636", "636", _16_TO_19),
    ("instapayment", "637", "639", (16,)),
    ("uzcard", "8600", "8600", (16,)),
    ("belkart", "9112", "9112", (16,)),
    ("napas", "9704", "9704", (16, 19)),
    ("troy", "9792", "9792", (16,)),
    ("lankapay", "357111", "357111", (16,)),
    ("humo", "9860", "9860", (16,)),
)

PREFIX_DIGITS = 6


def _intervals() -> Iterator[tuple[int, int, frozenset[int]]]:
    for _, first, last, lengths in NETWORKS:
        yield int(first.ljust(PREFIX_DIGITS, "0")), int(last.ljust(PREFIX_DIGITS, "9")), frozenset(lengths)


def _table() -> tuple[list[int], list[frozenset[int]]]:
    """Cuts at which the set of possible lengths changes, so that a look-up is one bisection."""
    intervals = list(_intervals())
    cuts = sorted({0, *(low for low, _, _ in intervals), *(high + 1 for _, high, _ in intervals)})
    lengths = [frozenset().union(*(sizes for low, high, sizes in intervals if low <= cut <= high)) for cut in cuts]
    return cuts, lengths


_CUTS, _LENGTHS = _table()


def is_issued(digits: str) -> bool:
    """True when some network issues numbers with this prefix and length. `digits` are ASCII digits only."""
    if not 12 <= len(digits) <= 19:
        return False
    return len(digits) in _LENGTHS[bisect_right(_CUTS, int(digits[:PREFIX_DIGITS])) - 1]


UATP_SHAPE = re.compile(r"1\d{14}")

TEST_BINS = ("400000",)
"""Payment providers' test ranges: no bank issues these. Elsewhere only the very numbers that they publish count."""

TEST_NUMBERS = frozenset(
    """
    4012888888881881 4005519200000004 4009348888881881 4012000033330026 4012000077777777 4217651111111119
    4500600000000061 4000056655665556 4001919257537193 4007702835532454 4263970000005262 4263982640269299
    4444333322221111 4462030000000000 4484070000000000 4508750015741019 4532759734545858 4543474002249996
    4622943127013705 4646464646464644 4718609108204366 4871049999999910 4911830000000 4917300800000000
    4917484589897107 4917610000000000 4988438843884305 4166676667666746 4293189100000008 4007000000027 4012888818888
    4222222222222 4035501000000008 4360000001000005 4059350000000050 4400000000000008 4977949494949497
    5555555555554444 5200828282828210 5105105105105100 5404000000000001 5409889944179029 5424000000000015
    5425233430109903 5436031030606378 5454545454545454 5500000000000004 5555444433331111 5577000055770004
    5585558555855583 5136333333333335 5199992312641465 5104015555555558 5267318187975449 5610591081018250
    5019717010103742 5066991111111118 5000550000000029 2223000010309703 2223000010309711 2223000010479399
    2223000048400011 2223000048410010 2222400010000008 2222400030000004 2222400050000009 2222400070000005
    2222410740360010 2222420000001113 2223003122003222 2223016768739313
    378282246310005 371449635398431 378734493671000 370000000000002 371263462726550 374245455400126 374251018720018
    343434343434343 345177925488348 345678901234564
    30569309025904 38520000023237 36227206271667 36700102000000 36148900647913 36006666333344 36004244846408
    30123456789019 38000000000006 3056930009020004
    6011111111111117 6011000990139424 6011000991300009 6011981111111113 6011601160116611 6011000000000012
    6011988461284820 6011000180331112 6445644564456445 6555900000604105
    3530111333300000 3566002020360505 3528000700000000 3569990010095841 3566111111111113 3566000020000410
    6200000000000005 6200000000000047 6205500000000000004 6250946000000016 6243030000000001 6250941006528599
    6304000000000000 6759649826438453 6799990100000000019 6771798021000008
    6331101999990016 6703444444444449 6062828888666688 6362970000457013 6074819900004939 5060990580000217499
    2200000000000004 9792030394440796
    """.split()
)
"""Published by Stripe, PayPal, Adyen, Braintree, Square, Worldpay, Checkout.com, Authorize.net and others (2026)."""

_TEST_SHAPE = re.compile(r"(\d)\1{8}|^(\d{2,4}?)\2{3,}\d?$")
"""Nine equal digits in a row, or one group over and over: someone typed it. Chance makes one in ten million so; of
seven it made one in 100,000, and a card taken for a test's is only logged."""


_DOUBLED = str.maketrans("0123456789", "0246813579")


def has_check_digit(digits: str) -> bool:
    """Luhn's sum (ISO/IEC 7812-1, annex B), faster than a library's: it is asked about every long number there is."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def is_card(digits: str) -> bool:
    """True when a network issues such numbers and the check digit is right."""
    return is_issued(digits) and has_check_digit(digits)


def is_test_number(digits: str) -> bool:
    """True for payment providers' published test numbers and those made alike."""
    return digits.startswith(TEST_BINS) or digits in TEST_NUMBERS or _TEST_SHAPE.search(digits) is not None


def check_test_card(value: str) -> bool:
    digits = digits_of(value)
    return is_test_number(digits) and is_card(digits)


def check_uatp(value: str) -> bool:
    digits = digits_of(value)
    return UATP_SHAPE.fullmatch(digits) is not None and has_check_digit(digits)


def check_track(value: str) -> bool:
    """Whether the account number of magnetic stripe data is a card's: its first run of 12 to 19 digits."""
    match = re.search(r"\d{12,19}", value)
    return match is not None and is_card(match[0])


CARD_CHECKS: Mapping[str, Callable[[str], bool | None]] = {
    "card": lambda value: is_card(digits_of(value)),
    "card-test": check_test_card,
    "card-track": check_track,
    "card-uatp": check_uatp,
}

"""Payment card numbers: which networks issue a number of these first digits and this length.

Ranges are the issuers' own, checked against their BIN tables in 2026. UATP (prefix 1, 15 digits) is left out: its
prefix is that of every present-day timestamp in microseconds or so, and travel accounts don't reach source code.
"""

from bisect import bisect_right
from collections.abc import Iterator

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
    ("discover", "6011", "6011", _16_TO_19),
    ("discover", "644", "649", _16_TO_19),
    ("discover", "65", "65", _16_TO_19),
    ("unionpay", "62", "62", _16_TO_19),
    ("unionpay", "81", "81", _16_TO_19),
    ("maestro", "5018", "5018", _12_TO_19),
    ("maestro", "5020", "5020", _12_TO_19),
    ("maestro", "5038", "5038", _12_TO_19),
    ("maestro", "5893", "5893", _12_TO_19),
    ("maestro", "6304", "6304", _12_TO_19),
    ("maestro", "6759", "6759", _12_TO_19),
    ("maestro", "6761", "6763", _12_TO_19),
    ("mir", "2200", "2204", _16_TO_19),
    ("borica", "2205", "2205", (16,)),
    ("dankort", "5019", "5019", (16,)),
    ("verve", "506099", "506198", (16, 18, 19)),
    ("verve", "507865", "507964", (16, 18, 19)),
    ("elo", "506699", "506778", (16,)),
    ("elo", "509000", "509999", (16,)),
    ("elo", "636297", "636297", (16,)),
    ("elo", "636368", "636368", (16,)),
    ("meeza", "507800", "507810", (16,)),
    ("rupay", "508", "508", (16,)),
    ("rupay", "60", "60", (16,)),
    ("rupay", "82", "82", (16,)),
    ("hipercard", "384100", "384199", (16, 19)),
    ("interpayment", "636", "636", _16_TO_19),
    ("instapayment", "637", "639", (16,)),
    ("uzcard", "8600", "8600", (16,)),
    ("belkart", "9112", "9112", (16,)),
    ("napas", "9704", "9704", (16, 19)),
    ("troy", "9792", "9792", (16,)),
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

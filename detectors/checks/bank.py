"""Structural checks of account and bank numbers that python-stdnum or a published rule can prove or refute.

Pure and offline; True proves, False refutes, None says nothing. Cards are `card.py`'s matter, numbers of people
`identity.py`'s.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from detectors.checks.identity import digits_of

_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")
_BIC = re.compile(r"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM
    CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP
    GQ GR GT GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR
    LS LT LU LV LY MA MC MD ME MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF
    PG PH PK PL PM PR PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TC TD TG TH TJ TL
    TM TN TO TR TT TW TZ UA UG US UY UZ VA VC VE VG VN VU WS XK YE YT ZA ZM ZW
    """.split()
)
"""ISO 3166 countries with banks on SWIFT, and Kosovo."""

_CLABE_WEIGHTS = (3, 7, 1)


def check_iban(value: str) -> bool:
    """ISO 13616: length and structure of the country, and the mod 97 sum, in any case and grouping."""
    compact = _NOT_ALNUM.sub("", value).upper()
    try:
        rest = int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97
    except ValueError:
        return False
    return rest == 1 and bool(import_module("stdnum.iban").is_valid(compact))  # hardly any number comes this far


def check_bic(value: str) -> bool:
    """ISO 9362: four letters, a country, two characters, and three more of the branch. Never proof of an account."""
    match = _BIC.fullmatch(value.upper().replace(" ", ""))
    return match is not None and match[1] in _COUNTRIES


def check_clabe(value: str) -> bool:
    """Mexico's interbank account number: 17 digits and a check digit (Banco de México, CLABE)."""
    digits = digits_of(value)
    return len(digits) == 18 and digits[17] == _clabe_digit(digits[:17])


def _clabe_digit(body: str) -> str:
    total = sum(int(c) * _CLABE_WEIGHTS[n % 3] % 10 for n, c in enumerate(body))
    return str(-total % 10)


def check_routing(value: str) -> bool:
    """ABA routing number: its mod 10 sum, and first digits that the Federal Reserve gives out."""
    digits = digits_of(value)
    if len(digits) != 9 or not _is_routing_prefix(int(digits[:2])):
        return False
    weighted = sum(int(c) * weight for c, weight in zip(digits, (3, 7, 1) * 3, strict=True))
    return weighted > 0 and weighted % 10 == 0


def _is_routing_prefix(prefix: int) -> bool:
    return prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80


BANK_CHECKS: Mapping[str, Callable[[str], bool | None]] = {
    "iban": check_iban,
    "bic": check_bic,
    "clabe": check_clabe,
    "aba": check_routing,
}

BANK_COMPLETIONS: Mapping[str, Callable[[str], str]] = {"clabe": lambda body: body + _clabe_digit(digits_of(body))}

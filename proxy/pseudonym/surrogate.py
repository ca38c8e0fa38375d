"""A stand-in of a value's own shape: a card of a test range that passes Luhn, a number that was never issued, an
address at example.com, a token that is no key. Code still parses, and the model can reason.

Pure. Each shape takes the value's text and a row of choices and gives the stand-in, or None when the text does not have
that shape; what has none gets a name in brackets. Short values get one too: three digits could not be told from others
when they come back.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from proxy.pseudonym.draw import DIGITS, HEX, LOWER, Draw

Shape = Callable[[str, Draw], str | None]

NAME_DIGITS: Final = 8
_EXACT: Final = frozenset({"EMAIL_ADDRESS", "IP_ADDRESS", "URL"})
"""Entities in which separators tell values apart."""

MIN_FREE: Final = 7
"""Characters that must be left to choice: fewer would soon give two values one stand-in, and turn up by chance."""

MIN_DIGITS: Final = 4

_CARD_TESTS: Final = {
    "34": "378282",
    "37": "378282",
    "30": "305693",
    "36": "305693",
    "38": "305693",
    "35": "353011",
    "60": "601111",
    "62": "620000",
    "65": "601111",
    **{f"5{digit}": "555555" for digit in range(1, 6)},
    **{f"2{digit}": "555555" for digit in range(2, 8)},
}
"""By a card number's first two digits: the range in which its network's test numbers lie. Visa's is for the rest."""

_TOKEN_LEAD: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9]{0,11}[-_.])+ | (?:AKIA|ASIA|AIza|eyJ)", re.VERBOSE)
_TOKEN: Final = re.compile(r"[!-~]{12,512}")
_WORD_LEAD: Final = re.compile(r"[A-Za-z]+[ ._/-]")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9]+(?:[ ._/-][A-Za-z0-9]+)*")
_EMAIL: Final = re.compile(r"""[^\s=:;,<>()"'\[\]]+@[^\s=:;,<>()"'\[\]]+""")


def named(entity: str, draw: Draw) -> str:
    """`[PASSPORT_NUMBER:7f3a9c01]`: what stands for a value without a shape that is told here."""
    return f"[{entity}:{draw.text(HEX, NAME_DIGITS)}]"


def core_of(entity: str, text: str) -> tuple[int, int]:
    """Where in a finding's text the value itself stands: an address may have come with the `name=` before it."""
    found = _EMAIL.search(text) if entity == "EMAIL_ADDRESS" else None
    return found.span() if found else (0, len(text))


def essence_of(entity: str, value: str) -> str:
    """What of a value decides its stand-in: a number is the same with other separators, which the stand-in keeps."""
    return value if entity in _EXACT else "".join(filter(str.isalnum, value))


def shape_of(entity: str, is_secret: bool) -> Shape:
    """The shape that values of an entity have."""
    return _SHAPES.get(entity, _token if is_secret else _identifier)


def _card(text: str, draw: Draw) -> str | None:
    digits = _digits(text, 12, 19)
    if digits is None:
        return None
    lead = _CARD_TESTS.get(digits[:2], "400000")
    body = lead + draw.text(DIGITS, len(digits) - len(lead) - 1)
    return _refilled(text, body + luhn.calc_check_digit(body))


def _social_security(text: str, draw: Draw) -> str | None:
    """An area from 900 on was never issued; with these middle digits it is no taxpayer number (ITIN) either."""
    if _digits(text, 9, 9) is None:
        return None
    area, group, serial = 900 + draw.below(100), 1 + draw.below(49), 1 + draw.below(9999)
    return _refilled(text, f"{area}{group:02}{serial:04}")


def _email(text: str, draw: Draw) -> str | None:
    return f"person-{draw.text(HEX, NAME_DIGITS)}@example.com" if _EMAIL.fullmatch(text) else None


def _phone(text: str, draw: Draw) -> str | None:
    """In North America the exchange 555-01xx, kept for fiction; elsewhere no subscriber's number begins with zeros."""
    digits = _digits(text, 9, 15)
    if digits is None or not re.fullmatch(r"[+0-9 ().\-/]+", text):
        return None
    plus = text.lstrip("( ").startswith("+")
    if (len(digits) == 11 and digits[0] == "1") or (len(digits) == 10 and not plus and digits[0] not in "01"):
        area = f"{draw.pick('23456789')}{draw.text(DIGITS, 2)}"
        return _refilled(text, f"{digits[:-10]}{area}55501{draw.text(DIGITS, 2)}")
    lead = digits[:3] if plus else "0"
    return _refilled(text, f"{lead}00{draw.text(DIGITS, len(digits) - len(lead) - 2)}")


def _iban(text: str, draw: Draw) -> str | None:
    compact = re.sub(r"[ \-]", "", text)
    if not re.fullmatch(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}", compact):
        return None
    country, account = compact[:2], compact[4:]
    made = _alike(account[4:], draw)
    bank = "".join("0" if char.isdigit() else "X" for char in account[:4])
    check = mod_97_10.calc_check_digits(f"{bank}{made}{country}".upper())
    return _refilled(text, f"{country}{check}{bank}{made}", str.isalnum)


def _network_address(text: str, draw: Draw) -> str | None:
    try:
        version = ipaddress.ip_address(text).version
    except ValueError:
        return None
    if version == 4:  # RFC 2544: for benchmarks, never on the Internet, and larger than the documentation's nets
        return str(ipaddress.IPv4Address("198.18.0.0") + 1 + draw.below((1 << 17) - 2))
    return "2001:db8:" + ":".join(f"{1 + draw.below(0xFFFF):x}" for _ in range(6))


def _hardware_address(text: str, draw: Draw) -> str | None:
    if not re.fullmatch(r"[0-9A-Fa-f]{2}([:.\-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}", text):
        return None
    made = "02" + draw.text(HEX, 10)  # locally administered: nobody's
    return _refilled(text, made if text.lower() == text else made.upper(), str.isalnum)


def _identifier(text: str, draw: Draw) -> str | None:
    """Letters for letters, digits for digits. A word before the number, such as `MRN-`, says what it is and stays."""
    lead = _WORD_LEAD.match(text)
    number = text[lead.end() :] if lead else text
    digits = sum(map(str.isdigit, number))
    if not _IDENTIFIER.fullmatch(text) or digits < MIN_DIGITS or sum(map(str.isalnum, number)) < MIN_FREE:
        return None
    return text[: len(text) - len(number)] + _alike(number, draw)


def _without(text: str, draw: Draw) -> str | None:
    """For what another of its shape would mislead: a model reasons about dates and places."""
    return None


def _aws_key_id(text: str, draw: Draw) -> str | None:
    """As AWS writes them in its manuals."""
    if not re.fullmatch(r"[A-Z]{4}[A-Z2-7]{16}", text):
        return None
    return f"{text[:4]}{draw.text('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 9)}EXAMPLE"


def _token(text: str, draw: Draw) -> str | None:
    """The vendor's prefix is kept, so that it is seen what kind of token it was; the rest is none that was issued."""
    if not _TOKEN.fullmatch(text):
        return None
    found = _TOKEN_LEAD.match(text)
    lead = found.group() if found and len(found.group()) <= len(text) // 2 else ""
    made = lead + _alike(text[len(lead) :], draw)
    return made if sum(map(str.isalnum, text[len(lead) :])) > MIN_FREE else None


_SHAPES: Final[dict[str, Shape]] = {
    "CREDIT_CARD": _card,
    "CREDIT_CARD_TEST": _card,
    "CREDIT_CARD_UATP": _card,
    "US_SSN": _social_security,
    "US_ITIN": _social_security,
    "US_ATIN": _social_security,
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": _phone,
    "IBAN_CODE": _iban,
    "IP_ADDRESS": _network_address,
    "MAC_ADDRESS": _hardware_address,
    "AWS_ACCESS_KEY": _aws_key_id,
    **dict.fromkeys(("DATE_OF_BIRTH", "DATE_TIME", "ADDRESS", "LOCATION", "ORGANIZATION", "AGE"), _without),
}


def _alike(text: str, draw: Draw) -> str:
    """Another character of its kind for every letter and digit. A first digit other than zero stays other than zero."""
    return "".join(_another(char, at == 0, draw) for at, char in enumerate(text))


def _another(char: str, is_first: bool, draw: Draw) -> str:
    if char.isdigit():
        return draw.pick(DIGITS[1:] if is_first and char != "0" else DIGITS)
    if not char.isalpha():
        return char
    return draw.pick(LOWER.upper() if char.isupper() else LOWER)


def _digits(text: str, least: int, most: int) -> str | None:
    """The digits of a number written with separators alone, or None."""
    digits = "".join(char for char in text if char.isdigit())
    is_number = text.isascii() and not any(char.isalpha() for char in text)
    return digits if is_number and least <= len(digits) <= most else None


def _refilled(text: str, made: str, is_filled: Callable[[str], bool] = str.isdigit) -> str:
    """`text` with its digits (or what `is_filled` says) exchanged for those of `made`, in order."""
    left = iter(made)
    return "".join(next(left) if is_filled(char) else char for char in text)

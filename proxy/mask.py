"""What may be shown of a value in its place: the end of a card's number, of another number, the outline of an address.

Pure, and the same in every turn. A mask has the value's length, and a number's its separators, so columns and code
stay as they were; what has no end that may be shown (secrets, names, dates, what was encoded) is redacted instead.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from detectors import Category, Finding
from proxy.pseudonym.surrogate import core_of

MASK: Final = "*"

SHOWN_CHARS: Final = 4
"""Of a card PCI DSS 4.0 (3.4.1) would allow the first six digits as well; the last four tell cards apart."""

SHOWN_PART: Final = 3
"""Of anything else at most one character in so many is shown."""

_CARD: Final = re.compile(r"[0-9](?:[ .-]?[0-9]){11,18}")
_NUMBER: Final = re.compile(r"(?=(?:[^0-9]*[0-9]){4})[+(]{0,2}[A-Za-z0-9]+(?:[ ./_()-]{1,2}[A-Za-z0-9]+)*")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9][^@\s]*@[^@\s]+")

_HIDDEN: Final = frozenset(
    "ADDRESS AGE CARD_EXPIRY CARD_HOLDER CARD_PIN CARD_SECURITY_CODE CARD_TRACK_DATA CARD_VERIFICATION_VALUE"
    " CLINICAL_DATE DATE_OF_BIRTH DATE_OF_DEATH IP_ADDRESS LOCATION PASSPORT_MRZ PERSON URL USERNAME USERNAME_IN_PATH"
    " WALLET_KEY".split()
)
"""Entities of which any part tells too much: PCI DSS 3.3 lets nothing of what authenticates a card be kept, the end of
an address is its postcode, that of a date its year."""


def masked(finding: Finding, text: str) -> str | None:
    """The mask for a finding whose span holds `text`; None where nothing may be shown."""
    if finding.category is Category.SECRET or finding.view or finding.entity in _HIDDEN:
        return None
    start, end = core_of(finding.entity, text)
    mask = _family(finding.entity)(text[start:end])
    return None if mask is None else text[:start] + mask + text[end:]


def _family(entity: str) -> Callable[[str], str | None]:
    if entity.startswith("CREDIT_CARD"):
        return _card
    return _address if entity == "EMAIL_ADDRESS" else _number


def _card(text: str) -> str | None:
    return _covered(text, _places(text)[-SHOWN_CHARS:]) if _CARD.fullmatch(text) else None


def _number(text: str) -> str | None:
    places = _places(text)
    shown = min(SHOWN_CHARS, len(places) // SHOWN_PART)
    return _covered(text, places[-shown:]) if shown and _NUMBER.fullmatch(text) else None


def _address(text: str) -> str | None:
    """The first letter. Dots go as well: with those in its domain it would be an address again."""
    if not _ADDRESS.fullmatch(text) or len(_places(text)) < SHOWN_PART:
        return None
    return text[0] + "".join(char if char == "@" else MASK for char in text[1:])


def _places(text: str) -> list[int]:
    return [at for at, char in enumerate(text) if char.isalnum()]


def _covered(text: str, shown: Iterable[int]) -> str:
    kept = frozenset(shown)
    return "".join(MASK if char.isalnum() and at not in kept else char for at, char in enumerate(text))

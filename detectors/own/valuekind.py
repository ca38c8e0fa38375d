"""Kinds of values, as an operator names them: how a value of a file becomes what is hashed, and how texts show it.

Only builders read values. Nothing here keeps, prints or quotes one.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from detectors.own.calendar import MONTHS, day_number

MAX_WORDS = 8
MAX_CHARS = 200
"""Longer ones are no values but texts; fingerprints are for those."""


class ValueKind(StrEnum):
    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    DATE_DMY = "date-dmy"
    DATE_MDY = "date-mdy"
    ID = "id"

    @property
    def is_date(self) -> bool:
        return self.value.startswith("date")

    @property
    def looks(self) -> str:
        """The kind that lookups know: in texts all dates are alike."""
        return "date" if self.is_date else self.value


_NOT_DIGIT = re.compile(r"[^0-9]+")
_TRUNK = re.compile(r"\(0\)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ISO = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th|\.)? )?([^\W\d]+)\.?(?: (\d{1,2})(?:st|nd|rd|th)?)?,? (\d{4})")


def phone(value: str, calling_code: str) -> str:
    """The digits of the number in international form; empty when it has too few or too many."""
    international = value.lstrip().startswith("+")
    digits = _NOT_DIGIT.sub("", _TRUNK.sub("", value) if international else value)
    if not international:
        if digits.startswith("00"):
            digits = digits[2:]
        elif digits.startswith("0"):
            digits = calling_code + digits[1:]
        elif calling_code == "1" and len(digits) == 10:
            digits = "1" + digits
    return digits if 7 <= len(digits) <= 15 else ""


def number(value: str, _: str = "") -> str:
    """The digits of a number that is nothing but digits and what groups them; empty otherwise."""
    return "" if any(c.isalpha() for c in value) else _NOT_DIGIT.sub("", value)


def email(value: str, _: str = "") -> str:
    return value.strip() if _EMAIL.fullmatch(value.strip()) else ""


def plain(value: str, _: str = "") -> str:
    return value if len(value) <= MAX_CHARS else ""


STRINGS: dict[str, Callable[[str, str], str]] = {
    "text": plain,
    "name": plain,
    "id": plain,
    "email": email,
    "phone": phone,
    "number": number,
}
"""By kind: what is hashed of a value, empty when it is none of its kind. The argument is a country's calling code."""


@lru_cache(1 << 17)
def day(value: str, kind: ValueKind) -> int:
    """The day's number; 0 when it is no date. `5/1/1980` is one only where the kind says which of both is the month."""
    value = value.strip()
    parts: tuple[str, str, str] | None = None
    if match := _ISO.fullmatch(value):
        parts = (match[1], match[2], match[3])
    elif kind is ValueKind.DATE_MDY and (match := _SLASHED.fullmatch(value)):
        parts = (match[3], match[1], match[2])
    elif match := (_SLASHED if kind is ValueKind.DATE_DMY else _DOTTED).fullmatch(value):
        parts = (match[3], match[2], match[1])
    elif (match := _WORDED.fullmatch(value.lower())) and match[2] in MONTHS and (match[1] or match[3]):
        parts = (match[4], str(MONTHS[match[2]]), match[1] or match[3])
    if parts is None:
        return 0
    year, month, date = map(int, parts)
    return day_number(year, month, date) if 1880 <= year < 2080 and 1 <= month <= 12 and 1 <= date <= 31 else 0

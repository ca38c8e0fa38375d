"""Checks of what stands under a field's name: could this be a person's name, a birth date, a street, a file's number?

They refute (False) or say nothing (None): a label isn't proven right by its value's shape. The rules of `rules/pii/`
gate on them. No checksum here, see `identity.py`; no label either, see `structure/lexicon.py`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from detectors.guards.guard import RESERVED_TLDS, is_mailbox
from detectors.guards.notname import NOT_NAMES
from detectors.names.gazetteer import bundled

Check = Callable[[str], bool | None]

_EARLIEST_YEAR, _LATEST_YEAR = 1890, 2030

_NAME = re.compile(
    r"(?:(?i:mr|mrs|ms|miss|dr|prof|herr|frau|mme|mlle|m|sr|sra|don|dott|ing|sir|dame|rev)\.?[ +])?"
    r"[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_])|(?<=\b[A-Z])\.(?=[A-Z]))*\.?"
    r"(?:(?:[,;][ +]?|[ +]{1,2})[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_])|(?<=\b[A-Z])\.(?=[A-Z]))*\.?){0,5}"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_HUMPS = re.compile(r"(?<!Mc)(?<!Mac)(?<!De)(?<!Di)(?<!La)(?<!Le)(?<!Van)(?<!O)(?<![A-Z])[a-z][A-Z]")
PARTICLES = frozenset(
    "de del della di da dos das do du des la le las los el van von vom zu zur den der ten ter y e i bin ibn al abu st"
    " af av bint ben op het of 't d l jr sr ii iii iv".split()
)


def check_person_name(value: str) -> bool | None:
    """False for what can't be a name, or a part of one."""
    plain = value.strip()
    if not (3 if plain.islower() and plain.isascii() else 2) <= len(plain) <= 60 or not _NAME.fullmatch(plain):
        return False
    parts = _LETTERS.findall(plain)
    if any(part.lower() in NOT_NAMES for part in parts) or _HUMPS.search(plain):
        return False
    cased = [part for part in parts if part.lower() not in PARTICLES]
    if not cased or max(map(len, cased)) < 2:
        return False
    if len(cased) > 1 and not (all(part[0].isupper() for part in cased) or plain.islower() or not plain.isascii()):
        return False
    return None if len(cased) <= 5 and (len(cased) <= 3 or plain[0].isupper()) else False


def check_person_names(value: str) -> bool | None:
    """False for less than two names; Chinese, Japanese and Korean ones are written without a space."""
    plain = value.strip()
    return check_person_name(value) if " " in plain or "," in plain or "+" in plain or plain[:1] > "\u2e80" else False


def check_full_name(value: str) -> bool | None:
    """False unless the value is two to four words of which one is a well-known given name."""
    if check_person_name(value) is False:
        return False
    parts = [part for part in _LETTERS.findall(value) if part.lower() not in PARTICLES and len(part) > 1]
    if not 2 <= len(parts) <= 4 or not all(part[0].isupper() for part in parts):
        return False
    return None if any(bundled().is_given(part) for part in parts) else False


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan gen ene", "feb fev fév", "mar mär maa mrz mär", "apr avr abr", "may mai mag mei",
            "jun juin giu", "jul juil lug", "aug ago aoû aou", "sep set", "oct okt ott out", "nov", "dec dez dic déc",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"((?:18|19|20)\d\d)[-/. ]?(\d\d?)[-/. ]?(\d\d?)(?:[T ]\d\d:?\d\d.{0,20})?")
_YEAR_LAST = re.compile(
    r"(\d\d?)[-/. ](\d\d?)[-/. ](\d{4}|\d\d)(?:[T ,]{1,2}\d\d?:?\d\d.{0,16})?|(\d\d)(\d\d)((?:19|20)\d\d)"
)
_MONTH_NAMED = re.compile(
    r"(?:[^\W\d_]{3,10},? )?(?:(\d\d?)(?:st|nd|rd|th|\.|er|º)?[ -]?(?:of |de )?"
    r"([^\W\d_]{3,10})\.?[ ,-]{1,2}(?:de |del )?(\d{4}|\d\d)"
    r"|([^\W\d_]{3,10})\.? (\d\d?)(?:st|nd|rd|th)?,? (\d{4}))"
)


def check_birth_date(value: str) -> bool | None:
    """False for what is no date of the last century or so, in any usual order of day, month and year."""
    plain = value.strip().strip("'\"")
    if match := _YEAR_FIRST.fullmatch(plain):
        return _is_date(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(plain):
        first, second, year = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
        return None if _is_date(year, second, first) is None or _is_date(year, first, second) is None else False
    if match := _MONTH_NAMED.fullmatch(plain):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        number = _MONTHS.get(month[:3].lower()) or _MONTHS.get(month[:4].lower())
        return _is_date(year, str(number), day) if number else False
    return False


def _is_date(year: str, month: str, day: str) -> bool | None:
    number = int(year) if len(year) == 4 else 1900 + int(year)
    try:
        date(number, int(month), int(day))
    except ValueError:
        return False
    return None if _EARLIEST_YEAR <= number <= _LATEST_YEAR else False


_STREET = re.compile(r"[\w .,'’/#()&º°ª+:;$\n\\-]{4,160}")
_BOX = re.compile(
    r"(?i)\b(?:p\.? ?o\.? ?box|post ?box|postfach|apartado|apdo|casella postale|bo[iî]te postale|bp|gpo box)\b"
)
_CODE_WORD = re.compile(r"\w_\w|::|\w\(\)|\\[wdsb]|[a-z][A-Z][a-z]+[A-Z]|//")


def check_street(value: str) -> bool | None:
    """False unless there are words, and a house number or a box, and nothing of code."""
    plain = value.strip()
    if not _STREET.fullmatch(plain) or _CODE_WORD.search(plain):
        return False
    letters = sum(c.isalpha() for c in plain)
    digits = sum(c.isdigit() for c in plain)
    if letters < 3 or digits > 14 or not 1 <= plain.count(" ") <= 20:
        return False
    return None if digits or _BOX.search(plain) else False


_PLACE = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.\- ](?=[^\W\d_ ])){1,40}\.?")


def check_place(value: str) -> bool | None:
    """False for what can't be the name of a town or county."""
    plain = value.strip()
    if not _PLACE.fullmatch(plain) or not plain[0].isupper() or plain.count(" ") > 3 or _HUMPS.search(plain):
        return False
    return False if any(part.lower() in NOT_NAMES for part in _LETTERS.findall(plain)) else None


_POSTCODE = re.compile(
    r"\d{5}(?:-?\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}|\d{4}|\d{6}"
    r"|\d{3}[- ]\d{4}|\d{2}-\d{3}|\d{3} \d{2}|\d{4}-\d{3}|\d{5}-\d{3}|(?:[A-Z]{1,2}-)\d{4,5}|[A-Z]\d{2} ?[A-Z\d]{4}"
)


def check_postcode(value: str) -> bool | None:
    plain = value.strip().upper()
    return (
        None
        if _POSTCODE.fullmatch(plain) and len(set(plain)) > 1 and plain not in ("12345", "1234", "123456")
        else False
    )


_PHONE = re.compile(
    r"(?:(?i:tel|phone|ph|fax)[.: ]{1,2})?\+?[\d ().\-/\u00a0\u2010-\u2015]{6,24}"
    r"(?: ?(?i:x|ext\.?|extension|#) ?\d{1,6})?"
)


def check_phone(value: str) -> bool | None:
    """False for what isn't seven to fifteen digits in a telephone number's dress."""
    plain = value.strip()
    digits = [c for c in re.split(r"(?i)x|ext|#", plain)[0] if c.isdecimal()]
    if not _PHONE.fullmatch(plain) or not 7 <= len(digits) <= 15 or len(set(digits)) < 3:
        return False
    if "".join(digits) in ("1234567890", "0123456789", "1234567", "12345678", "123456789", "9876543210"):
        return False
    return False if check_birth_date(plain) is None and not plain.isdecimal() else None


_FILE_NUMBER = re.compile(r"(?=.{4,30}$)[A-Z0-9](?:[A-Z0-9]|[-./# ](?=[A-Z0-9#])){2,28}[A-Z0-9*]")
_VERSION = re.compile(r"v?\d+\.\d+(?:\.\d+)*")


def check_file_number(value: str) -> bool | None:
    """False for what isn't an identifier that an office gives out: upper case and digits, at least four of these."""
    plain = value.strip()
    digits = [c for c in plain if c.isdigit()]
    if len(digits) < 4 or len(set(digits)) < 2 or not _FILE_NUMBER.fullmatch(plain.upper()):
        return False
    if plain.lower() != plain.upper() and plain == plain.lower() and len(plain) > 12:
        return False
    if _VERSION.fullmatch(plain) or "".join(digits) in (
        "1234",
        "12345",
        "123456",
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
    ):
        return False
    return False if len(plain) in (8, 10) and check_birth_date(plain) is None and not plain.isdecimal() else None


_MAILBOX = re.compile(r"[^\s@<>()\"',;:]{1,64}@[^\s@<>()\"',;:/]{2,190}")


def check_mailbox(value: str) -> bool | None:
    plain = value.strip()
    if not _MAILBOX.fullmatch(plain):
        return False
    domain = plain.rpartition("@")[2].lower()
    if "." not in domain:  # a host of the house, which no guard knows
        return False if domain in RESERVED_TLDS or "example" in domain else None
    return None if is_mailbox(plain, 0, len(plain)) else False


FIELD_CHECKS: Mapping[str, Check] = {
    "person-name": check_person_name,
    "person-names": check_person_names,
    "full-name": check_full_name,
    "birth-date": check_birth_date,
    "street": check_street,
    "place": check_place,
    "postcode": check_postcode,
    "phone-shape": check_phone,
    "file-number": check_file_number,
    "mailbox": check_mailbox,
}

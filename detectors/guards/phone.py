"""Is a run of digits a telephone number? By its international form, by a shape that only numbers have, or by its label.

libphonenumber knows which numbers a country's plan allows; which of them is a date, a version or an id, only the text
around it tells. Asked through `guard.py` about every candidate of the telephone rules.
"""

import regex

STRONG_DIGITS, WEAK_DIGITS, MAX_DIGITS = 7, 9, 15
"""Fewest digits behind a word that only means telephones, and behind one that may mean other things; E.164's most."""

ABROAD_DIGITS = 11
"""Fewest digits of one dialled with an international prefix: shorter ones are dates and serial numbers."""

BEFORE_CHARS, AFTER_CHARS = 48, 28

_STRONG = regex.compile(
    r"""(?xi)(?<![a-z])(?:(?:tele)?(?:phones?|fon[eo]?)(?:[\s_-]?(?:no|num(?:ber)?|nr)\.?)? | tel(?:no|s)? | tlf | tfno
      | ph | (?:my|his|her|our|their|your|contact)\s(?:new\s)?number | mob(?:iles?|ilnummer)?
      | mobil(?:telefon|nummer|e[\s_-]?phone)? | cell(?:ular(?:e)?|phones?)? | fax(?:nummer)?
      | telefax | whats[\s_-]?app | sms | handy(?:nummer)? | telefon(?:nummer|o|e|szám|number)? | rufnummer
      | t[eé]l[eé]?(?:phone)? | portable | tel[eé]fono | m[oó]vil | celular | cel | gsm | msisdn | hotline | helpline
      | landline | (?:call|text|ring|reach|answering)\s(?:(?:me|us|him|her|them|back)\s)?(?:at|on)
      | can\scall | messages\sto | my\sregistered | pager | telefoon(?:nummer)? | puhelin | puh
      | (?:home|work|office|day|night|evening)[\s_-]?(?:phone|tel|number|line) | ext(?:ension)?)(?![a-z])
      | (?:Phone|Mobile|Tel|Fax|Cell)(?:No|Num|Number|Nr)?(?![a-z]) | phone(?:no|num|number)(?![a-z])
      | (?:моб|тел|телефон) | 電話 | 电话 | 手机 | 手機 | 携帯 | 전화 | 휴대폰 | טלפון | هاتف | फ़?ोन"""
)  # fmt: skip
_BEHIND = regex.compile(r"(?i)(?: {0,2}- ?| {1,2}\(?)(?:office|fax|mobile|cell|home|work|landline)(?![a-z0-9_])")
"""A word that names the number before it."""
_WEAK = regex.compile(
    r"""(?xi)(?<![a-z])(?:call(?:s|ed|ing|back)?|dial(?:ed|ing)?|reach(?:ed|able)?|contact(?:s|ed)?|text(?:ed)?|ring|rang
      | registered | messages?\s(?:to|on|at) | emergency
      | ruf(?:en)?|anruf(?:en)? | appel(?:er|ez)?|joindre | llam(?:ar|e|a) | lig(?:ar|ue) | chiam(?:a|are) | bel(?:len)?
      | kontakt)(?![a-z])"""
)  # fmt: skip
_OTHER_LABEL = regex.compile(
    r"""(?xi)(?:(?<![a-z])(?:order|invoice|ref(?:erence)?|ticket|case|serial|isbn|ean|upc|gtin|sku|tracking|account|acct
      |zip|version|ssn|npi|mrn|timestamp|epoch|build|port|patient|member|policy|claim|routing|iban|vin|dob|transaction|user
      |customer|passport|licen[cs]e)
      (?:[\s_-]{0,2}(?:id|no|nr|num(?:ber)?|code|\#))?
      |(?<![a-z])(?:ct|snomed|sct|loinc|icd(?:-?10)?|cpt|concept|diagnosis|procedure|product|postal|article|item)\scode
      |(?<![a-z])ids?|_ids?|(?-i:I[dD]))["'\]]?\s{0,2}(?:[:=\#]|is)?\s{0,3}["'(]?$"""
)  # fmt: skip
_DATE = regex.compile(
    r"(?:19|20)\d\d([-./ ])[01]?\d\1[0-3]?\d(?:\D.*)?|[0-3]?\d([-./ ])[0-3]?\d\2(?:19|20)\d\d(?:\D.*)?"
    r"|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d(?:[-T ]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?"
)
_NO_NUMBER = regex.compile(
    r"\d+\.\d+|\d{1,3}(?:\.\d{1,3}){3}|\d{3}-\d{2}-\d{4}|\d{5}-\d{4}|97[89][- ]?(?:\d[- ]?){9}\d|1[4-9]\d{8}(?:\d{3})?"
    r"|\d{1,3}(?:[.,]\d{3}){2,4}"
)
"""Decimals, IPv4 addresses, Social Security numbers and ZIP codes, ISBN, epochs, thousands."""
_PLACEHOLDER = regex.compile(r"(\d)\1{6,}|0?123456789?0?|9876543210?")
_INVENTED = regex.compile(r"(\d)\1{6}$|234567890$")
"""What ends so, somebody made up: `555-555-5555`, `+44 1234567890`."""
_HEADER = regex.compile(r"(?r)MSH\|[^\r\n]{0,300}")
"""A field of an HL7 message's header, where names of programs such as `SMS` stand beside control numbers."""
_LOCAL = regex.compile(r"\d{3,4}\.\d{4}")
_FICTIONAL = regex.compile(r"(?:\+?1\D{0,3})?\(?\d{3}\)?\D{0,2}555\D?01\d\d")
_EXTENSION = regex.compile(r"(?i)[\s,;]{0,2}(?:x|ext(?:ension)?\.?|#)\s?\d{1,6}$")
_NANP = regex.compile(r"(?:\+?1[ .-]{0,2})?(?:\(\d{3}\)[ .-]{0,2}|\d{3}[-. ])\d{3}[-. ]?\d{4}")
_STRICT_NANP = regex.compile(r"(?:\+?1[ .-]{0,2})?(?:\([2-9]\d\d\)[ .-]{0,2}|[2-9]\d\d([-. ]))[2-9]\d\d[-. ]\d{4}")
_ABROAD = regex.compile(r"(?:00|011)[ .-]?(?=[1-9])")
_DIGITS = regex.compile(r"\d")
_DUMP_ROW = regex.compile(r"[ \t]{0,8}(?:0x)?(?:0[0-9a-f]{6,15}(?:[ \t]|:[ \t])|[0-9a-f]{8}:[ \t])")
"""What a row of a hex dump or of `od`'s begins with."""


def is_phone(text: str, start: int, end: int) -> bool:
    """Whether text[start:end], of a telephone number's rough shape, is one where it stands."""
    value = text[start:end].strip()
    number = _EXTENSION.sub("", value)
    digits = _DIGITS.findall(number)
    count = len(digits)
    if ")" in number.partition("(")[0] or _INVENTED.search("".join(digits)):
        return False
    if not STRONG_DIGITS <= count <= MAX_DIGITS or _is_part(text, start, end):
        return False
    if _HEADER.match(text, max(0, start - 300), start):
        return False
    before = text[max(0, start - BEFORE_CHARS) : start]
    if _OTHER_LABEL.search(before) or _DATE.fullmatch(number) or _PLACEHOLDER.fullmatch(number):
        return False
    after = text[end : end + AFTER_CHARS]
    behind = _BEHIND.match(after) is not None
    strong = behind or _STRONG.search(before) is not None or _STRONG.search(after) is not None
    labelled = strong or (count >= WEAK_DIGITS - (not number.isdecimal()) and _WEAK.search(before) is not None)
    if number.startswith("+"):
        return _is_international(number, labelled)
    if _DUMP_ROW.match(text, text.rfind("\n", max(0, start - 120), start) + 1, start):
        return False
    if _NO_NUMBER.fullmatch(number) and not (strong and (number.isdecimal() or _LOCAL.fullmatch(number))):
        return False
    if _FICTIONAL.fullmatch(number):
        return strong
    return labelled or number != value or _is_unmistakable(number)


def _is_part(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before.isalnum() or (before in "._-/#" and before and text[start - 2 : start - 1].isalnum()):
        return True
    return after.isalnum() or after == "_"


def _is_international(number: str, labelled: bool) -> bool:
    """A number that its country's plan allows; without separators or a label, one that is given out."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    if labelled or not number[1:].isdecimal():
        return phonenumbers.is_possible_number(parsed)
    return phonenumbers.is_valid_number(parsed)


def _is_unmistakable(number: str) -> bool:
    """North American in its printed form, or with an international prefix dialled."""
    prefix = _ABROAD.match(number)
    if prefix and len(_DIGITS.findall(number)) >= ABROAD_DIGITS and not number.isdecimal():
        return _is_international("+" + number[prefix.end() :], labelled=True)
    if "(" in number and _NANP.fullmatch(number):
        return True
    return _STRICT_NANP.fullmatch(number) is not None and (" " not in number or _is_international(_e164(number), False))


def _e164(number: str) -> str:
    digits = "".join(_DIGITS.findall(number))
    return "+1" + digits[-10:]

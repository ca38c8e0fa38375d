"""Is a run of digits a card number where it stands, or an id, a fraction, a table's cell, a part of something longer?

Asked about every candidate of the card rules. Issuer and check digit let one random number in forty pass, so what
stands around it decides: glued characters, the label before it, its separators, the numbers beside it.
"""

from functools import lru_cache
from itertools import islice

import regex

from detectors.checks.card import is_card, is_test_number
from detectors.checks.identity import digits_of

CONTEXT_CHARS = 80
NEIGHBOUR_CHARS, NEIGHBOURS = 200, 6
"""How far around a number others of its length are compared with it, and how many at most on either side."""

LEAST_SHARE = 3
"""One neighbour in so many must be a card number too, else the lot is a list of other things."""

_CARD_WORD = regex.compile(
    r"""(?xi)(?<![a-z0-9])(?:(?:credit|debit|bank|gift|payment|fleet|prepaid|virtual)?[\s_-]?cards?(?:holder|no|num|number)?
      | cc(?:n|num|_?number)?(?![0-9]) | pans? | visa | master[\s_-]?card | amex | american[\s_]express | maestro
      | discover | jcb | unionpay | diners | mir | rupay | troy | verve | elo | hipercard | dankort | uatp
      | cvv2? | cvc2?
      | primary[\s_]account[\s_]number | kredit(?:kort|karten?(?:nummer)?)|karten?(?:nummer|nr)
      | (?:carte|carta|tarjeta|cart[aã]o)s?
      | kaart(?:nummer)? | kort(?:nummer)? | karta | carta_di_credito | plastic | bin)(?![a-z])
      | (?<=[a-z])Cards?(?![a-z]) | card(?:num|no|nr|number)"""
)  # fmt: skip
_GLUED_WORD = regex.compile(
    r"(?i)(?:card|pan|ccn?|visa|amex|mc|mastercard|maestro|discover|jcb|credit|debit|num(?:ber)?|no|nr|acct)[#_:/.-]{0,2}$"
    r"|\\{1,2}[nrt]$"
)
_GLUED_AFTER = regex.compile(r"(?i)(?:exp|cvv|cvc|usd|eur|gbp|x{2})")

# Labels that say of the number right behind them that it is something else.
_OTHER_LABEL = regex.compile(
    r"""(?xir)(?:
      (?:(?<![a-z])|(?<=[a-z_])(?-i:(?=[A-Z]))|_)
      (?:order|track(?:ing)?|trace|span|request|req|session|sess|txn?|transaction|trans|invoice|ref(?:erence)?|ticket|case|shipment
        |serial|imei|imsi|iccid|isbn|issn|ean|upc|gtin|sku|barcode|asin|timestamps?|time|ts|epoch|nanos?|micros?|millis?|nonce
        |hash|sha\d*|md5|crc|checksum|digest|seed|offset|size|bytes|length|len|addr(?:ess)?|ptr|pointer|cursor
        |phone|tel|mobile|fax|whatsapp|snowflake|guild|channel|server|message|msg|tweet|status|post|object|device|build|batch
        |event|job|task|process|pid|thread|correlation|user|uid|uuid|guid|customer|client|patient|mrn|npi|version|revision
        |commit|rev|row|line|seq(?:uence)?|lot|parcel|waybill|awb|booking|reservation|policy|claim|meter|vin|fbid|gid|key
        |member|employee|subscriber|app|arn|project|page|album|video|photo|media|chat|bot|role|location|place|node|way)
      (?:[\s_-]{0,2}(?:ids?|no|nr|num(?:ber)?|code|key|hash|\#))?
      | (?<![a-z])ids? | (?:_|-)ids? | (?-i:I[dD]s?)
      )\ ?["'\]`]?\s{0,2}(?:[:=\#]{1,2}>?|\bis\b|->|\()?\s{0,3}\\{0,3}["'(\[<`]{0,2}[@\#!&]{0,2}$"""
)  # fmt: skip
_ODD_NUMBER = regex.compile(r"(?<![0-9A-Za-z.])[0-9A-Fa-f]{11,20}(?![0-9A-Za-z])")
_COMMON = regex.compile(r"[0-9]{16,19} | 4[0-9]{12} | 3[47][0-9]{13} | 3(?:0[0-5]|[689][0-9])[0-9]{11}", regex.VERBOSE)
"""Numbers of today's lengths: sixteen digits and more, old Visa cards, American Express, Diners Club."""
_SEPARATORS = regex.compile(r"[^0-9]+")
_GROUPS = regex.compile(r"[0-9]+")
_HEX_LETTER = regex.compile(r"[A-Fa-f]")
_EPOCH = regex.compile(r"[^0-9]1[4-9][0-9]{11}$")
"""Milliseconds since 1970 behind a size."""
_FOURS = regex.compile(r"(?<![0-9A-Za-z])[0-9]{4}(?:[\ \t.,/_|-]{1,3}[0-9]{4}){3}(?![0-9A-Za-z])")
_DATED_DIGITS = regex.compile(
    r"(?<![0-9])([0-9](?:[\ -]?[0-9]){11,18})[^0-9A-Za-z]{1,4}(?:[Ee][Xx][Pp][A-Za-z]{0,4}[^0-9A-Za-z]{1,3})?"
    r"[01]?[0-9][^0-9A-Za-z]?(?:20)?[0-9]{2}[^0-9A-Za-z]{1,6}$"
)
_ROW_AFTER = regex.compile(r"(?:[^0-9A-Za-z\n]{1,4}[0-9]{3,8}(?![0-9A-Za-z])){3}")
_ROW_BEFORE = regex.compile(r"(?:(?<![0-9A-Za-z])[0-9]{4}[^0-9A-Za-z\n]{1,4}){2}$")


def is_real_card(text: str, start: int, end: int) -> bool:
    """False for test numbers, and for what isn't a card's number where it stands."""
    return _is_pan(text, start, end) and not is_test_number(digits_of(text[start:end]))


def is_card_like(text: str, start: int, end: int) -> bool:
    """The same, test numbers included."""
    return _is_pan(text, start, end)


def is_verification_value(text: str, start: int, end: int) -> bool:
    """False for a number behind a date behind digits that aren't a card's. With a label of its own it stands."""
    match = _DATED_DIGITS.search(text, max(0, start - 60), start)
    return match is None or is_card(digits_of(match[1]))


def _is_pan(text: str, start: int, end: int) -> bool:
    value = text[start:end]
    digits = digits_of(value)
    if not _is_card_cached(digits):
        return False
    before = text[max(0, start - CONTEXT_CHARS) : start]
    named = _CARD_WORD.search(before) is not None or _CARD_WORD.search(text[end : end + 24]) is not None
    if not _stands_alone(text, start, end, before, named):
        return False
    label = before[max(before.rfind(c) for c in ",;{}\n") + 1 :][-48:]
    if _OTHER_LABEL.search(label) and not _CARD_WORD.search(label):
        return False
    if not value.isdecimal():
        return _is_grouped_card(text, start, end, named)
    return named or (_neighbours_agree(text, start, end) and (_is_common(digits) or _has_cards_near(text, start, end)))


def _stands_alone(text: str, start: int, end: int, before: str, named: bool) -> bool:
    """False for a part of something longer: a fraction, a path, an identifier, a telephone number."""
    last, follower, beyond = before[-1:], text[end : end + 1], text[end + 1 : end + 2]
    if (last.isalnum() or last == "_") and not _GLUED_WORD.search(before):
        return False
    if last and last in "./+-" and before[-2:-1].isalnum() and not (named or _GLUED_WORD.search(before)):
        return False
    if (last == "." and before[-2:-1].isdigit()) or (last == "+" and end - start < 16):
        return False
    if follower.isalnum() or follower == "_":
        return _GLUED_AFTER.match(text, end) is not None
    if follower and follower in "./+-:" and beyond.isdigit():
        return follower in "/:" and (named or text[end + 3 : end + 4] in "/:|-")  # an expiry date
    return not (follower == "." and beyond.isalnum() and beyond.islower())


def _is_common(digits: str) -> bool:
    """Whether a card of this network is as long as a rule, so that the number speaks for itself. Others (Maestro of
    twelve digits, Diners Club of fifteen) are as often something else, so they need a word or cards beside them."""
    return _COMMON.fullmatch(digits) is not None


def _has_cards_near(text: str, start: int, end: int) -> bool:
    low, high, own = max(0, start - NEIGHBOUR_CHARS), min(len(text), end + NEIGHBOUR_CHARS), text[start:end]
    near = islice(_ODD_NUMBER.finditer(text, low, high), 2 * NEIGHBOURS)
    return any(number[0] != own and _is_card_cached(number[0]) for number in near)


def _neighbours_agree(text: str, start: int, end: int, shape: "regex.Pattern[str]" = _ODD_NUMBER) -> bool:
    """False when the numbers of about this length nearby are no cards: then this is one of them, right by chance."""
    low, high = max(0, start - NEIGHBOUR_CHARS), min(len(text), end + NEIGHBOUR_CHARS)
    near = [*islice(shape.finditer(text, end, high), NEIGHBOURS), *shape.findall(text, low, start)[-NEIGHBOURS:]]
    value, cards, others = text[start:end], 0, 0
    for one in near:
        number = one if isinstance(one, str) else one[0]
        if abs(len(number) - len(value)) <= 1 and number != value:
            is_one = _is_card_cached(number)
            cards, others = cards + is_one, others + (not is_one)
    return others < 2 or cards * LEAST_SHARE >= others


@lru_cache(maxsize=1024)
def _is_card_cached(number: str) -> bool:
    return _HEX_LETTER.search(number) is None and is_card(digits_of(number))


def _is_grouped_card(text: str, start: int, end: int, named: bool) -> bool:
    """Groups as cards are printed, between equal separators, and not in the middle of a row of numbers."""
    value = text[start:end]
    if "\n" in value and not _is_wrapped(text, start, end, named):
        return False
    groups = [len(group) for group in _GROUPS.findall(value)]
    separators = {separator for separator in _SEPARATORS.findall(value) if "\n" not in separator}
    if len(separators) > 1:
        return False
    if named or "\n" in value:
        return True
    if any("," in separator for separator in separators):
        return False  # numbers in a row or a list
    if not (set(groups[:-1]) == {4} or groups in ([4, 6, 5], [4, 6, 4], [6, 13], [8, 8])):
        return False
    if groups in ([6, 13], [8, 8], [4, 4, 4]) and (
        _EPOCH.search(value) or _is_beside_digits(text, start, end, *separators)
    ):
        return False
    if not _neighbours_agree(text, start, end, _FOURS):
        return False
    if _ROW_AFTER.match(text, end) and not _starts_card(text, end):
        return False
    return not (_ROW_BEFORE.search(text, max(0, start - 20), start) and not _ends_card(text, start))


def _is_beside_digits(text: str, start: int, end: int, separator: str) -> bool:
    """Whether the groups go on, so that these are the middle of something longer."""
    before, after = text[max(0, start - len(separator) - 1) : start], text[end : end + len(separator) + 1]
    return (before[:1].isdigit() and before[1:] == separator) or (after[-1:].isdigit() and after[:-1] == separator)


def _is_wrapped(text: str, start: int, end: int, named: bool) -> bool:
    """A number broken by a line's end, and not two cells of a column of numbers."""
    first, _, second = text[start:end].partition("\n")
    if (is_card(digits_of(first)) and len(digits_of(first)) > 12) or is_card(digits_of(second)):
        return False  # one under the other
    above, below = text.rfind("\n", 0, start), text.find("\n", end)
    line_above = text[max(0, above - 40) : above].strip() if above > 0 else ""
    line_below = text[below : below + 12].strip() if below >= 0 else ""
    if line_above[-1:].isdigit() or line_below[:1].isdigit():
        return False
    return named or len(digits_of(first)) % 4 == 0 or [len(group) for group in _GROUPS.findall(first)] == [4, 6]


def _starts_card(text: str, at: int) -> bool:
    """Whether the groups from `at` on are a card of their own: a list of cards in one line."""
    return is_card("".join(_GROUPS.findall(text, at, at + 24)[:4]))


def _ends_card(text: str, at: int) -> bool:
    return is_card("".join(_GROUPS.findall(text, max(0, at - 24), at)[-4:]))

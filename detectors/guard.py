"""Per-entity noise guards: values of the right shape that are nobody's data.

Documentation domains and addresses, image names like `icon@2x.png`, version numbers, timestamps. They stand beside the
rules rather than in them since they hold for every rule that reports the entity.
"""

import ipaddress
from collections.abc import Callable, Mapping

import regex

from detectors.cardguard import is_card_like, is_real_card, is_verification_value

Guard = Callable[[str, int, int], bool]
"""(text, start, end) -> whether text[start:end] may be reported."""

# RFC 2606, RFC 6761, and what the mDNS and home-network RFCs reserve
RESERVED_TLDS = frozenset({"test", "example", "invalid", "localhost", "local", "internal", "lan", "arpa", "onion"})
RESERVED_DOMAINS = frozenset({"example.com", "example.net", "example.org", "email.com", "domain.com"})
FILE_SUFFIXES = frozenset(
    "png jpg jpeg gif svg webp ico css scss js mjs ts tsx jsx json yaml yml toml py rb go rs c h cpp java kt txt lock"
    " html xml csv log conf cfg ini".split()
)
ROLE_NAMES = frozenset({"noreply", "no-reply", "donotreply", "do-not-reply", "git", "nobody"})

_VERSION_BEFORE = regex.compile(
    r"(?i)(?:\bv|\bver|\bversions?|\brelease|\brev|\bbuild|\bchrome/|\bsafari/|[=<>~^!]=|[~^@/])[\s:=\"']{0,3}$"
)
_PHONE_WORD = regex.compile(
    r"(?i)(?<![a-z])(?:phone|tel|telephone|mobile|cell|fax|call|sms|whatsapp|contact|ph)(?![a-z])"
)
_DATE = regex.compile(r"(?:19|20)\d\d([-./])[01]\d\1[0-3]\d(?:\D.*)?|[0-3]?\d([-./])[01]?\d\2(?:19|20)\d\d")
_DECIMAL = regex.compile(r"\d+\.\d+")
_FICTIONAL = regex.compile(r"(?:\+?1\D{0,3})?\(?\d{3}\)?\D{0,2}555\D?01\d\d")


def is_mailbox(text: str, start: int, end: int) -> bool:
    """False for documentation and reserved domains, file names, role accounts and `git@host:path`."""
    local, _, domain = text[start:end].lower().rpartition("@")
    labels = domain.split(".")
    if local in ROLE_NAMES or "noreply" in labels:
        return False
    if labels[-1] in RESERVED_TLDS or labels[-1] in FILE_SUFFIXES or ".".join(labels[-2:]) in RESERVED_DOMAINS:
        return False
    return text[end : end + 1] != "@"


def is_public_address(text: str, start: int, end: int) -> bool:
    """False for private, loopback, documentation and reserved addresses, resolvers like 8.8.8.8, and versions."""
    value = text[start:end]
    try:
        address = ipaddress.ip_address(value.partition("/")[0].strip("[]"))
    except ValueError:
        return False
    if not address.is_global or address.is_multicast:
        return False
    if address.version == 6:
        return ":" in value.strip(":") and len(value) >= 6
    if max(address.packed) < 10 or _VERSION_BEFORE.search(text, max(0, start - 12), start):
        return False
    return not (text[start - 1 : start] == "." or (text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()))


def is_phone(text: str, start: int, end: int) -> bool:
    """False for dates, decimals, timestamps, fictional numbers, and bare digits that nothing calls a phone."""
    value = text[start:end].strip()
    count = sum(c.isdecimal() for c in value)
    if not 7 <= count <= 15 or _DATE.fullmatch(value) or _DECIMAL.fullmatch(value) or _FICTIONAL.fullmatch(value):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or (before in "._-/=#" and before) or after.isalnum() or after == "_":
        return False
    if value.isdecimal():
        return _PHONE_WORD.search(text, max(0, start - 40), start) is not None
    return True


GUARDS: Mapping[str, Guard] = {
    "CREDIT_CARD": is_real_card,
    "CREDIT_CARD_TEST": is_card_like,
    "CARD_VERIFICATION_VALUE": is_verification_value,
    "EMAIL_ADDRESS": is_mailbox,
    "IP_ADDRESS": is_public_address,
    "PHONE_NUMBER": is_phone,
}

"""Per-entity noise guards: values of the right shape that are nobody's data.

Documentation domains and addresses, image names like `icon@2x.png`, version numbers, timestamps. They stand beside the
rules rather than in them since they hold for every rule that reports the entity.
"""

import ipaddress
from collections.abc import Callable, Mapping
from itertools import pairwise

import regex

from detectors.guards.card import is_card_like, is_real_card, is_verification_value
from detectors.guards.code import is_persons_address
from detectors.guards.phone import is_phone
from detectors.presidio import is_domain

Guard = Callable[[str, int, int], bool]
"""(text, start, end) -> whether text[start:end] may be reported."""

# RFC 2606, RFC 6761, and what the mDNS and home-network RFCs reserve
RESERVED_TLDS = frozenset({"test", "example", "invalid", "localhost", "local", "internal", "lan", "arpa", "onion"})
RESERVED_DOMAINS = frozenset(
    "example.com example.net example.org email.com domain.com yourdomain.com your-domain.com yourcompany.com"
    " mydomain.com company.com".split()
)
FILE_SUFFIXES = frozenset(
    "png jpg jpeg gif svg webp ico css scss js mjs ts tsx jsx json yaml yml toml py rb go rs c h cpp java kt txt lock"
    " html xml csv log conf cfg ini".split()
)
ROLE_NAMES = frozenset({"noreply", "no-reply", "donotreply", "do-not-reply", "git", "nobody"})

_VERSION_BEFORE = regex.compile(
    r"(?i)(?:\bv|\bver|\bversions?|\brelease|\brev|\bbuild|\bspec|\bsection|\bchapter|\bchrome/|\bsafari/"
    r"|[=<>~^!]=|[~^@]|(?<!/)/)[\s:=\"']{0,3}$"
)
_SPELT_AT = regex.compile(r"\s*[\[({<]\s*(?:at|@|klammeraffe|arroba)\s*[\])}>]\s*|\s*_at_\s*|\sat\s")
_SPELT_DOT = regex.compile(r"\s*[\[({<]\s*(?:dot|punkt|punto|\.)\s*[\])}>]\s*|_dot_|\sdot\s")
_LOGIN_BEFORE = regex.compile(
    r"(?:://|://[^\s@/=?]{1,40}:|\b(?:ssh|scp|sftp|rsync|mosh)(?:\s-\S+(?:\s[\w./]+)?){0,4}\s)$"
)
_CODE_AFTER = regex.compile(r"[(\[]|:(?:[/~]|[\w.-]+/|[\w-]+\.git)")
_PRIVATE = tuple(ipaddress.ip_network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_DOCUMENTATION = ipaddress.ip_network("2001:db8::/32")
_HEX_PAIR = regex.compile(r"[0-9a-f]{2}")
_MAC_WORD = regex.compile(
    r"(?i)(?<![a-z])(?:mac|hw_?addr|hardware|ether(?:net)?|bssid|wi-?fi|bluetooth|lladdr|nic|device)(?![a-z])"
)


def is_mailbox(text: str, start: int, end: int) -> bool:
    """False for documentation and reserved domains, file names, role accounts, hosts to log in to, code with an `@`."""
    value = _SPELT_DOT.sub(".", _SPELT_AT.sub("@", text[start:end].lower()))
    local, _, domain = value.rpartition("@")
    labels = domain.split(".")
    if local.strip('"') in ROLE_NAMES or "noreply" in labels or not is_domain(domain):
        return False
    if labels[-1] in RESERVED_TLDS or labels[-1] in FILE_SUFFIXES or ".".join(labels[-2:]) in RESERVED_DOMAINS:
        return False
    if labels[-2] == "example" or (len(labels) > 2 and labels[-3] == "example"):
        return False
    return not (_LOGIN_BEFORE.search(text, max(0, start - 80), start) or _CODE_AFTER.match(text, end))


def is_address(text: str, start: int, end: int) -> bool:
    """False for loopback, link-local, documentation and reserved addresses, resolvers like 8.8.8.8, and versions."""
    value = text[start:end]
    try:
        address = ipaddress.ip_address(value.partition("/")[0].strip("[]"))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return _is_sixth(address, value)
    if not (address.is_global or any(address in network for network in _PRIVATE)) or address.is_multicast:
        return False
    if max(address.packed) < 10 or _VERSION_BEFORE.search(text, max(0, start - 12), start):
        return False
    return not (text[start - 1 : start] == "." or (text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()))


def _is_sixth(address: ipaddress.IPv6Address, value: str) -> bool:
    """Written out it may be any that isn't reserved, since generated ones rarely are global; eight bytes are not."""
    if address.is_loopback or address.is_link_local or address in _DOCUMENTATION:
        return False
    groups = value.split(":")
    if len(groups) == 8 and "" not in groups:
        return max(len(group) for group in groups) > 2 and len(set(groups)) > 2
    return (address.is_global or address.is_private) and ":" in value.strip(":") and len(value) >= 6


def is_hardware_address(text: str, start: int, end: int) -> bool:
    """False for none, all, groups, examples, and digits alone that nothing names."""
    value = text[start:end].lower()
    octets = _HEX_PAIR.findall(value)
    if len(set(octets)) < 3 or int(octets[0], 16) & 1 or octets[:4] == ["00", "00", "5e", "00"]:
        return False
    steps = {int(after, 16) - int(before, 16) for before, after in pairwise(octets)}
    if len(steps) == 1 or value.replace("-", ":").startswith(("de:ad:be:ef", "00:11:22", "12:34:56", "aa:bb:cc")):
        return False
    named = _MAC_WORD.search(text, max(0, start - 40), start) is not None
    return named or ("." not in value and any(c in "abcdef" for c in value))


GUARDS: Mapping[str, Guard] = {
    "ADDRESS": is_persons_address,
    "CREDIT_CARD": is_real_card,
    "CREDIT_CARD_TEST": is_card_like,
    "CARD_VERIFICATION_VALUE": is_verification_value,
    "EMAIL_ADDRESS": is_mailbox,
    "IP_ADDRESS": is_address,
    "MAC_ADDRESS": is_hardware_address,
    "PHONE_NUMBER": is_phone,
}

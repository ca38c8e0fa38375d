"""Does a value look like a secret? Placeholders, templates, code, names and paths don't; mixed or random characters do.

Pure functions on the value alone. The generic assignment detector asks them about every assignment, and rules about
what their pattern captured (checks `not-placeholder` and `plausible-secret`).
"""

import math
import re
from collections import Counter

from detectors.assignment.rarity import rarity

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_SYMBOL = re.compile(r"""[^\w\s.=:,/\\"'<>-]""")
"""Not those that code puts between words, which don't make a word a password."""

_PLACEHOLDER_PART = re.compile(
    r"""(?ix) your | change[_\ -]?me | example | placeholder | redacted | dummy | replace | insert | todo | fixme
      | x{4} | \*{3} | ^\*\w+\*$ | \.{3} | … | lorem | foobar | my[_-]?(?:secret|token|pass|api|key)"""
)
_PLACEHOLDER = re.compile(
    r"""(?ix) none | null | nil | true | false | undefined | unset | empty | n/a | required | optional | string | str
      | int | bytes | boolean | secret | password | passwd | token | test | testing | default | admin | root | user
      | abc123 | foo | bar | secret_?key | api_?key | access_?token | bearer"""
)
_TEMPLATE = re.compile(
    r"\$[({][\w.:|?/ -]{1,60}[)}]|\$\(|^\$[A-Za-z_]\w*$|\{\{[\w.:|?/$\"' ()-]*\}\}|^\{\{$"
    r"|\{[A-Za-z_][\w.:!]*(?:[\[(][^{}]{0,60})?\}"
    r"|%\(\w+\)|%[sdrv](?![A-Za-z0-9])|<[^<>]+>|^<|#\{|^\$\$|^%\w+%$|\$\{?[A-Z_]{4}|^[@_]{2}\w+[@_]{2}$"
)
_EXPRESSION = re.compile(
    r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.|!\.)[A-Za-z_$][\w$]*)+[!?;.:]*|[A-Za-z_$][\w$]*[!?;.:]*=?"
)
_CAMEL_NAME = re.compile(r"[a-z]*+(?:[A-Z]{2,}+\d?+|[A-Z][a-z]{2,}+\d?+){3,}+")
_DOTTED = re.compile(r"[A-Za-z_][\w-]{0,19}(?:[.:/#][A-Za-z_][\w-]{0,23})+")
_WORDS_ONLY = re.compile(r"[-_ ]*(?:[A-Za-z]+\d{0,2}[-_./:, ]+)+(?:[A-Za-z]+\d{0,2}[.!?:]?)?")
_CAPS_NAME = re.compile(r"[A-Z][A-Z0-9]{0,15}(?:_[A-Z0-9]{1,15})+")
_NUMBER = re.compile(r"[+-]?[\d.,_]+\s?[A-Za-z%]{0,3}|v?\d++(?:\.\d++)++[\w.+-]*|0x[0-9a-fA-F]{1,8}")
_DIGITS = re.compile(r"\d{6,}")
_HEX = re.compile(r"(?=.{0,30}\d)(?=.{0,30}[a-fA-F])(?:[0-9a-f]{16,128}|[0-9A-F]{16,128})")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,12}://[^\s:@]*")
_NUMBERED = re.compile(
    r"(?i)(?:(?:an?|the|some|test|fake|sample|bad|good|wrong|(?:in)?valid|new|old|very|(?:in)?correct)[-_ ]?){0,4}"
    r"(?:api|client|access|auth|user|bearer|refresh|session|shared|db|admin|root|oauth|id|csrf|secret|private)?[-_ ]?"
    r"(?:pass(?:word|wd|phrase|code)?|pwd?|secret|token|key|credentials?|value|user|cookie|jwt)[-_ ]?"
    r"(?:\d{0,3}|abc|xyz|here)"
)
"""What tests and documentation call their values: `test-token-1`, `secret_key2`."""
_FRAGMENT = re.compile(
    r"[\"'`][+.,].*|[)\]}][,;?.:]+.*[(\[{].*|(?:urn|arn):.*|[A-Z][a-z]\w*\[[\w, .]*\]|(?:\\x[0-9a-fA-F]{2})+"
    r"|.*/\*.*|.*[^\"'`][+,][\"'`]"
)
"""What is left when a quote was the end of one string and the beginning of the next."""
_PADDED = re.compile(r"[A-Za-z0-9+/]{6,}={1,2}")
_ODD = re.compile(r"[^\w\s.=:,/-]")
_CODE_SIGNS = ("){", "()", ");", "||", "&&", "=>", "</", "):")
_PLAIN_WORD = re.compile(r"[a-z]{5,20}(?:-[a-z]{3,12}){0,6}")
_PHRASE = re.compile(r"[a-z]{3,12}(?:[ -][a-z]{3,12}){3,23}")
_SENTENCE_WORDS = frozenset(
    """
    the for your and are enter must please with this that from not use used when which will can has have was of to is
    password passphrase key token secret invalid required
    """.split()
)
_VOCABULARY = frozenset(
    """
    password passwd passwort kennwort contrasena senha secret token string object boolean number admin root user users
    login username email default value field hidden input text required optional basic bearer digest plain plaintext
    none false true null undefined example sample dummy fake test tests testing testpass mypass mypassword redacted
    masked removed private public changeme change name label type auto prompt never always oauth oauth2 cookie session
    header query body param file path vault env environment invalid valid wrong incorrect credentials credential
    kerberos ldap saml ntlm client server local remote postgres mysql mongo redis guest encrypted cleartext md5 scram
    trust peer self this here missing empty blank unset unknown some somepass somepassword something anything whatever
    update create delete reset forgot confirm confirmation repeat retype current strong weak medium visible show hide
    toggle toggled error warning info success grant external internal static dynamic simple custom identity generated
    random
    """.split()
)
"""Words that stand behind `password` without being one."""
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "01234567890123456789",
    "0123456789abcdef0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba9876543210",
    "12345678901234567890",
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PATH = re.compile(r"(?:[a-z][a-z0-9+.-]{1,12}://|\.{0,2}/|~/|[A-Za-z]:[\\/]|@[\w-]+/)[\w\-./\\:@~+#?=&%]*")
_SYSTEM_PATH = re.compile(r"/(?:etc|usr|var|opt|tmp|proc|sys|dev|run|bin|sbin|lib|srv|mnt|root|home)/[\w\-./@]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*")
_INTEGRITY = re.compile(r"(?:sha(?:1|256|384|512)|md5)[-:=].*")
_SELECTOR = re.compile(r"[#.][A-Za-z][\w-]*|\[.*\](?:\(.*\))?|//.*")
_REGEX = re.compile(
    r".*(?:\[[^\[\]]*\w-\w[^\[\]]*\][+*{)$]|\(\?[:!=<P]|\\[wdsbWDSB][+*{?)\]]|\[[_\-. ]{1,5}\][?*+]?).*"
)
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_KNOWN_NAMES = frozenset("oauth2 sha256 sha512 base64 utf8 hs256 rs256 es256 bcrypt argon2 auth0 pbkdf2 md5".split())


def is_secret(value: str, is_password: bool, quoted: bool) -> bool:
    """Whether a value assigned to a secret's name is one, and not a placeholder, an expression or a name."""
    if len(value) < (6 if is_password else 12) or (not quoted and is_code(value)):
        return False
    return (looks_chosen(value) if is_password else is_random(value)) and not is_benign(value)


def is_benign(value: str) -> bool:
    """Placeholders, templates, names, paths, numbers: what stands for a secret, or isn't one."""
    return is_stand_in(value) or (any(pattern.fullmatch(value) for pattern in _NAMES) and not is_random(value))


def is_stand_in(value: str) -> bool:
    """What stands in a secret's place, whatever its characters: placeholders, templates, patterns, rows of keys."""
    return (
        value.lower() in _KNOWN_NAMES
        or len(set(value)) < 4
        or _PLACEHOLDER_PART.search(value) is not None
        or any(pattern.fullmatch(value) for pattern in _STAND_INS)
        or (_TEMPLATE.search(value) is not None and not is_salt(value))
        or _is_row(value)
    )


_STAND_INS = (_PLACEHOLDER, _SYSTEM_PATH, _DATE, _INTEGRITY, _SELECTOR, _REGEX, _MAILBOX, _URL, _NUMBERED, _FRAGMENT)
_NAMES = (_DOTTED, _CAPS_NAME, _UUID, _PATH, _WORDS_ONLY)


def _is_row(value: str) -> bool:
    """Characters in the order of the alphabet or the keyboard, or one piece over and over: typed, not made."""
    lower = value.lower()
    if len(lower) > 8 and lower in (lower[:4] * 70)[: len(lower)]:
        return True
    return len(lower) >= 8 and any(lower in row or lower[:12] in row for row in _ROWS)


def is_code(value: str) -> bool:
    """An unquoted value that reads as an expression: an attribute path, an identifier without digits, an operator."""
    if _EXPRESSION.fullmatch(value):
        return (
            "." in value
            or not is_mixed(value)
            or _CAMEL_NAME.fullmatch(value) is not None
            or value.endswith(("=", ":", ";"))
        )
    return value[0] in "&*!=+/-" and value[1:2].isalpha() and value[1:].isidentifier()


def is_mixed(value: str) -> bool:
    """Letters and digits, or letters and a symbol that code doesn't put between words."""
    if _PADDED.fullmatch(value) and len(value) % 4 == 0 and not value.islower() and not value.isupper():
        return True
    return _LETTER.search(value) is not None and (_DIGIT.search(value) is not None or _SYMBOL.search(value) is not None)


def looks_chosen(value: str) -> bool:
    """Like something a person or a generator chose: mixed characters, or digits alone when there are enough."""
    if _SPACE.search(value):
        return False
    if _NUMBER.fullmatch(value):
        return _DIGITS.fullmatch(value) is not None
    return is_mixed(value) or is_random(value)


def is_strong(value: str) -> bool:
    """As password rules want it: letters, digits, and a symbol or both cases; stranger than names with a number are."""
    if _SPACE.search(value) or not _LETTER.search(value) or not _DIGIT.search(value) or _NUMBER.fullmatch(value):
        return False
    is_varied = _SYMBOL.search(value) is not None or (value.lower() != value and value.upper() != value)
    return is_varied and rarity(value) > -1.6


def is_word(value: str) -> bool:
    """One lower-case word, or several joined by dashes: what only the plainest of names makes a password."""
    return _PLAIN_WORD.fullmatch(value) is not None and not any(part in _VOCABULARY for part in value.split("-"))


def is_phrase(value: str) -> bool:
    """Words of a passphrase or a wallet's seed, and no sentence."""
    return _PHRASE.fullmatch(value) is not None and _SENTENCE_WORDS.isdisjoint(re.split("[ -]", value))


def looks_like_uuid(value: str) -> bool:
    return _UUID.fullmatch(value) is not None


def is_uuid(value: str) -> bool:
    """A UUID that could be a key: neither all zeros nor the one that documentation prints."""
    return looks_like_uuid(value) and not value.startswith(("00000000-", "12345678-", "123e4567-e89b-"))


def is_salt(value: str) -> bool:
    """All the keyboard's characters in a row, as generators of salts and keys write them; blanks are among them."""
    if len(value) < 20 or value.count(" ") * 16 > len(value):
        return False
    odd = _ODD.findall(value)
    if any(sign in value for sign in _CODE_SIGNS):
        return False
    return len(odd) * 6 >= len(value) and len(set(odd)) >= 5 and len(set(value)) * 2 >= min(len(value), 50)


def is_random(value: str, at_least: float = 0.0) -> bool:
    """Of one piece, and more like chance than like code; hex digits in numbers that generators give."""
    if is_salt(value):
        return True
    if any(sign in value for sign in _CODE_SIGNS):
        return False
    if len(value) < 8 or _SPACE.search(value) or _NUMBER.fullmatch(value):
        return False
    return rarity(value) > at_least or (_HEX.fullmatch(value) is not None and len(set(value)) >= 7)


def shannon(value: str) -> float:
    """Shannon entropy of the characters, bits per character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())

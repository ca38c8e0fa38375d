"""Does a value look like a secret? Placeholders, templates, code, names and paths don't; mixed or random characters do.

Pure functions on the value alone. The generic assignment detector asks them about every assignment, and rules about
what their pattern captured (checks `not-placeholder` and `plausible-secret`).
"""

import math
import re
from collections import Counter

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_VOWEL = re.compile(r"(?i)[aeiouy]")
_HUMP = re.compile(r"[a-z][A-Z]")
_SYMBOL = re.compile(r"""[^\w\s.=:,/\\"'<>-]""")
"""Not those that code puts between words, which don't make a word a password."""

_PLACEHOLDER_PART = re.compile(
    r"""(?ix) your | change[_\ -]?me | example | placeholder | redacted | dummy | replace | insert | todo | fixme
      | x{4} | \*{3} | \.{3} | … | lorem | foobar | my[_-]?(?:secret|token|pass|api|key)"""
)
_PLACEHOLDER = re.compile(
    r"""(?ix) none | null | nil | true | false | undefined | unset | empty | n/a | required | optional | string | str
      | int | bytes | boolean | secret | password | passwd | token | test | testing | default | admin | root | user
      | abc123 | foo | bar | secret_?key | api_?key | access_?token | bearer"""
)
_TEMPLATE = re.compile(
    r"\$[({A-Za-z_]|\{\{|\}\}|\{[A-Za-z_][\w.:!]*\}|%\(|%[sdrv](?![A-Za-z0-9])|<[^<>]+>|#\{|\$\$|%\w+%"
)
_EXPRESSION = re.compile(
    r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.|!\.)[A-Za-z_$][\w$]*)+[!?;.:]*|[A-Za-z_$][\w$]*[!?;.:]*=?"
)
_CAMEL_NAME = re.compile(r"[a-z]*+(?:[A-Z]{2,}+\d?+|[A-Z][a-z]{2,}+\d?+){3,}+")
_DOTTED = re.compile(r"[A-Za-z_][\w-]{0,19}(?:[.:/][A-Za-z_][\w-]{0,19})+")
_WORDS_ONLY = re.compile(r"[-_ ]*(?:[A-Za-z]+\d{0,2}[-_./:, ]+)+(?:[A-Za-z]+\d{0,2}[.!?:]?)?")
_CAPS_NAME = re.compile(r"[A-Z][A-Z0-9]{0,15}(?:_[A-Z0-9]{1,15})+")
_NUMBER = re.compile(r"[+-]?[\d.,_]+\s?[A-Za-z%]{0,3}|v?\d++(?:\.\d++)++[\w.+-]*|0x[0-9a-fA-F]{1,8}")
_DIGITS = re.compile(r"\d{6,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PATH = re.compile(r"(?:[a-z][a-z0-9+.-]{1,12}://|\.{0,2}/|~/|[A-Za-z]:[\\/]|@[\w-]+/)[\w\-./\\:@~+#?=&%]*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*")
_INTEGRITY = re.compile(r"(?:sha(?:1|256|384|512)|md5)[-:=].*")
_SELECTOR = re.compile(r"[#.][A-Za-z][\w-]*|\[.*\]|//.*")
_REGEX = re.compile(r".*(?:\[[^\[\]]*\w-\w[^\[\]]*\][+*{)$]|\(\?[:!=<P]|\\[wdsbWDSB][+*{?)\]]).*")
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_KNOWN_NAMES = frozenset("oauth2 sha256 sha512 base64 utf8 hs256 rs256 es256 bcrypt argon2 auth0 pbkdf2 md5".split())


def is_secret(value: str, is_password: bool, quoted: bool) -> bool:
    """Whether a value assigned to a secret's name is one, and not a placeholder, an expression or a name."""
    if len(value) < (6 if is_password else 12) or (not quoted and is_code(value)):
        return False
    return (_is_password(value) if is_password else _is_random(value)) and not is_benign(value)


def is_benign(value: str) -> bool:
    """Placeholders, templates, names, paths, numbers: what stands for a secret, or isn't one."""
    return (
        value.lower() in _KNOWN_NAMES
        or len(set(value)) < 4
        or _PLACEHOLDER_PART.search(value) is not None
        or any(pattern.fullmatch(value) for pattern in _BENIGN)
        or _TEMPLATE.search(value) is not None
    )


_BENIGN = (
    _PLACEHOLDER, _DOTTED, _CAPS_NAME, _UUID, _PATH, _DATE, _INTEGRITY, _SELECTOR, _REGEX, _MAILBOX, _WORDS_ONLY,
)  # fmt: skip


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
    return _LETTER.search(value) is not None and (_DIGIT.search(value) is not None or _SYMBOL.search(value) is not None)


def _is_password(value: str) -> bool:
    """Like something a person or a generator chose: mixed characters, or digits alone when there are enough."""
    if _SPACE.search(value):
        return False
    if _NUMBER.fullmatch(value):
        return _DIGITS.fullmatch(value) is not None
    return is_mixed(value) or _is_random(value)


def _is_random(value: str) -> bool:
    """Long, of one piece, and with more surprise in it than words have."""
    if len(value) < 12 or _SPACE.search(value) or _NUMBER.fullmatch(value):
        return False
    if not _DIGIT.search(value) and _is_wordy(value):
        return False
    return shannon(value) >= min(3.0, 0.8 * math.log2(len(value)))


def _is_wordy(value: str) -> bool:
    """Letters that read as words: vowels at the usual rate, capitals only where words begin."""
    letters = len(_LETTER.findall(value))
    return len(_VOWEL.findall(value)) * 4 >= letters and len(_HUMP.findall(value)) * 4 <= letters


def shannon(value: str) -> float:
    """Shannon entropy of the characters, bits per character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())

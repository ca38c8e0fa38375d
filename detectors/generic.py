"""The generic assignment detector: does this name promise a secret, and does this value look like one?

The rule `generic-assignment` finds names and values; this file judges the pair. Nearly all its work is saying no: code
assigns expressions, identifiers, types, placeholders, paths and messages to names like `token` all day long.
"""

import math
import re
from collections.abc import Iterator
from functools import lru_cache

import regex

from detectors.matcher import Candidate, Matcher, shannon
from detectors.rule import Rule

MAX_VALUE_CHARS = 256

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_VOWEL = re.compile(r"(?i)[aeiouy]")
_HUMP = re.compile(r"[a-z][A-Z]")
_SYMBOL = re.compile(r"""[^\w\s.=:,/\\"'<>-]""")
"""Not those that code puts between words, which don't make a word a password."""

PASSWORD_WORDS = frozenset(
    "password passwd passphrase passcode passwort kennwort contrasena motdepasse senha pwd pass".split()
)
"""Names of secrets that people choose, which may be short; the others are made by machines and are long."""

NOT_SECRET_WORDS = frozenset(
    """
    count counts counter length len size type types name names id ids uri url path paths file files filename dir field
    fields label labels regex pattern patterns policy policies expiry expires expiration expire ttl timeout max min
    limit limits env var variable header headers prefix suffix placeholder hint error errors message messages msg title
    text help description format version algorithm algo alg required valid validator validation provider manager store
    class index idx pos position kind usage used endpoint param params parameter input element selector list budget rule
    rules strength hash hashed digest sha sha1 sha256 md5 checksum fingerprint salt iterations encoder encoding
    tokenizer ref refs reference arn scope scopes issuer audience lifetime duration interval rate window offset start
    end begin stream splitter separator delimiter status state enabled disabled mode cost price usd public visible
    changed reset forgot confirmation match mismatch mapping map table column schema key_id keyid limit_per
    """.split()
)
"""A name with one of these in it names something about a secret, not the secret."""

LEADING_NOT_SECRET = frozenset("max min num total n next prev page public count input output prompt completion".split())

_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
_NAME_PART = re.compile(r"(?i)pass|pwd|secret|token|key|cred|api|access|kennwort|contras|mot|senha")
_WORD = regex.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PLACEHOLDER_PART = re.compile(
    r"""(?ix) your | change[_\ -]?me | example | placeholder | redacted | dummy | replace | insert | todo | fixme
      | x{4} | \*{3} | \.{3} | … | lorem | foobar | my[_-]?(?:secret|token|pass|api|key)"""
)
_PLACEHOLDER = re.compile(
    r"""(?ix) none | null | nil | true | false | undefined | unset | empty | n/a | required | optional | string | str
      | int | bytes | boolean | secret | password | passwd | token | test | testing | default | admin | root | user
      | abc123 | foo | bar | secret_?key | api_?key | access_?token | bearer"""
)
_TEMPLATE = regex.compile(
    r"\$[({A-Za-z_]|\{\{|\}\}|\{[A-Za-z_][\w.:!]*\}|%\(|%[sdrv](?![A-Za-z0-9])|<[^<>]+>|#\{|\$\$|%\w+%"
)
_EXPRESSION = regex.compile(
    r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.|!\.)[A-Za-z_$][\w$]*)+[!?;.:]*|[A-Za-z_$][\w$]*[!?;.:]*=?"
)
_DOTTED = regex.compile(r"[A-Za-z_][\w-]{0,19}(?:[.:/][A-Za-z_][\w-]{0,19})+")
_WORDS_ONLY = regex.compile(r"[-_ ]*(?:[A-Za-z]+\d{0,2}[-_./:, ]+)+(?:[A-Za-z]+\d{0,2}[.!?:]?)?")
_CAPS_NAME = regex.compile(r"[A-Z][A-Z0-9]{0,15}(?:_[A-Z0-9]{1,15})+")
_NUMBER = regex.compile(r"[+-]?[\d.,_]+\s?[A-Za-z%]{0,3}|v?\d+(?:\.\d+)+[\w.+-]*|0x[0-9a-fA-F]{1,8}")
_DIGITS = regex.compile(r"\d{6,}")
_UUID = regex.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PATH = regex.compile(r"(?:[a-z][a-z0-9+.-]{1,12}://|\.{0,2}/|~/|[A-Za-z]:[\\/]|@[\w-]+/)[\w\-./\\:@~+#?=&%]*")
_DATE = regex.compile(r"\d{4}-\d\d-\d\d.*")
_INTEGRITY = regex.compile(r"(?:sha(?:1|256|384|512)|md5)[-:=].*")
_SELECTOR = regex.compile(r"[#.][A-Za-z][\w-]*|\[.*\]|//.*")
_MAILBOX = regex.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_KNOWN_NAMES = frozenset("oauth2 sha256 sha512 base64 utf8 hs256 rs256 es256 bcrypt argon2 auth0 pbkdf2 md5".split())


class Generic(Matcher):
    """The matcher of `generic-assignment`. Its keywords double as the lexicon of secret names."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self._lexicon = tuple({"".join(c for c in word if c.isalnum()) for word in self.keywords})
        self._promises = lru_cache(maxsize=4096)(self._name_promises)

    def confirm(self, text: str, start: int, last: int, end: int) -> Iterator[Candidate]:
        """As `Matcher.confirm`, but tries the pattern only where a name that promises a secret begins."""
        assert self.pattern is not None
        done = -1
        for token in _TOKEN.finditer(text, start, min(last, end)):
            if token.start() < done or not _NAME_PART.search(token[0]):
                continue
            match = self.pattern.match(text, token.start(), end)
            if match is None:
                continue
            promise = self._promises(match["name"])
            if promise is None:
                continue
            value_start, done = match.span("value")  # names inside a judged value aren't names
            if self._looks_assigned(text, match.end("name"), value_start, done, promise):
                yield Candidate(self, value_start, done, self.rule.score, None)

    def in_field(self, field: str, text: str) -> Candidate | None:
        """The whole text as the value of a field, when the field's name promises a secret."""
        promise = self._promises(field)
        if promise is None or not 4 <= len(text) <= MAX_VALUE_CHARS:
            return None
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        if start >= end or not is_secret(text[start:end], promise, quoted=True):
            return None
        return Candidate(self, start, end, self.rule.score, None)

    def _name_promises(self, name: str) -> bool | None:
        """True: a password. False: a machine-made secret. None: neither."""
        words = [word.lower() for word in _WORD.findall(name)]
        joined = "".join(words)
        if not words or not any(word in joined for word in self._lexicon):
            return None
        if words[0] in LEADING_NOT_SECRET or not NOT_SECRET_WORDS.isdisjoint(words):
            return None
        if words[-1].endswith("s") and words[-1] in ("tokens", "secrets", "credentials", "passwords"):
            return None
        return any(word in joined for word in PASSWORD_WORDS)

    def _looks_assigned(self, text: str, name_end: int, start: int, end: int, is_password: bool) -> bool:
        before = text[start - 1] if start else ""
        quoted = before in "\"'`>" and before != ""
        operator = text[name_end:start]
        if not quoted and text[end : end + 1] in ("(", "[", "{"):
            return False
        value = text[start:end]
        if operator.isspace() or " is " in operator or " was " in operator:  # a flag's argument, or prose
            flag = text.rfind("-", max(0, name_end - 80), name_end) >= 0 or " is " in operator or " was " in operator
            return flag and is_secret(value.rstrip(".!?:"), is_password, quoted) and _is_mixed(value.rstrip(".!?:"))
        return is_secret(value, is_password, quoted)


def is_secret(value: str, is_password: bool, quoted: bool) -> bool:
    """Whether a value assigned to a secret's name is one, and not a placeholder, an expression or a name."""
    if len(value) < (6 if is_password else 12) or (not quoted and _is_code(value)):
        return False
    return (_is_password(value) if is_password else _is_random(value)) and not _is_benign(value)


def _is_benign(value: str) -> bool:
    """Placeholders, templates, names, paths, numbers: what stands for a secret, or isn't one."""
    return (
        value.lower() in _KNOWN_NAMES
        or len(set(value)) < 4
        or _PLACEHOLDER_PART.search(value) is not None
        or any(pattern.fullmatch(value) for pattern in _BENIGN)
        or _TEMPLATE.search(value) is not None
    )


_BENIGN = (
    _PLACEHOLDER, _DOTTED, _CAPS_NAME, _UUID, _PATH, _DATE, _INTEGRITY, _SELECTOR, _MAILBOX, _WORDS_ONLY,
)  # fmt: skip


def _is_code(value: str) -> bool:
    """An unquoted value that reads as an expression: an attribute path, an identifier without digits, an operator."""
    if _EXPRESSION.fullmatch(value):
        return "." in value or not _is_mixed(value) or value.endswith(("=", ":", ";"))
    return value[0] in "&*!=+/-" and value[1:2].isalpha() and value[1:].isidentifier()


def _is_mixed(value: str) -> bool:
    """Letters and digits, or letters and a symbol that code doesn't put between words."""
    return _LETTER.search(value) is not None and (_DIGIT.search(value) is not None or _SYMBOL.search(value) is not None)


def _is_password(value: str) -> bool:
    """Like something a person or a generator chose: mixed characters, or digits alone when there are enough."""
    if " " in value and value.count(" ") > 3:
        return False
    if _NUMBER.fullmatch(value):
        return _DIGITS.fullmatch(value) is not None
    return _is_mixed(value) or _is_random(value)


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

"""The generic assignment detector: does this name promise a secret, and does this value look like one?

The rule `generic-assignment` finds names and values; this file judges the pair. Nearly all its work is saying no: code
assigns expressions, identifiers, types, placeholders, paths and messages to names like `token` all day long.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from detectors.label import NO_LABELS, Labels
from detectors.matcher import Candidate, Matcher
from detectors.plausible import is_mixed, is_secret
from detectors.rule import Rule

MAX_VALUE_CHARS = 256

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
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Generic(Matcher):
    """The matcher of `generic-assignment`. Its keywords double as the lexicon of secret names."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self._lexicon = tuple({"".join(c for c in word if c.isalnum()) for word in self.keywords})
        self._promises = lru_cache(maxsize=4096)(self._name_promises)

    def confirm(self, text: str, start: int, last: int, end: int, labels: Labels = NO_LABELS) -> Iterator[Candidate]:
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
            return flag and is_secret(value.rstrip(".!?:"), is_password, quoted) and is_mixed(value.rstrip(".!?:"))
        return is_secret(value, is_password, quoted)

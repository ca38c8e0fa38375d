"""The generic assignment detector: does this name promise a secret, and does this value look like one?

`grammar.py` reads name, value and form, `promise.py` knows names, `plausible.py` values, `rarity.py` chance; here
they are weighed. Nearly all the work is saying no: code assigns expressions, identifiers, types, placeholders, paths
and messages to names like `token` all day long.
"""

import re
from collections.abc import Iterator

from detectors.assignment.grammar import MAX_VALUE_CHARS, Assignment, Form, expression, read, value_expressions
from detectors.assignment.plausible import (
    is_benign,
    is_code,
    is_mixed,
    is_phrase,
    is_random,
    is_stand_in,
    is_strong,
    is_uuid,
    is_word,
    looks_chosen,
    looks_like_uuid,
)
from detectors.assignment.promise import Promise, is_plain, is_vendor, promise_of
from detectors.guards.code import is_in_test
from detectors.label import NO_LABELS, Labels
from detectors.matcher import Candidate, Matcher
from detectors.plan import Plan

LEAST_PASSWORD_CHARS = 6
LEAST_PLAIN_CHARS = 4
LEAST_SECRET_CHARS = 10
LEAST_HINTED_CHARS = 16
LEAST_CHOSEN_CHARS = 8

_FILE_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})")

_CODE_SIGN = re.compile(r"[;{}()]|\b(?:def|class|import|return|self|this|const|let|var|func)\b")
_CODE_CHARS = 160
_CONNECTION = re.compile(r"(?i)(?:server|data source|host|user ?id|uid|user|database|catalog|accountname)=[^;\s]")
_NOT_CALLED = re.compile(
    r"(?i)(?:^|[._])(?:get|read|ask|input|prompt|hash|check|valid|find|has|is|verify|parse|generate)"
)
_ENDS_SENTENCE = ".!?:"


class Generic(Matcher):
    """The matcher of `generic-assignment`.

    Its keywords are what the first pass looks for; its pattern says what a value may consist of at all.
    """

    def _first_pass(self) -> Plan:
        return Plan([expression(self.keywords), *value_expressions(self.keywords)], 0, 0)

    def confirm(self, text: str, start: int, last: int, end: int, labels: Labels = NO_LABELS) -> Iterator[Candidate]:
        """The candidate of the assignment whose operator ends at `last`. Reads around the window as far as it needs."""
        found = read(text, last)
        if found is None:
            return
        promise = promise_of(_full_name(text, found))
        if promise is None:
            return
        if _is_public(text, found):
            return
        end = found.end
        if found.form is Form.SPOKEN:
            while end > found.start and text[end - 1] in _ENDS_SENTENCE:
                end -= 1
        value = text[found.start : end]
        if self._may_be(value) and _is_credible(text, found, value, promise):
            yield Candidate(self, found.start, end, self.rule.score, None)

    def in_field(self, field: str, text: str) -> Candidate | None:
        """The whole text as the value of a field, when the field's name promises a secret."""
        promise = promise_of(field)
        if promise is None or not 4 <= len(text) <= MAX_VALUE_CHARS:
            return None
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        value = text[start:end]
        if not self._may_be(value) or not _is_value(value, promise, is_plain(field)):
            return None
        return Candidate(self, start, end, self.rule.score, None)

    def _may_be(self, value: str) -> bool:
        assert self.pattern is not None
        return self.pattern.fullmatch(value) is not None


def _full_name(text: str, found: Assignment) -> str:
    """The name, with the word before it when it alone says too little: `API key: ...`."""
    name = found.name.rpartition(" ")[2]
    if name.lower() != "key":
        return name
    return text[max(0, found.name_start - 16) : found.name_start].rpartition("\n")[2] + found.name


def _is_public(text: str, found: Assignment) -> bool:
    """A badge's token in its picture's address, a secret's resource name, the checksum of a file of keys, or the nonce
    of a WebSocket's handshake (RFC 6455, section 11.3.1)."""
    if found.name.lower().replace("_", "-").endswith("sec-websocket-key"):
        return True
    if text[max(0, found.name_start - 5) : found.name_start] == ".svg?":
        return True
    if "arn:" in text[max(0, found.name_start - 100) : found.name_start].rpartition(" ")[2]:
        return True
    is_file = found.name.endswith(".key") and text[found.start - 2 : found.start].strip() == ":"
    return is_file and _FILE_HASH.fullmatch(text, found.start, found.end) is not None


def _is_credible(text: str, found: Assignment, value: str, promise: Promise) -> bool:
    """Whether this value in this form is what the name promises."""
    match found.form:
        case Form.QUOTED:
            is_plain_name = is_plain(found.name) and not is_in_test(text, found.start, found.end)
            return _is_value(value, promise, is_plain_name)
        case Form.LINE:
            if is_code(value) and not _is_configured(text, found):
                return False
            return _is_value(value, promise, is_plain(found.name) and _is_configured(text, found))
        case Form.LOOSE:
            if promise is Promise.HINT or is_code(value) or text[found.end : found.end + 1] in ("(", "[", "{"):
                return False
            if value.isidentifier() and not _is_parameter(text, found):
                return is_random(value) and not is_benign(value)
            return _is_value(value, promise, False)
        case Form.PAIR:
            if promise is Promise.HINT:
                return is_vendor(found.name) and _is_value(value, promise, False) and is_random(value, 0.8)
            if _NOT_CALLED.search(found.name):
                return False
            return _is_value(value, promise, False) and is_random(value, -0.7)
        case Form.SPOKEN:
            if promise is Promise.HINT or (is_code(value) and not is_random(value)):
                return False
            if not (is_mixed(value) or is_random(value, 1.0)):
                return False
            return _is_value(value, promise, False)


def _is_parameter(text: str, found: Assignment) -> bool:
    """Whether it stands in an address's query or among a connection string's, where no code stands."""
    before = text[found.name_start - 1 : found.name_start] if found.name_start else ""
    if before in ("?", "&") and text[found.start - 1] == "=":
        return True
    around = text[max(0, found.name_start - _CODE_CHARS) : found.end + _CODE_CHARS]
    return (before == ";" or text[found.end : found.end + 1] == ";") and _CONNECTION.search(around) is not None


def _is_value(value: str, promise: Promise, is_plain_name: bool) -> bool:
    """Whether a literal is such a secret; `is_plain_name` lets ordinary words pass as passwords."""
    if promise is Promise.PASSWORD:
        if len(value) < (LEAST_PLAIN_CHARS if is_plain_name else LEAST_PASSWORD_CHARS):
            return False
        if is_plain_name and (is_word(value) or is_phrase(value)):
            return not is_stand_in(value)
        return looks_chosen(value) and not is_benign(value)
    if looks_like_uuid(value):
        return promise is Promise.SECRET and is_uuid(value)
    if promise is Promise.SECRET:
        if len(value) >= LEAST_SECRET_CHARS and is_random(value, -0.5):
            return not is_benign(value)
        return len(value) >= LEAST_CHOSEN_CHARS and is_strong(value) and not is_benign(value)
    return len(value) >= LEAST_HINTED_CHARS and is_random(value, 0.3) and not is_benign(value)


def _is_configured(text: str, found: Assignment) -> bool:
    """Whether a line stands in configuration: nothing around it reads as code."""
    name = found.name
    if text[found.start - 1] == "=" and name.isupper():
        return True  # an environment file or a shell's export
    around = text[max(0, found.name_start - _CODE_CHARS) : found.end + _CODE_CHARS]
    return _CODE_SIGN.search(around) is None

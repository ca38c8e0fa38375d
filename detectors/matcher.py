"""One rule made runnable: its first-pass expression, and the second look at a window where that expression hit.

`confirm` turns a window into candidates: pattern, keywords nearby, allowlist, entropy, checks, context, score. It
knows nothing of views, overlaps or other rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import regex

from detectors.checks import CHECKS
from detectors.guard import GUARDS
from detectors.plausible import shannon
from detectors.presidio import Recognizer
from detectors.rule import Rule
from detectors.shape import WIDTH_CAP, shape_of

GENERIC_ID = "generic-assignment"
"""The one rule whose candidates get a judge of their own, `generic.py`."""

SELECTIVE_BITS = 15.0
"""A sketch less selective than this (one hit per 32 kB of noise) loses against the rule's keywords."""

LEAST_BITS = 6.0
"""A sketch less selective than this hits everywhere; its rule must have keywords."""

RECOGNIZER_REACH = 120
"""Characters on either side of a trigger that a Presidio recognizer is shown: more than any value it knows is long."""

VERIFIED_BONUS = 0.1
REFUTED_PENALTY = 0.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible finding: which rule, where its value stands in the text it was looked for, how sure."""

    matcher: "Matcher"
    start: int
    end: int
    score: float
    verified: bool | None


class Matcher:
    """A rule, compiled. Raises ValueError naming what is wrong with it."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.pattern = _compile(rule.pattern) if rule.pattern is not None else None
        self.recognizer = Recognizer(rule.recognizer) if rule.recognizer is not None else None
        self.keywords = tuple(word.lower() for word in rule.keywords)
        self.checks = tuple(_check(name) for name in rule.checks)
        self.guard = GUARDS.get(rule.entity)
        self.allow = _alternation(rule.allow)
        self.context = _words(rule.context)
        self._needles = tuple({word.split()[0].lower() for word in rule.context})
        self._group = "value" if self.pattern is not None and "value" in self.pattern.groupindex else 0
        self.expression, self.before, self.after = self._first_pass()

    def _first_pass(self) -> tuple[bytes, int, int]:
        """The expression to look for, and how far before and after its hit a match can stand."""
        source = self.rule.pattern if self.rule.pattern is not None else self.rule.trigger
        shape = shape_of(source) if source is not None else None
        width = shape.width if shape is not None else WIDTH_CAP
        if self.recognizer is not None:
            reach = (shape.reach if shape else 0) + RECOGNIZER_REACH
            expression = shape.sketch if shape else _keyword_expression(self.keywords)
            return expression, reach, RECOGNIZER_REACH
        if shape is not None and (shape.bits >= SELECTIVE_BITS or (shape.bits >= LEAST_BITS and not self.keywords)):
            return shape.sketch, shape.reach, shape.width
        if not self.keywords:
            raise ValueError("pattern, expected something selective in it or keywords, found neither")
        return _keyword_expression(self.keywords), width, max(width, self.rule.near_chars)

    def confirm(self, text: str, start: int, last: int, end: int) -> Iterator[Candidate]:
        """Candidates whose match lies in text[start:end] and starts at `last` at the latest.

        What stands around the window is seen by look-arounds and context.
        """
        if self.rule.context_required and not self._in_context(text, start, last):
            return
        if self.keywords and not self._names_keyword(text[max(0, start - self.rule.near_chars) : end]):
            return  # a substring search over the window is cheaper than the pattern
        for match_start, match_end, value_start, value_end, hint in self._matches(text, start, end):
            if self.keywords and not self._has_keyword(text, match_start, match_end):
                continue
            if candidate := self._judge(text, match_start, value_start, value_end, hint):
                yield candidate

    def _matches(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int, int, float | None]]:
        if self.pattern is not None:
            for match in self.pattern.finditer(text, start, end):
                value_start, value_end = match.span(self._group)
                if value_start < value_end:
                    yield match.start(), match.end(), value_start, value_end, None
        elif self.recognizer is not None:
            for value_start, value_end, hint in self.recognizer.find(text, start, end):
                yield value_start, value_end, value_start, value_end, hint

    def _has_keyword(self, text: str, start: int, end: int) -> bool:
        return self._names_keyword(text[max(0, min(start, end - self.rule.near_chars)) : end])

    def _names_keyword(self, seen: str) -> bool:
        seen = seen.lower()
        return any(word in seen for word in self.keywords)

    def _judge(self, text: str, match_start: int, start: int, end: int, hint: float | None) -> Candidate | None:
        in_context = self._in_context(text, match_start, match_start)
        if self.rule.context_required and not in_context:
            return None
        value = text[start:end]
        if self.allow is not None and self.allow.fullmatch(value):
            return None
        if self.rule.entropy and shannon(value) < self.rule.entropy:
            return None
        if self.guard is not None and not self.guard(text, start, end):
            return None
        verified = self._verify(value)
        if verified is False and self.rule.gate:
            return None
        return Candidate(self, start, end, self._score(hint, verified, in_context), verified)

    def _verify(self, value: str) -> bool | None:
        answers = [check(value) for check in self.checks]
        if False in answers:
            return False
        return True if True in answers else None

    def _in_context(self, text: str, first: int, last: int) -> bool:
        """Whether a context word stands before a match that starts between `first` and `last`."""
        if self.context is None:
            return False
        low = max(0, first - self.rule.context_chars)
        seen = text[low:last].lower()
        for needle in self._needles:  # a few substring searches spare nearly all of the pattern's
            if needle in seen:
                return self.context.search(text, low, last) is not None
        return False

    def _score(self, hint: float | None, verified: bool | None, in_context: bool) -> float:
        score = self.rule.score if hint is None or hint >= 0.3 else hint
        score += self.rule.context_boost if in_context else 0.0
        score += VERIFIED_BONUS if verified else 0.0
        score -= REFUTED_PENALTY if verified is False else 0.0
        return round(min(1.0, max(0.0, score)), 3)


def _compile(pattern: str) -> "regex.Pattern[str]":
    try:
        return regex.compile(pattern, regex.VERBOSE | regex.ASCII | regex.V0)
    except regex.error as err:
        raise ValueError(f"pattern, expected a valid pattern, found: {err}") from err


def _check(name: str) -> Any:
    if name not in CHECKS:
        raise ValueError(f"checks, expected names among {', '.join(sorted(CHECKS))}, found {name!r}")
    return CHECKS[name]


def _alternation(patterns: tuple[str, ...]) -> "regex.Pattern[str] | None":
    return _compile("|".join(f"(?:{pattern}\n)" for pattern in patterns)) if patterns else None


def _words(words: tuple[str, ...]) -> "regex.Pattern[str] | None":
    """Whole words, any case, also as humps of a camelCase name and before digits; a space stands for `_` or `-` too."""
    if not words:
        return None
    alternatives = "|".join(
        r"[\s_-]*".join(regex.escape(part, special_only=True) for part in word.split()) for word in words
    )
    begins, ends = r"(?:(?<![^\W_])|(?<=[a-z0-9])(?=[A-Z]))", r"(?:(?![^\W\d_])|(?<=[a-z])(?=[A-Z]))"
    return regex.compile(f"{begins}(?i:{alternatives}){ends}")


def _keyword_expression(keywords: tuple[str, ...]) -> bytes:
    literals = (word.encode("latin-1", "replace") for word in keywords)
    return b"(?i:" + b"|".join(b"".join(b"\\x%02x" % byte for byte in word) for word in literals) + b")"

"""One rule made runnable: its first-pass expressions, and the second look at a window where one of them hit.

`confirm` turns a window into candidates: pattern, keywords nearby, allowlist, entropy, checks, context, score. It
knows nothing of views, overlaps or other rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import regex

from detectors.assignment.plausible import shannon
from detectors.checks.table import CHECKS
from detectors.context import word_expressions, words_pattern
from detectors.evidence import Evidence
from detectors.guards.code import FIELD_GUARDS
from detectors.guards.guard import GUARDS
from detectors.label import CLINICAL_FORMS, NO_LABELS, PAIR_FORM, Labelled, Labels
from detectors.plan import Plan
from detectors.presidio import Recognizer
from detectors.rule import Rule
from detectors.shape import WIDTH_CAP, Shape, shape_of

GENERIC_ID = "generic-assignment"
"""The one rule whose candidates get a judge of their own, `assignment/generic.py`."""

SELECTIVE_BITS = 15.0
"""A sketch less selective than this (one hit per 32 kB of noise) loses against the rule's keywords."""

LEAST_BITS = 6.0
"""A sketch less selective than this hits everywhere; its rule must have keywords."""

ANCHOR_CHARS = 3
"""A sketch with a literal of this length costs the first pass nearly nothing; one without is an automaton of its own,
fed with every byte.
"""

LONG_SKETCH_BYTES = 400
"""A sketch of many branches, anchored or not, costs more than its keywords, even short ones."""

RARE_CHARS = 4
"""Keywords this long are looked for in place of a costly sketch, or where they may stand outside the value (a vendor's
name); hits of shorter ones cost more than they save.
"""

COMMON_WORDS = frozenset(
    "name pass token secret client user host server http data node type path file test code apikey auth key pin pan pat"
    " fin har".split()
)
"""Nor are these looked for instead: they stand all over ordinary code."""

RECOGNIZER_REACH = 120
"""Characters on either side of a trigger that a Presidio recognizer is shown: more than any value it knows is long."""

LEAST_HINT = 0.3
"""What a recognizer scores lower than this it doubts itself; its score then stands for the rule's."""

VERIFIED_BONUS = 0.1
REFUTED_PENALTY = 0.2


_Answers = list[tuple[str, bool | None]]
"""Names of checks, and what each said."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible finding: which rule, where its value stands in the text it was looked for, how sure."""

    matcher: "Matcher"
    start: int
    end: int
    score: float
    verified: bool | None
    evidence: tuple[Evidence, ...] = ()


class Matcher:
    """A rule made runnable. Without a `plan` all of it is compiled at once; ValueError names what is wrong with it."""

    def __init__(self, rule: Rule, plan: Plan | None = None) -> None:
        self.rule = rule
        self.recognizer = Recognizer(rule.recognizer) if rule.recognizer is not None else None
        self.keywords = tuple(word.lower() for word in rule.keywords)
        self.checks = tuple((name, _check(name)) for name in rule.checks)
        self.guard = GUARDS.get(rule.entity)
        self.pair_guard = FIELD_GUARDS.get(rule.entity)
        self._needles = tuple(sorted({word.split()[0].lower() for word in rule.context}))
        self.is_field_rule = bool(rule.fields)
        self.looks_for_context = rule.context_required and bool(rule.near_chars) and not (rule.keywords or rule.trigger)
        self.plan = plan or self._compiled()

    @cached_property
    def pattern(self) -> "regex.Pattern[str] | None":
        return _compile(self.rule.pattern) if self.rule.pattern is not None else None

    @cached_property
    def allow(self) -> "regex.Pattern[str] | None":
        return _alternation(self.rule.allow)

    @cached_property
    def context(self) -> "regex.Pattern[str] | None":
        return words_pattern(self.rule.context)

    @cached_property
    def unless(self) -> "regex.Pattern[str] | None":
        return words_pattern(self.rule.unless)

    @cached_property
    def _group(self) -> str | int:
        return "value" if self.pattern is not None and "value" in self.pattern.groupindex else 0

    def _compiled(self) -> Plan:
        for compiled in (self.pattern, self.allow, self.context, self.unless):
            del compiled  # made, so that a fault in it is told now
        return self._first_pass()

    def _first_pass(self) -> Plan:
        """The expressions to look for, and how far before and after a hit of one a match can stand."""
        if self.is_field_rule:
            return Plan([], 0, 0)
        source = self.rule.pattern if self.rule.pattern is not None else self.rule.trigger
        shape = shape_of(source) if source is not None else None
        width = shape.width if shape is not None else WIDTH_CAP
        if self.recognizer is not None:
            reach = (shape.reach if shape else 0) + RECOGNIZER_REACH
            expressions = [shape.sketch] if shape else _keyword_expressions(self.keywords)
            return Plan(expressions, reach, RECOGNIZER_REACH)
        if self.rule.trigger is not None:
            trigger = shape_of(self.rule.trigger)
            if trigger is None or not trigger.bits:
                raise ValueError("trigger, expected a pattern the first pass can run, found another")
            return Plan([trigger.sketch], width + trigger.reach, width)
        if self.looks_for_context:
            before = width + self.rule.context_after_chars
            return Plan(word_expressions(self.rule.context), before, max(width, self.rule.near_chars))
        if self._prefers_keywords(shape):
            return Plan(_keyword_expressions(self.keywords), width, max(width, self.rule.near_chars))
        if shape is not None and (shape.bits >= SELECTIVE_BITS or (shape.bits >= LEAST_BITS and not self.keywords)):
            return Plan([shape.sketch], shape.reach, shape.width)
        if not self.keywords:
            raise ValueError("pattern, expected something selective in it or keywords, found neither")
        return Plan(_keyword_expressions(self.keywords), width, max(width, self.rule.near_chars))

    def _prefers_keywords(self, shape: Shape | None) -> bool:
        is_long = shape is None or len(shape.sketch) > LONG_SKETCH_BYTES
        shortest = min(map(len, self.keywords), default=0)
        if shortest < (ANCHOR_CHARS if is_long else RARE_CHARS) or not COMMON_WORDS.isdisjoint(self.keywords):
            return False
        return is_long or shape is None or shape.anchor < ANCHOR_CHARS or bool(self.rule.near_chars)

    def confirm(self, text: str, start: int, last: int, end: int, labels: Labels = NO_LABELS) -> Iterator[Candidate]:
        """Candidates whose match lies in text[start:end] and starts at `last` at the latest.

        What stands around the window is seen by look-arounds and context; `labels` are the text's labelled values.
        """
        if self.rule.context_required and not self._may_be_in_context(text, start, last, end, labels):
            return
        if self.keywords and not self._keyword_in(text[max(0, start - self.rule.near_chars) : end]):
            return  # a substring search over the window is cheaper than the pattern
        for match_start, match_end, value_start, value_end, hint in self._matches(text, start, end):
            keyword = self._keyword_of(text, match_start, match_end)
            if self.keywords and not keyword:
                continue
            proof = self._proof(text[value_start:value_end])  # the value alone rules most out, at least cost
            if proof is None or self._is_ruled_out(text, match_start, match_end, labels):
                continue
            context = self._context_of(text, match_start, match_end, labels)
            if self.rule.context_required and not context:
                continue
            if self.guard is not None and not self.guard(text, value_start, value_end):
                continue
            evidence = [self._found_by(hint)]
            if keyword:
                evidence.append(Evidence("keyword", keyword, 0.0))
            if context:
                evidence.append(Evidence("context", context, self.rule.context_boost))
            yield self._candidate(value_start, value_end, evidence, proof)

    def confirm_field(self, text: str, labelled: Labelled) -> Iterator[Candidate]:
        """Candidates in a value that stands under one of the rule's `fields`. A gating check or a clinical position
        outweighs the guards, which judge looks and the words before a value."""
        if self._is_ruled_out(text, labelled.start, labelled.end, NO_LABELS):
            return
        guard = None if labelled.form in CLINICAL_FORMS or self.rule.gate else self.guard
        if labelled.form == PAIR_FORM and self.pair_guard is not None:
            guard = self.pair_guard
        for start, end in self._values(text, labelled.start, labelled.end):
            proof = self._proof(text[start:end])
            if proof is not None and (guard is None or guard(text, start, end)):
                evidence = [Evidence("field", f"{labelled.entry} ({labelled.form})", self.rule.score)]
                yield self._candidate(start, end, evidence, proof)

    def _values(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        if self.pattern is not None:
            yield from (match.span(self._group) for match in self.pattern.finditer(text, start, end))
            return
        value = text[start:end]
        first = start + len(value) - len(value.lstrip())
        if value.strip():
            yield first, first + len(value.strip())

    def _matches(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int, int, float | None]]:
        if self.pattern is not None:
            for match in self.pattern.finditer(text, start, end):
                value_start, value_end = match.span(self._group)
                if value_start < value_end:
                    yield match.start(), match.end(), value_start, value_end, None
        elif self.recognizer is not None:
            for value_start, value_end, hint in self.recognizer.find(text, start, end):
                yield value_start, value_end, value_start, value_end, hint

    def _keyword_of(self, text: str, start: int, end: int) -> str | None:
        return self._keyword_in(text[max(0, min(start, end - self.rule.near_chars)) : end]) if self.keywords else None

    def _keyword_in(self, seen: str) -> str | None:
        seen = seen.lower()
        return next((word for word in self.keywords if word in seen), None)

    def _found_by(self, hint: float | None) -> Evidence:
        if self.recognizer is None:
            return Evidence("pattern", self.rule.id, self.rule.score)
        score = self.rule.score if hint is None or hint >= LEAST_HINT else hint
        return Evidence("recognizer", self.recognizer.name, score)

    def _proof(self, value: str) -> _Answers | None:
        """What the checks say of a value, or None when it can't be one: refuted by a gate, allowed, too regular."""
        answers = [(name, check(value)) for name, check in self.checks]
        if self.rule.gate and any(answer is False for _, answer in answers):
            return None
        if self.rule.entropy and shannon(value) < self.rule.entropy:
            return None
        if self.allow is not None and self.allow.fullmatch(value):
            return None
        return answers

    def _candidate(self, start: int, end: int, evidence: list[Evidence], answers: _Answers) -> Candidate:
        told = {answer for _, answer in answers}
        verified = False if False in told else True if True in told else None
        evidence += _checked(answers, verified)
        score = sum(part.weight for part in evidence)
        return Candidate(self, start, end, round(min(1.0, max(0.0, score)), 3), verified, tuple(evidence))

    def _context_of(self, text: str, start: int, end: int, labels: Labels) -> str | None:
        """The context word that stands before text[start:end], behind it, or in the name it stands under."""
        if self.context is None:
            return None
        word = self._context_in(text, max(0, start - self.rule.context_chars), start)
        if word is None and self.rule.context_after_chars:
            word = self._context_in(text, end, min(len(text), end + self.rule.context_after_chars))
        if word is None and labels:
            word = next((one.entry for one in labels.meeting(start, end) if self.context.search(one.entry)), None)
        return word

    def _context_in(self, text: str, low: int, high: int) -> str | None:
        assert self.context is not None
        seen = text[low:high].lower()
        for needle in self._needles:  # a few substring searches spare nearly all of the pattern's
            if needle in seen:
                match = self.context.search(text, low, high)
                return match[0].lower() if match else None
        return None

    def _may_be_in_context(self, text: str, start: int, last: int, end: int, labels: Labels) -> bool:
        if self.context is None or labels:
            return self.context is not None
        high = last
        if self.looks_for_context or self.rule.context_after_chars:
            high = min(len(text), end + self.rule.context_after_chars)
        return self._context_in(text, max(0, start - self.rule.context_chars), high) is not None

    def _is_ruled_out(self, text: str, start: int, end: int, labels: Labels) -> bool:
        if self.unless is None:
            return False
        if self.unless.search(text, max(0, start - self.rule.unless_chars), start):
            return True
        return any(self.unless.search(one.entry) for one in labels.meeting(start, end))


def _checked(answers: _Answers, verified: bool | None) -> Iterator[Evidence]:
    """Each check that spoke; only the first that agrees with the outcome weighs."""
    weight = VERIFIED_BONUS if verified else -REFUTED_PENALTY
    for name, answer in answers:
        if answer is not None:
            yield Evidence("check", f"{name} {'proves it' if answer else 'refutes it'}", weight * (answer is verified))
            weight *= answer is not verified


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


def _keyword_expressions(keywords: Iterable[str]) -> list[bytes]:
    literals = (word.encode("latin-1", "replace") for word in keywords)
    return [b"(?i:" + b"".join(b"\\x%02x" % byte for byte in literal) + b")" for literal in literals]

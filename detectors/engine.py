"""The engine: text in, findings out.

First pass over the text and each of its decoded views; second look at the windows that were hit and at the values that
structure labels; then overlaps are settled and spans mapped back to the text as it came. Deterministic, no clock, no
I/O after construction; one per worker process, since the first pass owns scratch memory.
"""

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import regex

from detectors import health
from detectors.assignment.generic import Generic
from detectors.finding import Finding, Scan
from detectors.label import CLINICAL_FORMS, NO_LABELS, Labelled, Labels
from detectors.matcher import Matcher
from detectors.names.legible import is_prose, legible, traced
from detectors.names.named import Allowance, Finder, unlimited
from detectors.overlap import Located, settle
from detectors.own.owned import OwnDetector
from detectors.placeholder import is_placeholder
from detectors.prefilter import ExpressionError, Hit, make_prefilter
from detectors.roster import by_entry, columns, entries, make_matchers
from detectors.ruleset import RuleError, RuleSet
from detectors.section import Sections
from detectors.structure import readers
from detectors.views.codec import GATES, Budget, View, views

SCORE_FLOOR = 0.5
"""Findings below it, context counted, are dropped: more often noise than not."""

MAX_FIELD_CHARS = 80
"""Longer field names are not names."""

FIELD_TEXT_CHARS = 4096
"""Longer texts aren't a field's value but a document; their field's name says nothing about what is in them."""

_SKIPPED_FIELDS = frozenset({"", "text", "content", "role", "type", "id", "model", "name", "input", "description"})
_SEPARATED_DIGITS = regex.compile(r"[0-9][0-9\s().+/|–-]{5,}")
_EMPTY = Scan(())
_UNREAD = Scan((), names_unread=True)


@dataclass(slots=True)
class _Run:
    """What one `scan` call carries along."""

    generic: bool
    budget: Budget
    allowance: Allowance | None
    """For names; None where none are looked for."""
    in_runs: bool
    """Whether they are looked for in what encoded runs say as well."""
    unread: bool = False
    located: list[Located] = field(default_factory=list)
    clinical: list[tuple[int, int]] = field(default_factory=list)
    """Where health context stands, in the text now looked at."""


class Engine:
    """Runs a rule set. `key` makes the fingerprints this installation's own; `cache_dir` keeps compiled rules;
    without `in_views` only the text as it stands is read, which is enough to prove a rule. `own` finds own data.

    Raises `RuleError` when a rule can't be run.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        key: bytes,
        *,
        cache_dir: Path | None = None,
        names: Finder | None = None,
        in_views: bool = True,
        own: Sequence[OwnDetector] = (),
    ) -> None:
        self.ruleset = ruleset
        self._in_views = in_views
        self._key = key
        self._names = names
        self.own = own
        matchers = make_matchers(ruleset, cache_dir)
        self._matchers = tuple(matcher for matcher in matchers if not matcher.is_field_rule)
        self._field_matchers = by_entry((m, m.rule.fields) for m in matchers)
        self._context_matchers = by_entry((m, m.rule.context) for m in self._matchers if m.rule.context_required)
        self._generic = next((m for m in self._matchers if isinstance(m, Generic)), None)
        self._readers = readers(entries(matchers), columns(matchers))
        clinical = health.expressions(ruleset.health.words, ruleset.health.codes)
        self.owners = [number for number, matcher in enumerate(self._matchers) for _ in matcher.plan.expressions]
        self._sections = Sections(
            (
                [expression for matcher in self._matchers for expression in matcher.plan.expressions],
                GATES if in_views else (),
                clinical,
                *(reader.gates for reader in self._readers),
            )
        )
        try:
            self._prefilter = make_prefilter(self._sections.expressions, cache_dir)
        except ExpressionError as err:
            raise RuleError([self._place(err)]) from err

    def warm(self) -> None:
        """Pays every first-use cost now: Presidio's import, the recognizers, the code paths of the views."""
        for matcher in self._matchers:
            if matcher.recognizer is not None:
                matcher.recognizer.load()
        if self._names is not None:
            self._names.load()
            self._names.find("Please warm up before anybody asks Jane Roe of London.", unlimited())
        self.scan("warm \\u0077\\u0061rm %77arm &amp; d2FybSB3YXJtIHdhcm0gd2FybQ== \uff57arm", "password")

    def scan(
        self,
        text: str,
        field: str = "",
        *,
        generic: bool = True,
        names: bool = True,
        names_in_runs: bool = True,
        allowance: Allowance | None = None,
    ) -> Scan:
        """Every finding in `text`. `field` is the name the text stands under, if any; it serves as context.

        `generic=False` leaves out what has no form of its own: the assignment detector and names in prose;
        `names=False` leaves out names alone, `names_in_runs=False` those in base64 and its kin. They take no longer
        than `allowance`, which is unlimited when None.
        Spans are code points of `text`.
        """
        wanted = generic and names and self._names is not None
        run = _Run(generic, Budget.for_text(text), (allowance or unlimited()) if wanted else None, names_in_runs)
        in_field = _field_prefix(text, field)
        if in_field:
            self._look(f'{in_field}{text}"', (), run)
            run.located = _shifted(run.located, len(in_field), len(text))
            run.clinical = [(start - len(in_field), end - len(in_field)) for start, end in run.clinical]
        else:
            self._look(text, (), run)
        if field and generic and self._generic is not None and len(field) <= MAX_FIELD_CHARS:
            candidate = self._generic.in_field(field, text)
            if candidate is not None and not is_placeholder(text, candidate):
                run.located.append(Located.of(candidate, text, ()))
        self._find_names(text, (), run)
        if not run.located and run.budget.exceeded is None:
            return _UNREAD if run.unread else _EMPTY
        kept = settle(located for located in run.located if located.score >= SCORE_FLOOR)
        findings = tuple(self._finding(located) for located in kept)
        return Scan(health.promoted(findings, run.clinical), run.budget.exceeded, run.unread)

    def _find_names(self, text: str, path: tuple[str, ...], run: _Run) -> None:
        """Adds the names in `text`, as one reads it, located in it."""
        allowance = run.allowance
        if self._names is None or allowance is None:
            return
        before, allowance.unread = allowance.unread, False
        with allowance:
            read, undone = legible(text)
            found = self._names.find(read, allowance)
        for named in found:
            value = read[named.start : named.end]
            named, writings = traced(named, undone)
            if not is_placeholder(text, named):
                run.located.append(Located.of_name(named, value, (*path, *writings)))
        run.unread |= allowance.unread
        allowance.unread |= before

    def scan_own(self, text: str) -> tuple[Finding, ...]:
        """Own data alone in `text`, as it stands; nothing else is looked for."""
        located = (Located.of_own(owned, text, ()) for own in self.own for owned in own.find(text))
        return tuple(self._finding(one) for one in settle(located))

    def _look(self, text: str, path: tuple[str, ...], run: _Run, within: View | None = None) -> None:
        """Adds what stands in `text`, and in every view of it, located in `text`."""
        for own in self.own:
            run.located.extend(Located.of_own(owned, text, path) for owned in own.find(text))
        hits = self._prefilter.hits(text)
        gate_hits: list[Hit] = []
        if hits:
            rule_hits, gate_hits, clinical, *structural = self._sections.deal(hits)
            labels = self._read(text, structural)
            if labels:
                run.clinical += [(one.start, one.end) for one in labels if one.form in CLINICAL_FORMS]
                run.located.extend(self._confirm_labelled(text, labels, path))
            run.clinical += [(at - 1, at) for _, at in clinical]
            if rule_hits:
                run.located.extend(self._confirm(text, rule_hits, labels, path, run))
        if not self._in_views:
            return
        for view in views(text, gate_hits, len(path), run.budget, within):
            self._look_through(view, path, run)

    def _read(self, text: str, structural: Sequence[list[Hit]]) -> Labels:
        """The values that structure labels, by every reader whose gates were hit."""
        if not any(structural):
            return NO_LABELS
        labelled: list[Labelled] = []
        for reader, hits in zip(self._readers, structural, strict=True):
            if hits:
                labelled.extend(reader.read(text, hits))
        return Labels(labelled) if labelled else NO_LABELS

    def _confirm_labelled(self, text: str, labels: Labels, path: tuple[str, ...]) -> Iterable[Located]:
        """What rules find in labelled values: those with `fields`, and those whose needed context is the label."""
        for labelled in labels:
            start, end = labelled.start, labelled.end
            candidates = [
                *(m.confirm_field(text, labelled) for m in self._field_matchers.get(labelled.entry, ())),
                *(m.confirm(text, start, end, end, labels) for m in self._context_matchers.get(labelled.entry, ())),
            ]
            for candidate in chain.from_iterable(candidates):
                if not is_placeholder(text, candidate):
                    yield Located.of(candidate, text, path)

    def _look_through(self, view: View, path: tuple[str, ...], run: _Run) -> None:
        outer, outer_clinical = run.located, run.clinical
        run.located, run.clinical = [], []
        self._look(view.text, (*path, view.name), run, view)
        if run.in_runs and run.allowance is not None and is_prose(view):
            self._find_names(view.text, (*path, view.name), run)
        inner, run.located = run.located, outer
        # Without a finding in the view its context is worth no look-up: most words stand in the source all the same.
        run.clinical = outer_clinical + [view.locate(start, end) for start, end in run.clinical if inner]
        for located in inner:
            if not view.cuts(located.start, located.end):
                start, end = view.locate(located.start, located.end)
                run.located.append(located.at(start, end))

    def _confirm(
        self, text: str, hits: list[Hit], labels: Labels, path: tuple[str, ...], run: _Run
    ) -> Iterable[Located]:
        hits = sorted((self.owners[number], at) for number, at in hits)
        for index, windows in _windows(hits, self._matchers, len(text)).items():
            matcher = self._matchers[index]
            if matcher is self._generic and not run.generic:
                continue
            for start, last, end in windows:
                for candidate in matcher.confirm(text, start, last, end, labels):
                    if not is_placeholder(text, candidate):
                        yield Located.of(candidate, text, path)

    def _place(self, err: ExpressionError) -> str:
        askers = self._sections.askers(err.index)
        rules = [self._matchers[self.owners[number]].rule for section, number in askers if section == 0]
        if rules:
            place = self.ruleset.origins.get(rules[0].id, "?:1")
            return f"{place}: rule {rules[0].id}: pattern, expected one the first pass can run, found {err}"
        return f"?:1: rule ?: rules, expected a set the first pass can run, found {err}"

    def _finding(self, located: Located) -> Finding:
        return Finding(
            rule=located.rule,
            category=located.category,
            entity=located.entity,
            severity=located.severity,
            start=located.start,
            end=located.end,
            score=located.score,
            verified=located.verified,
            fingerprint=fingerprint(self._key, located.value),
            view=located.path,
            evidence=located.evidence,
        )


def fingerprint(key: bytes, value: str) -> str:
    """Keyed HMAC-SHA-256 of the value, 32 hex digits; equal however the value was encoded or its digits grouped."""
    normal = unicodedata.normalize("NFKC", value).strip()
    if _SEPARATED_DIGITS.fullmatch(normal):
        normal = "".join(c for c in normal if c.isdecimal())
    return hmac.digest(key, normal.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]


def _windows(hits: list[Hit], matchers: tuple[Matcher, ...], length: int) -> dict[int, list[tuple[int, int, int]]]:
    """Per rule, (start, last, end) of where a match could stand, starting at `last` at the latest; joined, in order.

    `hits` are (rule, offset), sorted.
    """
    windows: dict[int, list[tuple[int, int, int]]] = {}
    for index, at in hits:
        matcher = matchers[index]
        start, end = max(0, at - matcher.plan.before), min(length, at + matcher.plan.after)
        known = windows.setdefault(index, [])
        if known and start <= known[-1][2]:
            known[-1] = (known[-1][0], at, end)
        else:
            known.append((start, at, end))
    return windows


def _field_prefix(text: str, field: str) -> str:
    """What to put before a field's value so that rules see it as they'd see it in JSON; empty when it says nothing."""
    if field in _SKIPPED_FIELDS or len(field) > MAX_FIELD_CHARS or len(text) > FIELD_TEXT_CHARS or '"' in field:
        return ""
    return f'"{field}": "'


def _shifted(found: list[Located], offset: int, length: int) -> list[Located]:
    moved = []
    for located in found:
        start, end = max(0, located.start - offset), min(length, located.end - offset)
        if start < end:
            moved.append(located.at(start, end))
    return moved

"""Proves a rule base: what every rule says it finds it finds, what it says it doesn't it doesn't, and in linear time.

Each rule is tried alone and with all others, through the engine itself: first pass, window, checks and all. Alone it
reads texts as they stand; disguises, which are no rule's own, only with the others. Messages are
`file:line: rule id: what, expected, found`.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import batched
from multiprocessing import get_context
from pathlib import Path

from detectors.engine import Engine
from detectors.matcher import GENERIC_ID, Matcher
from detectors.rule import Rule
from detectors.ruleset import RuleError, RuleSet, digest, load_rules
from detectors.shape import WIDTH_CAP, shape_of
from detectors.template import expand
from detectors.views import fold

_KEY = b"rule check"  # fingerprints aren't looked at

HOSTILE_CHARS = 24_000
BUDGET_SECONDS = 0.5
"""Worst time for one rule on one hostile text of `HOSTILE_CHARS`: generous for a slow machine, far below quadratic."""

SHARED_RULES = 40
"""From this many rules on the work is shared out among processes."""

PROBE_CHARS = 2000
PROBE_SECONDS = 0.5

GROWTH_LIMIT = 8.0
"""Four times the text may take this many times as long before a pattern counts as superlinear."""


def check(paths: Sequence[Path], *, beside: Sequence[Path] = (), cache_dir: Path | None = None) -> list[str]:
    """Every problem of the rules under `paths`; empty when they hold. Those `beside` are loaded too, and not proved."""
    fold.table()  # so that the first rule isn't timed building it
    try:
        ruleset = load_rules([*beside, *paths], cache_dir=cache_dir)
        proved = load_rules(paths, cache_dir=cache_dir).rules if beside else ruleset.rules
    except RuleError as err:
        return list(err.problems)
    alone = _alone(proved) if len(proved) < SHARED_RULES else _shared_out(proved)
    problems = [f"{ruleset.origins[rule_id]}: rule {rule_id}: {what}" for rule_id, what in alone]
    return problems or _together(ruleset, proved, cache_dir)


def _shared_out(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """As `_alone`, on every processor."""
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for told in pool.map(_alone_all, batched(rules, SHARED_RULES // 2)):
            yield from told


def _alone_all(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    return list(_alone(rules))


def _alone(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        try:
            engine = Engine(RuleSet((rule,), digest((rule,))), _KEY, in_views=False)
            matcher = Matcher(rule)
            if matcher.recognizer is not None:
                matcher.recognizer.load()
        except RuleError as err:
            for problem in err.problems:
                yield rule.id, problem.partition(f"rule {rule.id}: ")[2] or problem
            continue
        except ValueError as err:
            yield rule.id, str(err)
            continue
        for what in (*_examples(rule, engine), *_bounds(rule), *_speed(rule, engine, matcher)):
            yield rule.id, what


def _examples(rule: Rule, engine: Engine) -> Iterator[str]:
    for index, template in enumerate(rule.examples):
        try:
            text = expand(template, rule.id, index)
        except ValueError as err:
            yield f"examples[{index}], {err}"
            continue
        if not any(finding.rule == rule.id for finding in engine.scan(text).findings):
            yield f"examples[{index}], expected a finding, found none in {template!r}"
        elif rule.keywords and not rule.near_chars and not any(w.lower() in text.lower() for w in rule.keywords):
            yield f"examples[{index}], expected one of the keywords in it, found none in {template!r}"
    for index, template in enumerate(rule.counterexamples):
        try:
            text = expand(template, rule.id, len(rule.examples) + index)
        except ValueError as err:
            yield f"counterexamples[{index}], {err}"
            continue
        for finding in engine.scan(text).findings:
            if finding.rule == rule.id:
                span = f"{finding.start}-{finding.end}"
                yield f"counterexamples[{index}], expected no finding, found one at {span} of {template!r}"


def _bounds(rule: Rule) -> Iterator[str]:
    for key, pattern in (("pattern", rule.pattern), ("trigger", rule.trigger)):
        if pattern is None:
            continue
        shape = shape_of(pattern)
        if shape is None:
            continue  # only the `regex` module reads it; the timing below still holds it
        if not shape.bounded:
            yield f"{key}, expected every repeat bounded ({{m,n}}), found `*`, `+` or {{m,}}"
        elif shape.width >= WIDTH_CAP:
            yield f"{key}, expected matches under {WIDTH_CAP} characters, found up to {shape.width}"


def hostile_texts(rule: Rule, length: int) -> Iterator[str]:
    """Texts made to keep a pattern busy: its own examples cut short and repeated, and runs of likely characters."""
    for index, template in enumerate(rule.examples[:3]):
        example = expand(template, rule.id, index)
        yield _fill(example[: max(1, len(example) - 1)], length)
        yield _fill(example[: max(1, len(example) // 2)], length)
        yield example[: max(1, len(example) * 2 // 3)] + _fill(example[-2:-1] or "a", length)
    for word in rule.keywords[:3]:
        yield _fill(word, length)
        yield _fill(f"{word} = ", length)
        yield word + _fill("a", length)
    for entry in rule.fields[:3]:
        yield _fill(f"{entry}: ", length)
        yield _fill(f"{entry}|", length)
    for unit in ("a", "0", "A0", " ", "a.", "-", "a@", "/a", "aB3+", "=\n"):
        yield _fill(unit, length)


def _fill(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


def _speed(rule: Rule, engine: Engine, matcher: Matcher) -> Iterator[str]:
    for text in hostile_texts(rule, HOSTILE_CHARS):
        if _explodes(matcher, text[:PROBE_CHARS]):
            yield f"pattern, expected linear on {PROBE_CHARS} hostile characters, found no end on {text[:24]!r}"
            return
        whole = _seconds(engine, text)
        if whole < BUDGET_SECONDS / 10:
            continue
        quarter = _seconds(engine, text[: HOSTILE_CHARS // 4])
        if whole > BUDGET_SECONDS or whole > GROWTH_LIMIT * max(quarter, 0.001):
            yield (
                f"pattern, expected under {BUDGET_SECONDS} s and linear on {HOSTILE_CHARS} hostile characters,"
                f" found {whole:.2f} s, and {quarter:.2f} s on a quarter of them, like {text[:24]!r}"
            )
            return


def _explodes(matcher: Matcher, text: str) -> bool:
    """Whether the pattern alone takes exponential time, which would never come back from the engine."""
    if matcher.pattern is None:
        return False
    try:
        for _ in matcher.pattern.finditer(text, timeout=PROBE_SECONDS):
            pass
    except TimeoutError:
        return True
    return False


def _seconds(engine: Engine, text: str) -> float:
    best = float("inf")
    for _ in range(3):  # the best of three, in processor time: other work on the machine isn't the rule's fault
        start = time.process_time()
        engine.scan(text)
        best = min(best, time.process_time() - start)
        if best < BUDGET_SECONDS / 10:
            break
    return best


def _together(ruleset: RuleSet, proved: Sequence[Rule], cache_dir: Path | None) -> list[str]:
    """What only shows with all rules loaded, and in views: an example that another rule takes over, a counterexample
    that is found after all. Generic rules may lose theirs.
    """
    try:
        engine = Engine(ruleset, _KEY, cache_dir=cache_dir)
    except RuleError as err:
        return list(err.problems)
    problems = []
    for rule in proved:
        place = f"{ruleset.origins[rule.id]}: rule {rule.id}"
        for index, template in enumerate(rule.examples if rule.id != GENERIC_ID else ()):
            found = _found(engine, expand(template, rule.id, index))
            if rule.id not in found:
                others = ", ".join(sorted(found)) or "nothing"
                problems.append(f"{place}: examples[{index}], expected this rule to win, found {others}")
        for index, template in enumerate(rule.counterexamples):
            if rule.id in _found(engine, expand(template, rule.id, len(rule.examples) + index)):
                problems.append(f"{place}: counterexamples[{index}], expected no finding, found one of {template!r}")
    return problems


def _found(engine: Engine, text: str) -> set[str]:
    return {finding.rule for finding in engine.scan(text).findings}

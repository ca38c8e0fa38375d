"""Tests of a policy, run: each subject made of findings, judged, and held against what was expected. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from detectors import Category, Finding, Severity
from proxy.policy.action import Action
from proxy.policy.context import Context
from proxy.policy.explain import named
from proxy.policy.language import Policy
from proxy.policy.problem import PolicyError, Problem, one_of
from proxy.policy.ruling import Found, Ruling
from proxy.policy.source import Location
from proxy.policy.trial import Exhibit, Expectation, Submission, Trial, Trials
from proxy.policy.vocabulary import RuleFacts, Vocabulary
from proxy.policy.waiver import NO_WAIVERS, Waivers

START_CHARS = 10
"""How long a made-up value is; nobody looks."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the subject of a test; `also` are other names for the decision."""

    decision: str
    clause: str
    also: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """One test, run."""

    place: str
    name: str
    expected: Expectation
    found: Outcome

    @property
    def is_right(self) -> bool:
        decision, clause = self.expected.decision, self.expected.clause
        return decision in (None, self.found.decision, *self.found.also) and clause in (None, self.found.clause)

    def __str__(self) -> str:
        decision, clause = self.expected.decision, self.expected.clause
        wanted = " by ".join(filter(None, (decision, clause))) if clause != "" else f"{decision or ''} by no clause"
        found = f"{self.found.decision} by {self.found.clause or 'no clause'}"
        return f"{self.place}: {self.name}: expected {wanted.strip()}, found {found}"


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What tests are run with: what there is, and who finds something in a text or decides about a request."""

    known: Vocabulary
    scan: Callable[[str], Sequence[Found]]
    inspect: Callable[[Submission, Policy, Context], Outcome]


def prove(trials: Trials, policy: Policy, laboratory: Laboratory) -> list[Result]:
    """A result for each test. Raises PolicyError for findings that no rule could give and clauses that don't exist."""
    problems = [*_unknown_clauses(trials, policy)]
    subjects = []
    for index, trial in enumerate(trials.file.tests):
        try:
            subjects.append(_findings(trials, index, trial, laboratory.known))
        except PolicyError as err:
            problems += [problem for problem in err.problems if isinstance(problem, Problem)]
    if problems:
        raise PolicyError(*sorted(problems))
    return [
        _result(trials, index, trial, findings, policy, laboratory)
        for index, (trial, findings) in enumerate(zip(trials.file.tests, subjects, strict=True))
    ]


def _result(
    trials: Trials, index: int, trial: Trial, findings: Sequence[Found], policy: Policy, laboratory: Laboratory
) -> Result:
    context = trials.circumstances(trial).context()
    place = f"{trials.source.file}:{trials.source.line(('tests', index))}"
    if trial.request is not None:
        return Result(place, trial.name, trial.expect, laboratory.inspect(trial.request, policy, context))
    if trial.text is not None:
        findings = laboratory.scan(trial.text)
    waivers = NO_WAIVERS if trial.waiver is None else _Waived(Action[trial.waiver.upper()])
    return Result(place, trial.name, trial.expect, decided(policy, findings, context, waivers))


def decided(policy: Policy, findings: Sequence[Found], context: Context, waivers: Waivers = NO_WAIVERS) -> Outcome:
    """What becomes of a request with these findings: the request's own ruling, or the strictest of theirs."""
    asked = policy.judge_request(context, waivers)
    rulings = policy.judge(findings, context, waivers)
    strictest = max([*rulings, asked], key=lambda ruling: ruling.action)
    ruling: Ruling = asked if asked.action.stops else strictest
    return Outcome(ruling.action.label, ruling.clause)


@dataclass(frozen=True, slots=True)
class _Waived:
    """An exception for everything, under which `action` stands."""

    action: Action

    def allowed(self, finding: Found, context: Context) -> str | None:
        return None

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action]:
        return "test", self.action


def _unknown_clauses(trials: Trials, policy: Policy) -> Iterator[Problem]:
    ids = {"", "default", *(clause.id for clause in policy.clauses)}
    for index, trial in enumerate(trials.file.tests):
        clause = trial.expect.clause
        if clause is not None and clause not in ids and trial.request is None:
            at = ("tests", index, "expect", "clause")
            yield trials.source.problem(at, f"{named(trials.source, at)}: {one_of(ids - {''}, clause)}")


def _findings(trials: Trials, index: int, trial: Trial, known: Vocabulary) -> list[Finding]:
    places: list[tuple[Location, Exhibit]] = [(("findings", n), exhibit) for n, exhibit in enumerate(trial.findings)]
    if trial.finding is not None:
        places = [(("finding",), trial.finding)]
    made: list[Finding] = []
    for below, exhibit in places:
        at = ("tests", index, *below)
        rule, facts = _kind(exhibit, known, partial(_mistake, trials, at))
        made += [_finding(exhibit, rule, facts, len(made) + n) for n in range(exhibit.times)]
    return made


def _mistake(trials: Trials, at: Location, what: str) -> PolicyError:
    return PolicyError(trials.source.problem(at, f"{named(trials.source, at)}: {what}"))


def _kind(exhibit: Exhibit, known: Vocabulary, mistake: Callable[[str], PolicyError]) -> tuple[str, RuleFacts]:
    """A rule that could have given the finding, and what its findings are like. Of several, one of no clinic."""
    if exhibit.rule is None and exhibit.entity is None and exhibit.category is None:
        raise mistake("expected a rule, an entity or a category, found none of them")
    rules = dict(sorted((known.rules or {}).items(), key=lambda rule: rule[1].category == Category.PHI))
    if exhibit.rule is not None and exhibit.rule not in rules:
        raise mistake(f"rule: {one_of(rules, exhibit.rule)}")
    if exhibit.entity is not None and exhibit.entity not in (known.entities or ()):
        raise mistake(f"entity: {one_of(known.entities or (), exhibit.entity)}")
    for rule, facts in rules.items():
        if (
            exhibit.rule in (None, rule)
            and exhibit.entity in (None, facts.entity)
            and (exhibit.category is None or exhibit.category in facts.categories)
        ):
            return rule, facts
    raise mistake("expected what some rule can find: none gives this rule, entity and category together")


def _finding(exhibit: Exhibit, rule: str, facts: RuleFacts, number: int) -> Finding:
    return Finding(
        rule=rule,
        category=Category(exhibit.category or facts.category),
        entity=facts.entity,
        severity=Severity[exhibit.severity.upper()] if exhibit.severity else facts.severity,
        start=0,
        end=START_CHARS,
        score=facts.score if exhibit.score is None else exhibit.score,
        verified=exhibit.verified,
        fingerprint=f"{number:032x}",
    )

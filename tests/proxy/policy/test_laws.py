"""What holds for every policy: stricter words never loosen, order and time of asking never matter, limits stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity
from proxy.policy import Action, Code, Context, Destination, Found, Policy, Who
from proxy.policy.language import FindingClause, LimitClause, RequestClause

RULES = {"aws": ("secret", "AWS_KEY"), "card": ("pci", "CARD"), "mail": ("pii", "MAIL"), "clinic": ("phi", "MAIL")}
VENDORS, GROUPS, CLASSES = ("openai", "deepseek"), ("payments", "guests"), ("cde", "connected")
STATUSES = ("none", "signed")
MOMENTS = [datetime(2026, 11, day, hour, tzinfo=UTC) for day in (21, 23) for hour in (3, 12)]


def several(values: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


ABOUT_REQUESTS: dict[str, st.SearchStrategy[Any]] = {
    "vendor": several(VENDORS),
    "group": several(GROUPS),
    "agreement": st.fixed_dictionaries({"baa": several(STATUSES)}),
    "code": st.fixed_dictionaries({"pci": several((*CLASSES, "unknown"))}),
    "region_outside": several(("eu", "us")),
    "retention_days_over": st.sampled_from((0, 30)),
    "trains": several(("true", "unknown")),
    "hours": st.just("22:00-06:00"),
    "days": several(("sat", "mon")),
    "network": st.just("10.0.0.0/8"),
    "client_version": st.just({"codex": ">=2"}),
}
ABOUT_FINDINGS: dict[str, st.SearchStrategy[Any]] = {
    "category": several(tuple(Category)),
    "entity": several(("AWS_KEY", "CARD", "MAIL")),
    "rule": several(tuple(RULES)),
    "severity_at_least": st.sampled_from(("low", "high")),
    "score_at_least": st.sampled_from((0.3, 0.9)),
    "verified": st.booleans(),
}


def conditions(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(st.sampled_from(sorted(keys)), max_size=2, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: keys[name] for name in names})
    )


def clauses(kind: Any, actions: Sequence[Action], keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    counted = st.sampled_from(({}, {}, {"count_at_least": 2}, {"count_at_least": 3}))
    whens = st.tuples(conditions(keys), counted if "rule" in keys else st.just({})).map(
        lambda parts: parts[0] | parts[1]
    )
    unlesses = st.one_of(st.none(), st.none(), conditions(keys).filter(bool))
    return st.builds(
        lambda number, action, when, unless: kind.model_validate(
            {"id": f"c{number}", "action": action.label, "when": when, "unless": unless}
        ),
        st.integers(0, 10**9),
        st.sampled_from(actions),
        whens,
        unlesses,
    )


OF_REQUESTS = [action for action in Action if not action.cuts]
OF_LIMITS = [action for action in Action if action not in (Action.ALLOW, Action.WARN, Action.JUSTIFY)]
REQUEST_CLAUSES = clauses(RequestClause, OF_REQUESTS, ABOUT_REQUESTS)
FINDING_CLAUSES = clauses(FindingClause, list(Action), ABOUT_REQUESTS | ABOUT_FINDINGS)
LIMIT_CLAUSES = clauses(LimitClause, OF_LIMITS, ABOUT_REQUESTS | ABOUT_FINDINGS)


def some(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(kind, max_size=5).map(tuple)


POLICIES = st.builds(
    lambda requests, findings, limits, default, zone: Policy(
        id="own",
        description="",
        requests=requests,
        findings=findings,
        limits=limits,
        default=default.label,
        timezone=zone,
    ),
    some(REQUEST_CLAUSES),
    some(FINDING_CLAUSES),
    some(LIMIT_CLAUSES),
    st.sampled_from(Action),
    st.sampled_from(("UTC", "Asia/Tokyo")),
)
FOUND = st.builds(
    lambda rule, severity, score, verified, number: Finding(
        rule, Category(RULES[rule][0]), RULES[rule][1], severity, 0, 9, score, verified, f"{number:032x}"
    ),
    st.sampled_from(sorted(RULES)),
    st.sampled_from(Severity),
    st.sampled_from((0.2, 0.5, 0.95)),
    st.sampled_from((True, False, None)),
    st.integers(0, 3),
)
FINDINGS = st.lists(FOUND, max_size=6)
CONTEXTS = st.builds(
    lambda groups, vendor, baa, regions, days, trains, classes, address, version, now: Context(
        Who("ada", groups, address=address, client="codex", client_version=version),
        Destination(vendor, "h", agreements=baa, regions=regions, retention_days=days, trains=trains),
        Code({"pci": classes} if classes else {}),
        now,
    ),
    st.frozensets(st.sampled_from(GROUPS)),
    st.sampled_from((*VENDORS, "other")),
    st.sampled_from(({}, {"baa": "signed"})),
    st.frozensets(st.sampled_from(("eu", "us"))),
    st.sampled_from((None, 0, 31)),
    st.sampled_from((None, True, False)),
    st.frozensets(st.sampled_from(CLASSES)),
    st.sampled_from(("", "10.1.1.1", "192.0.2.1")),
    st.sampled_from(("", "1.9", "2.0")),
    st.sampled_from(MOMENTS),
)


@dataclass(frozen=True)
class Lenient:
    """Exceptions that let an action stand for what has even fingerprints, and for requests."""

    action: Action

    def allowed(self, finding: Found, context: Context) -> str | None:
        return None

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        is_meant = finding is None or int(finding.fingerprint, 16) % 2 == 0
        return ("ex", self.action) if is_meant else None


LENIENT = st.builds(Lenient, st.sampled_from(Action))


def actions(policy: Policy, findings: list[Finding], context: Context) -> list[Action]:
    """Of the request, then of each finding."""
    return [policy.judge_request(context).action, *(ruling.action for ruling in policy.judge(findings, context))]


def at_least(after: list[Action], before: list[Action]) -> bool:
    return all(new >= old for new, old in zip(after, before, strict=True))


@given(POLICIES, FINDING_CLAUSES, st.integers(0, 5), FINDINGS, CONTEXTS)
def test_one_more_block_never_loosens(
    policy: Policy, clause: FindingClause, place: int, findings: list[Finding], context: Context
) -> None:
    blocking = clause.model_copy(update={"action": "block"})
    more = policy.model_copy(update={"findings": (*policy.findings[:place], blocking, *policy.findings[place:])})
    assert at_least(actions(more, findings, context), actions(policy, findings, context))


@given(POLICIES, REQUEST_CLAUSES, st.integers(0, 5), CONTEXTS)
def test_one_more_block_of_requests_never_loosens(
    policy: Policy, clause: RequestClause, place: int, context: Context
) -> None:
    blocking = clause.model_copy(update={"action": "block"})
    more = policy.model_copy(update={"requests": (*policy.requests[:place], blocking, *policy.requests[place:])})
    assert at_least(actions(more, [], context), actions(policy, [], context))


@given(POLICIES, LIMIT_CLAUSES, st.integers(0, 5), FINDINGS, CONTEXTS)
def test_one_more_limit_never_loosens(
    policy: Policy, clause: LimitClause, place: int, findings: list[Finding], context: Context
) -> None:
    more = policy.model_copy(update={"limits": (*policy.limits[:place], clause, *policy.limits[place:])})
    assert at_least(actions(more, findings, context), actions(policy, findings, context))


@given(POLICIES, st.data(), FINDINGS, CONTEXTS)
def test_a_stricter_action_never_loosens(
    policy: Policy, data: st.DataObject, findings: list[Finding], context: Context
) -> None:
    stage, kinds = data.draw(st.sampled_from((("requests", OF_REQUESTS), ("findings", Action), ("limits", OF_LIMITS))))
    before = getattr(policy, stage)
    if not before:
        return
    place = data.draw(st.integers(0, len(before) - 1))
    action = data.draw(st.sampled_from([kind for kind in kinds if kind >= Action[before[place].action.upper()]]))
    clause = before[place].model_copy(update={"action": action.label})
    stricter = policy.model_copy(update={stage: (*before[:place], clause, *before[place + 1 :])})
    assert at_least(actions(stricter, findings, context), actions(policy, findings, context))


@given(POLICIES, FINDINGS, CONTEXTS, st.randoms(use_true_random=False))
def test_a_decision_is_a_function_of_what_is_asked(
    policy: Policy, findings: list[Finding], context: Context, random: Any
) -> None:
    rulings = policy.judge(findings, context)
    assert policy.model_copy().judge(findings, context) == rulings == policy.judge(findings, context)
    order = random.sample(range(len(findings)), len(findings))
    assert policy.judge([findings[number] for number in order], context) == [rulings[number] for number in order]


@given(POLICIES, FINDINGS, CONTEXTS, LENIENT)
def test_an_exception_never_tightens_and_never_goes_below_limits(
    policy: Policy, findings: list[Finding], context: Context, waivers: Lenient
) -> None:
    limits = policy.model_copy(update={"requests": (), "findings": (), "default": "allow"})
    floors = actions(limits, findings, context)
    asked = policy.judge_request(context, waivers)
    lowered = [asked, *policy.judge(findings, context, waivers)]
    before = [policy.judge_request(context), *policy.judge(findings, context)]
    for floor, now, then in zip(floors, lowered, before, strict=True):
        assert floor <= now.action <= then.action
        assert bool(now.waiver) == (now.action < then.action)


@given(POLICIES, FINDINGS, CONTEXTS)
def test_whoever_justifies_gets_no_lower_than_the_limits(
    policy: Policy, findings: list[Finding], context: Context
) -> None:
    limits = policy.model_copy(update={"findings": (), "default": "allow"})
    for ruling, least in zip(policy.judge(findings, context), limits.judge(findings, context), strict=True):
        assert ruling.lowered(Action.LOG, "code").action == min(ruling.action, max(Action.LOG, least.action))


@given(POLICIES, FINDINGS, CONTEXTS)
def test_a_record_is_judged_as_its_request_was(policy: Policy, findings: list[Finding], context: Context) -> None:
    who, to = context.who, context.destination
    record = {
        "user": who.user,
        "client": who.client,
        "client_version": who.client_version,
        "vendor": to.vendor,
        "host": to.host,
        "time": context.now.isoformat(),
        "context": context.recorded(),
    }
    again = Context.from_record(record)
    assert policy.judge(findings, again) == policy.judge(findings, context)
    assert policy.judge_request(again) == policy.judge_request(context)


@given(POLICIES, FINDINGS, CONTEXTS)
def test_every_decision_names_a_clause_of_the_policy(policy: Policy, findings: list[Finding], context: Context) -> None:
    ids = {clause.id for clause in policy.clauses}
    assert all(ruling.clause in ids | {"default"} for ruling in policy.judge(findings, context))
    assert policy.judge_request(context).clause in ids | {""}


@given(POLICIES, FINDINGS, CONTEXTS)
def test_the_first_match_is_found_as_one_by_one(policy: Policy, findings: list[Finding], context: Context) -> None:
    """Against the plainest reading: each clause alone, in order, on the whole request."""
    alone = [
        policy.model_copy(update={"requests": (), "limits": (), "findings": (clause,)}) for clause in policy.findings
    ]
    alone = [one.model_copy(update={"default": "allow"}) for one in alone]
    told = [[ruling.clause for ruling in one.judge(findings, context)] for one in alone]
    free = policy.model_copy(update={"limits": ()}).judge(findings, context)
    for index, ruling in enumerate(free):
        firsts = [clauses[index] for clauses in told if clauses[index] != "default"]
        assert ruling.clause == next(iter(firsts), "default")

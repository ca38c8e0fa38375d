"""What waivers can do to a policy's decisions, and never: whatever the clauses, the finding and the circumstances."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from detectors import Finding
from proxy.policy import Action, Context, Policy, Ruling
from proxy.policy.waiver import NO_WAIVERS, Waivers
from proxy.waiver.scope import Scope
from proxy.waiver.standing import StandingWaivers, Waiver
from tests.proxy.waiver.contexts import NOW, VENDORS, contexts, findings, scopes

ACTIONS = ("allow", "log", "warn", "redact", "justify", "block")
DATA = st.fixed_dictionaries({}, optional={"category": st.sampled_from((["pii"], ["pci"]))})
CIRCUMSTANCES = st.fixed_dictionaries({}, optional={"vendor": st.sampled_from([[name] for name in VENDORS])})
LASTING = NOW + timedelta(days=30)


def clauses(stage: str, when: st.SearchStrategy[object], actions: Sequence[str]) -> st.SearchStrategy[list[object]]:
    clause = st.fixed_dictionaries({"when": when, "action": st.sampled_from(actions)})
    return st.lists(clause, max_size=3).map(
        lambda made: [one | {"id": f"{stage}-{number}"} for number, one in enumerate(made)]  # type: ignore[operator]
    )


POLICIES = st.fixed_dictionaries(
    {
        "id": st.just("test"),
        "description": st.just("a test's"),
        "requests": clauses("request", CIRCUMSTANCES, ("log", "warn", "justify", "block")),
        "findings": clauses("finding", DATA, ACTIONS),
        "limits": clauses("limit", DATA | CIRCUMSTANCES, ("log", "redact", "block")),
        "default": st.sampled_from(ACTIONS),
    }
).map(Policy.model_validate)
EXCEPTIONS = st.lists(scopes().filter(lambda scope: scope.given()), max_size=5).map(
    lambda found: [Waiver(f"ex-{number}", scope, LASTING) for number, scope in enumerate(found)]
)
FOUND = st.lists(findings(), min_size=1, max_size=4)


def rulings(policy: Policy, found: Sequence[Finding], context: Context, waivers: Waivers = NO_WAIVERS) -> list[Ruling]:
    return [policy.judge_request(context, waivers), *policy.judge(found, context, waivers)]


def actions(policy: Policy, found: Sequence[Finding], context: Context, waivers: Waivers = NO_WAIVERS) -> list[Action]:
    return [ruling.action for ruling in rulings(policy, found, context, waivers)]


@given(POLICIES, FOUND, contexts(), EXCEPTIONS)
def test_exceptions_make_nothing_stricter(
    policy: Policy, found: list[Finding], context: Context, exceptions: list[Waiver]
) -> None:
    before = rulings(policy, found, context)
    after = rulings(policy, found, context, StandingWaivers(excepted=exceptions))
    for old, new in zip(before, after, strict=True):
        assert new.action <= old.action
        assert new.action == old.action or new.waiver in {one.id for one in exceptions}
        assert new.action >= min(old.action, Action.LOG)


@given(POLICIES, FOUND, contexts(), EXCEPTIONS, scopes().filter(lambda scope: scope.given()))
def test_one_exception_more_makes_nothing_stricter(
    policy: Policy, found: list[Finding], context: Context, exceptions: list[Waiver], scope: Scope
) -> None:
    more = StandingWaivers(excepted=[*exceptions, Waiver("ex-more", scope, LASTING)])
    fewer = actions(policy, found, context, StandingWaivers(excepted=exceptions))
    assert all(new <= old for old, new in zip(fewer, actions(policy, found, context, more), strict=True))


@given(POLICIES, FOUND, contexts(), EXCEPTIONS)
def test_no_exception_goes_below_a_limit(
    policy: Policy, found: list[Finding], context: Context, exceptions: list[Waiver]
) -> None:
    floor = policy.model_copy(update={"requests": (), "findings": (), "default": "allow"})
    floor = Policy.model_validate(floor.model_dump(include={"id", "description", "limits", "default"}))
    limited = actions(floor, found, context)
    excepted = actions(policy, found, context, StandingWaivers(excepted=exceptions))
    assert all(action >= limit for action, limit in zip(excepted, limited, strict=True))


@given(POLICIES, FOUND, contexts(), scopes().filter(lambda scope: scope.given()))
def test_an_ended_exception_changes_nothing(
    policy: Policy, found: list[Finding], context: Context, scope: Scope
) -> None:
    ended = StandingWaivers(excepted=[Waiver("ex-1", scope, context.now)])
    assert rulings(policy, found, context, ended) == rulings(policy, found, context)


@given(POLICIES, FOUND, contexts(), EXCEPTIONS)
def test_what_an_exception_lets_pass_is_on_record_with_it(
    policy: Policy, found: list[Finding], context: Context, exceptions: list[Waiver]
) -> None:
    before = rulings(policy, found, context)
    for old, new in zip(before, rulings(policy, found, context, StandingWaivers(excepted=exceptions)), strict=True):
        if new.action is not old.action:
            assert new.action > Action.ALLOW
            assert new.waiver


@given(POLICIES, FOUND, contexts(), scopes().map(lambda scope: Scope(user=scope.user, vendor=scope.vendor)))
def test_an_exception_for_requests_lets_no_value_out(
    policy: Policy, found: list[Finding], context: Context, scope: Scope
) -> None:
    excepted = StandingWaivers(excepted=[Waiver("ex-1", scope, LASTING)])
    assert policy.judge(found, context, excepted) == policy.judge(found, context)

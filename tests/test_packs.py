"""The packs that come along: checked, tested clause by clause, and what they must hold whatever is asked."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import Category, Finding, Severity, bundled_rules, load_rules
from proxy.cli.policytest import test_policies as run_tests
from proxy.config import Config
from proxy.policy import Action, Context, Destination, Policy, load_policy
from proxy.policy.context import Code
from proxy.policy.ruling import Found
from proxy.policy.trial import read_trials
from proxy.setting import policy_folder
from tests import leak
from tests.compiled import rules_folder
from tests.proxy.inspecting import shared

PACKS = {path.stem: load_policy(path.stem, policy_folder()) for path in sorted(policy_folder().glob("*.yaml"))}
FRAMEWORKS = ("hipaa", "pci", "gdpr", "sox", "soc2")
KEEPING = sorted(set(PACKS) - {"monitor"})
"""All but the one that only observes."""

UNSIGNED = st.sampled_from(["none", "pending", "expired", None])
STATUS = st.sampled_from(["none", "pending", "signed", "expired", None])
GRAVE = st.sampled_from([Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL])
APPROVALS = st.sampled_from(["approved", "restricted", "prohibited", "unreviewed"])
ENTITIES = sorted({rule.entity for rule in load_rules([bundled_rules()], cache_dir=rules_folder()).rules})
REGIONS = st.frozensets(st.sampled_from(["eu", "us", "ch", "cn"]), max_size=3)


class LetEverythingPass:
    """An exception for everything and everyone."""

    def allowed(self, finding: Found, context: Context) -> str | None:
        return None

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        return "all", Action.ALLOW


@st.composite
def findings(draw: st.DrawFn, category: str, severities: st.SearchStrategy[Severity]) -> Finding:
    return Finding(
        "some-rule",
        Category(category),
        draw(st.sampled_from(ENTITIES)),
        draw(severities),
        0,
        9,
        draw(st.floats(0, 1)),
        draw(st.sampled_from([True, False, None])),
        draw(st.sampled_from("abc")) * 32,
    )


@st.composite
def destinations(draw: st.DrawFn, **statuses: st.SearchStrategy[str | None]) -> Context:
    """Anywhere, with agreements of these statuses; None is one that nobody registered."""
    drawn = {name: draw(statuses.get(name, STATUS)) for name in ("baa", "dpa", "transfer")}
    return Context(
        destination=Destination(
            draw(st.sampled_from(["openai", "anthropic", "other"])),
            "host.example.com",
            draw(APPROVALS),
            {name: status for name, status in drawn.items() if status is not None},
            draw(REGIONS),
            draw(st.sampled_from([None, 0, 30])),
            draw(st.sampled_from([None, True, False])),
            draw(st.sampled_from([None, True, False])),
        )
    )


def own(pack: str) -> set[str]:
    """The clauses that stand in the pack's own file."""
    return {name for name, origin in PACKS[pack].origins.items() if origin.policy == pack}


@pytest.mark.parametrize("pack", PACKS)
def test_every_clause_is_expected_by_a_test_of_its_pack(pack: str) -> None:
    trials = read_trials(policy_folder() / "tests" / f"{pack}.yaml").file
    assert trials.policy == (pack,)
    assert own(pack) - {trial.expect.clause for trial in trials.tests} == set()


@pytest.mark.parametrize("pack", PACKS)
def test_every_clause_says_what_it_is_for(pack: str) -> None:
    clauses = [clause for clause in PACKS[pack].clauses if clause.id in own(pack)]
    assert [clause.id for clause in clauses if not clause.description] == []
    if pack in FRAMEWORKS:
        assert [clause.id for clause in clauses if not clause.requirement] == []


@pytest.mark.slow
def test_the_packs_do_what_their_tests_expect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Texts and requests among them are read by the rules that come along."""
    assert run_tests(Config(state_dir=tmp_path), [], as_json=False) == 0, capsys.readouterr().out


@pytest.mark.parametrize("pair", list(combinations(PACKS, 2)), ids="+".join)
def test_any_two_packs_hold_together(pair: tuple[str, str]) -> None:
    both = load_policy(pair, policy_folder())
    assert {clause.id for clause in both.clauses} == {clause.id for pack in pair for clause in PACKS[pack].clauses}


@pytest.mark.parametrize("pack", KEEPING)
@given(found=findings("phi", st.sampled_from(Severity)), context=destinations(baa=UNSIGNED))
def test_health_data_never_reaches_a_vendor_without_a_signed_baa(pack: str, found: Finding, context: Context) -> None:
    for waivers in ((), (LetEverythingPass(),)):
        (ruling,) = PACKS[pack].judge([found], context, *waivers)
        assert ruling.action >= Action.PSEUDONYMISE


@given(found=findings("phi", GRAVE), context=destinations(baa=UNSIGNED))
def test_hipaa_stops_it(found: Finding, context: Context) -> None:
    (ruling,) = PACKS["hipaa"].judge([found], context, LetEverythingPass())
    assert ruling.action is Action.BLOCK


@given(
    found=st.sampled_from(["pii", "phi"]).flatmap(lambda category: findings(category, GRAVE)),
    context=destinations(dpa=UNSIGNED)
    | destinations(transfer=UNSIGNED).filter(
        lambda context: not context.destination.regions or not context.destination.regions <= {"eu", "ch"}
    ),
)
def test_gdpr_stops_personal_data_without_a_dpa_or_outside_of_the_regions(found: Finding, context: Context) -> None:
    (ruling,) = PACKS["gdpr"].judge([found], context, LetEverythingPass())
    assert ruling.action is Action.BLOCK


@given(
    entity=st.sampled_from(["CARD_VERIFICATION_VALUE", "CARD_PIN", "CARD_TRACK_DATA"]),
    found=findings("pci", st.sampled_from(Severity)),
    context=destinations(),
)
def test_pci_lets_nothing_out_that_proves_a_card(entity: str, found: Finding, context: Context) -> None:
    sensitive = Finding(
        found.rule, found.category, entity, found.severity, 0, 3, found.score, found.verified, found.fingerprint
    )
    (ruling,) = PACKS["pci"].judge([sensitive], context, LetEverythingPass())
    assert (ruling.action, ruling.clause) == (Action.BLOCK, "sensitive-authentication-data")


@given(context=destinations())
def test_pci_lets_no_code_of_the_card_environment_out(context: Context) -> None:
    about = Context(destination=context.destination, code=Code({"pci": frozenset({"cde", "out_of_scope"})}))
    ruling = PACKS["pci"].judge_request(about)
    assert (ruling.action, ruling.clause) == (Action.BLOCK, "cde-code")


@pytest.mark.parametrize("pack", ["monitor", "balanced", "pseudonyms", "strict", "hipaa", "pci", "gdpr"])
def test_a_vendor_that_nobody_reviewed_may_be_used(pack: str) -> None:
    assert PACKS[pack].judge_request(Context()).action is Action.ALLOW


@pytest.mark.parametrize("pack", ["sox", "soc2"])
def test_but_not_where_the_framework_asks_for_a_review(pack: str) -> None:
    assert PACKS[pack].judge_request(Context()).action is Action.BLOCK


@pytest.mark.parametrize("pack", KEEPING)
def test_a_prohibited_vendor_gets_nothing(pack: str) -> None:
    prohibited = Context(destination=Destination("openai", approval="prohibited"))
    assert PACKS[pack].judge_request(prohibited).action is Action.BLOCK


def test_monitor_stops_nothing() -> None:
    policy: Policy = PACKS["monitor"]
    assert {Action[clause.action.upper()] for clause in policy.clauses} == {Action.LOG}
    assert (policy.default, policy.on_fixed, dict(policy.on_incomplete)) == ("log", "log", {"default": "log"})


@pytest.mark.slow
@pytest.mark.parametrize("client", sorted(leak.shapes()))
@pytest.mark.parametrize("pack", ["balanced", "hipaa", "pci", "gdpr"])
def test_what_a_client_sends_by_itself_is_neither_stopped_nor_changed(pack: str, client: str) -> None:
    """Instructions, tools, the working folder: to a vendor of which nothing is registered."""
    shape = leak.shapes()[client]
    verdict = shared(pack).inspect(leak.request(shape, shape["body"]))
    assert (verdict.decision in ("allow", "log"), verdict.reason) == (True, None)

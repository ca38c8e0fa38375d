"""What two decisions on one request differ in, and what many such pairs come to."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from proxy.comparison import EXAMPLES_OF_A_KIND, By, Compared, Fate, Tally, differing
from proxy.policy.action import Action
from proxy.verdict import Decision, Judged

FATES = st.builds(
    Fate, st.sampled_from([one.value for one in Decision]), st.sampled_from(["default", "cards", "phi-needs-baa"])
)


def judged(rule: str, action: str, clause: str = "default", start: int = 0) -> Judged:
    return Judged(rule, "pci", "CARD", "high", "/messages/0", "prompt", start, start + 4, 1, True, "9f", action, clause)


def compared(before: str, after: str, *, user: str = "ada", findings: Sequence[Judged] = ()) -> Compared:
    pairs = [(one, judged(one.rule, after, "strict-cards", one.start)) for one in findings]
    changes = differing([one for one, _ in pairs], [other for _, other in pairs])
    return Compared("tl-a", "2026-09-21", user, "openai", Fate(before, "cards"), Fate(after, "strict-cards"), changes)


def test_findings_differ_by_what_is_done_about_them_and_not_by_the_clause() -> None:
    before = [judged("a", "log"), judged("b", "redact", start=9), judged("gone", "log", start=20)]
    after = [judged("a", "block", "x"), judged("b", "redact", "y", start=9), judged("new", "log", start=30)]
    found = {one.rule: (one.before.action, one.after.action) for one in differing(before, after)}
    assert found == {"a": ("log", "block"), "gone": ("log", ""), "new": ("", "log")}
    assert differing(before, before) == ()


def test_changes_are_counted_by_clause_rule_user_and_vendor() -> None:
    tally = Tally()
    for _ in range(14):
        tally.add(compared("redact", "block", findings=[judged("card", "redact")]))
    for _ in range(3):
        tally.add(compared("block", "log", user="bob"))
    tally.add(compared("log", "log", user="cleo"))
    assert (tally.requests, tally.changed, tally.stricter, tally.looser) == (18, 17, 14, 3)
    assert (tally.gained_of("block"), tally.lost_of("block")) == (14, 3)
    assert tally.changes(By.CLAUSE, "strict-cards") == {"block": (14, 0), "log": (3, 0)}
    assert tally.changes(By.CLAUSE, "cards") == {"block": (0, 3), "redact": (0, 14)}
    assert tally.changes(By.RULE, "card") == {"block": (14, 0), "redact": (0, 14)}
    assert tally.keys(By.USER) == ["ada", "bob"]
    assert tally.changes(By.VENDOR, "openai") == {"block": (14, 3), "redact": (0, 14), "log": (3, 0)}


def test_few_examples_of_each_kind_are_kept() -> None:
    tally = Tally()
    for _ in range(50):
        tally.add(compared("log", "block"))
    ((kind, kept),) = tally.examples.items()
    assert kind == ("log", "block", "strict-cards")
    assert len(kept) == EXAMPLES_OF_A_KIND


@given(st.lists(st.tuples(FATES, FATES)))
def test_what_is_gained_and_lost_leads_from_before_to_after(pairs: list[tuple[Fate, Fate]]) -> None:
    tally = Tally()
    for before, after in pairs:
        tally.add(Compared("tl-a", "", "ada", "openai", before, after))
    for decision in Decision:
        name = decision.value
        assert tally.before[name] + tally.gained_of(name) - tally.lost_of(name) == tally.after[name]
    assert tally.stricter + tally.looser == tally.changed


def test_every_decision_has_a_rank_among_actions() -> None:
    assert [Action[one.name] for one in Decision] == sorted(Action[one.name] for one in Decision)

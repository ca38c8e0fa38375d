"""What changed between two editions, told by ids alone."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detectors import bundled_rules, load_rules
from proxy.charter import Charter
from proxy.config import Config
from proxy.groupfile import NO_GROUPS, Groups
from proxy.inventory import SHOWN, Inventory, differences, take
from proxy.policy import Policy
from proxy.policy.language import FindingClause
from proxy.userfile import User
from tests.compiled import rules_folder
from tests.proxy.inspecting import catalogue

RULES = load_rules((bundled_rules(),), cache_dir=rules_folder())
ANN = User("ann", "a hash that is nobody's")


def clause(name: str, action: str = "block") -> FindingClause:
    return FindingClause(id=name, action=action)  # type: ignore[arg-type]


def inventory(
    *clauses: FindingClause, users: tuple[User, ...] = (ANN,), groups: Groups = NO_GROUPS, **config: Any
) -> Inventory:
    policy = Policy(id="own", description="", findings=clauses)
    return take(Config(**config), RULES, Charter(policy, catalogue()), users, groups)


BEFORE = inventory(clause("one"), clause("two"), clause("three"))


def test_the_same_is_no_difference() -> None:
    assert differences(BEFORE, inventory(clause("one"), clause("two"), clause("three"))) == ()


def test_clauses_are_added_removed_and_changed() -> None:
    after = inventory(clause("four"), clause("one"), clause("two", "redact"))
    assert differences(BEFORE, after) == ("clause four added", "clause three removed", "clause two changed")


def test_another_order_is_a_difference() -> None:
    assert differences(BEFORE, inventory(clause("two"), clause("one"), clause("three"))) == ("clauses reordered",)


def test_a_users_groups_are_his() -> None:
    asked = {"users": (ANN, User("bob", "another"))}
    after = inventory(clause("one"), clause("two"), clause("three"), **asked)  # type: ignore[arg-type]
    assert differences(BEFORE, after) == ("user bob added",)
    groups = Groups(groups={"payments": frozenset({"ann"})})
    changed = inventory(clause("one"), clause("two"), clause("three"), groups=groups)
    assert differences(BEFORE, changed) == ("user ann changed",)


def test_a_key_of_the_configuration_is_named_and_its_value_is_not() -> None:
    after = inventory(clause("one"), clause("two"), clause("three"), hosts={"llm.example.com": "openai"})
    assert differences(BEFORE, after) == ("configuration key hosts changed",)


def test_a_rule_and_a_vendor_are_told_by_their_ids() -> None:
    without = {**BEFORE, "rule": dict(list(BEFORE["rule"].items())[1:]), "vendor": {**BEFORE["vendor"], "openai": "x"}}
    first = next(iter(BEFORE["rule"]))
    assert differences(without, BEFORE) == (f"rule {first} added", "vendor openai changed")


def test_many_changes_are_counted() -> None:
    told = differences({}, BEFORE)
    assert len(told) == SHOWN + 1
    assert told[-1] == f"and {sum(map(len, BEFORE.values())) - SHOWN} more"


def test_nothing_of_what_stands_there_is_in_it() -> None:
    assert ANN.hash not in str(BEFORE)


NAMES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("12"), max_size=6)


@given(NAMES, NAMES)
def test_differences_are_none_exactly_for_the_same(before: dict[str, str], after: dict[str, str]) -> None:
    told = differences({"rule": before}, {"rule": after})
    assert (told == ()) is (before == after)
    assert len(told) == len({*before.items()} ^ {*after.items()}) - sum(
        name in after and after[name] != digest for name, digest in before.items()
    )

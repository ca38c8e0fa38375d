"""Requests, findings, limits; what exceptions and allowlists change; what several files come to."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from proxy.policy import Action, Context, Found, Policy, PolicyError, load_policy
from proxy.policy.waiver import NO_WAIVERS, Waivers
from proxy.reason import Reason
from tests.proxy.policy.making import HEAD, circumstances, decide, finding, load, write

NOBODY = circumstances()


@dataclass(frozen=True)
class Waiving:
    """Lets everything of one rule be no finding, and an action stand for everything else."""

    action: Action
    allowed_rule: str = "none"

    def allowed(self, finding: Found, context: Context) -> str | None:
        return "known" if finding.rule == self.allowed_rule else None

    def excepted(self, finding: Found | None, context: Context) -> tuple[str, Action] | None:
        return "ex-1", self.action


LIMITED = """\
default: log
findings:
- {id: cards, when: {category: [pci]}, action: block}
- {id: told, when: {category: [pii]}, action: warn}
limits:
- {id: at-least-masked, when: {category: [pci]}, action: mask}
- {id: never-there, when: {category: [pci], vendor: [deepseek]}, action: block}
- {id: never-them, when: {group: [guests]}, action: block}
- {id: cut-there, when: {vendor: [mistral]}, action: redact}
"""


@pytest.mark.parametrize(
    ("category", "known", "waivers", "expected"),
    [
        ("pci", {}, NO_WAIVERS, (Action.BLOCK, "cards", "")),
        ("pci", {}, Waiving(Action.LOG), (Action.MASK, "at-least-masked", "ex-1")),
        ("pci", {"vendor": "deepseek"}, Waiving(Action.LOG), (Action.BLOCK, "never-there", "")),
        ("pci", {"vendor": "mistral"}, Waiving(Action.LOG), (Action.REDACT, "cut-there", "ex-1")),
        ("pci", {"group": "guests"}, NO_WAIVERS, (Action.BLOCK, "cards", "")),
        ("pii", {}, NO_WAIVERS, (Action.WARN, "told", "")),
        ("pii", {}, Waiving(Action.LOG), (Action.LOG, "told", "ex-1")),
        ("pii", {}, Waiving(Action.BLOCK), (Action.WARN, "told", "")),
        ("pii", {"group": "guests"}, NO_WAIVERS, (Action.BLOCK, "never-them", "")),
        ("secret", {}, Waiving(Action.ALLOW), (Action.LOG, "default", "")),
        ("secret", {}, Waiving(Action.LOG, "aws-key"), (Action.ALLOW, "allow:known", "known")),
        ("pci", {"vendor": "deepseek"}, Waiving(Action.LOG, "aws-key"), (Action.ALLOW, "allow:known", "known")),
    ],
)
def test_what_is_lowered_and_what_is_not(
    tmp_path: Path, category: str, known: dict[str, str], waivers: Waivers, expected: tuple[Action, str, str]
) -> None:
    policy = load(tmp_path, LIMITED)
    (ruling,) = policy.judge([finding(category=category)], circumstances(**known), waivers)
    assert (ruling.action, ruling.clause, ruling.waiver) == expected


def test_what_is_no_finding_is_not_counted(tmp_path: Path) -> None:
    policy = load(tmp_path, "default: log\nfindings:\n- {id: two, when: {count_at_least: 2}, action: block}\n")
    found = [finding(number=1), finding(rule="known", number=2)]
    assert [ruling.action for ruling in policy.judge(found, NOBODY)] == [Action.BLOCK, Action.BLOCK]
    rulings = policy.judge(found, NOBODY, Waiving(Action.LOG, "known"))
    assert [ruling.action for ruling in rulings] == [Action.LOG, Action.ALLOW]


REQUESTS = """\
requests:
- {id: trained, when: {training: [pci]}, action: allow}
- {id: cde, description: Code of the CDE goes nowhere., when: {code: {pci: [cde]}}, action: block}
- {id: ledger, when: {code: {pci: [connected]}}, action: justify, message: Say why.}
limits:
- {id: prohibited, when: {approval: [prohibited]}, action: block}
- {id: no-cards, when: {category: [pci]}, action: block}
- {id: cut, when: {approval: [restricted]}, action: redact}
- {id: spared, when: {approval: [restricted]}, unless: {category: [pii]}, action: block}
"""


@pytest.mark.parametrize(
    ("known", "waivers", "expected"),
    [
        ({}, NO_WAIVERS, (Action.ALLOW, "", "", "")),
        ({"code": {"pci": "cde"}}, NO_WAIVERS, (Action.BLOCK, "cde", "Code of the CDE goes nowhere.", "")),
        ({"code": {"pci": "cde"}}, Waiving(Action.LOG), (Action.LOG, "cde", "Code of the CDE goes nowhere.", "ex-1")),
        ({"code": {"pci": "connected"}}, NO_WAIVERS, (Action.JUSTIFY, "ledger", "Say why.", "")),
        ({"code": {"pci": "cde"}, "training": "pci"}, NO_WAIVERS, (Action.ALLOW, "trained", "", "")),
        ({"approval": "prohibited"}, NO_WAIVERS, (Action.BLOCK, "prohibited", "", "")),
        ({"approval": "prohibited", "code": {"pci": "cde"}}, Waiving(Action.LOG), (Action.BLOCK, "prohibited", "", "")),
        ({"approval": "restricted"}, NO_WAIVERS, (Action.LOG, "cut", "", "")),
    ],
)
def test_a_request_before_its_findings(
    tmp_path: Path, known: dict[str, str], waivers: Waivers, expected: tuple[Action, str, str, str]
) -> None:
    ruling = load(tmp_path, REQUESTS).judge_request(circumstances(**known), waivers)
    assert (ruling.action, ruling.clause, ruling.message, ruling.waiver) == expected


def test_an_exceptions_floor_is_told_to_whoever_lowers_later(tmp_path: Path) -> None:
    policy = load(tmp_path, LIMITED)
    (ruling,) = policy.judge([finding(category="pci")], NOBODY)
    assert ruling.floor is not None
    assert ruling.lowered(Action.LOG, "code").action is Action.MASK
    assert ruling.lowered(Action.LOG, "code").clause == "at-least-masked"
    assert ruling.lowered(Action.BLOCK, "code") is ruling


# Several files.

BASE = "findings:\n- {id: base-mail, when: {entity: [EMAIL_ADDRESS]}, action: log}\n- {id: base-rest, action: redact}\n"


def layered(folder: Path, **files: str) -> None:
    for name, text in files.items():
        write(folder, HEAD.replace("own", name) + text, f"{name}.yaml")


def test_own_clauses_come_first_and_a_shared_base_last(tmp_path: Path) -> None:
    layered(
        tmp_path,
        base=BASE,
        left="extends: [base]\nfindings:\n- {id: left-mail, when: {category: [phi]}, action: block}\n",
        right="extends: [base]\nfindings:\n- {id: right-mail, when: {category: [pci]}, action: block}\n",
        top="extends: [left, right]\nfindings:\n- {id: top-one, when: {rule: [one]}, action: allow}\n",
    )
    policy = load_policy("top", tmp_path)
    assert [clause.id for clause in policy.findings] == ["top-one", "left-mail", "right-mail", "base-mail", "base-rest"]
    assert policy.origins["right-mail"].policy == "right"
    assert (policy.origins["base-mail"].file, policy.origins["base-mail"].line) == (str(tmp_path / "base.yaml"), 5)
    assert [Path(file).stem for file in policy.files] == ["top", "left", "right", "base"]


def test_the_limits_of_all_hold(tmp_path: Path) -> None:
    layered(
        tmp_path,
        left="limits:\n- {id: left-cut, when: {category: [pci]}, action: redact}\n",
        right="limits:\n- {id: right-stop, when: {category: [pci], vendor: [openai]}, action: block}\n",
        top="extends: [left, right]\nfindings:\n- {id: all, action: allow}\n",
    )
    policy = load_policy("top", tmp_path)
    assert decide(policy, finding(category="pci")) == (Action.REDACT, "left-cut")
    assert decide(policy, finding(category="pci"), vendor="openai") == (Action.BLOCK, "right-stop")
    assert decide(policy, finding(category="pii"), vendor="openai") == (Action.ALLOW, "all")


def test_settings_are_ones_own_or_the_strictest(tmp_path: Path) -> None:
    layered(
        tmp_path,
        lax="default: log\non_fixed: log\ntelemetry: read\non_incomplete: {default: log}\nblock_style: reply\n",
        hard="default: block\non_incomplete: {default: log, binary: block, attachment: log}\n",
        both="extends: [lax, hard]\n",
        own="extends: [hard, lax]\ndefault: warn\non_incomplete: {attachment: log, too_large: block}\n",
        plain="",
    )
    both, own = load_policy("both", tmp_path), load_policy("own", tmp_path)
    assert (both.default, both.on_fixed, both.block_style) == ("block", "log", "reply")
    assert {reason for reason in Reason if both.judge_incomplete(reason).stops} == {Reason.BINARY}
    assert own.default == "warn"
    assert {reason for reason in Reason if own.judge_incomplete(reason).stops} == {Reason.BINARY, Reason.TOO_LARGE}
    assert load_policy("plain", tmp_path).default == "redact"


def test_a_list_is_a_policy_that_extends_each(tmp_path: Path) -> None:
    layered(tmp_path, base=BASE, left="extends: base\ntimezone: Asia/Tokyo\n", right="extends: base\ndefault: block\n")
    policy = load_policy(["left", "right"], tmp_path)
    assert (policy.id, policy.timezone, policy.default) == ("left+right", "Asia/Tokyo", "block")
    assert [clause.id for clause in policy.findings] == ["base-mail", "base-rest"]
    with pytest.raises(PolicyError, match="empty list"):
        load_policy([], tmp_path)


def test_the_digest_is_of_every_file(tmp_path: Path) -> None:
    layered(tmp_path, base=BASE, top="extends: base\n")
    digests = {load_policy("top", tmp_path).digest, load_policy("base", tmp_path).digest}
    layered(tmp_path, base=BASE + "default: block\n")
    digests.add(load_policy("top", tmp_path).digest)
    assert len(digests) == 3


def test_a_file_is_extended_by_its_path_from_there(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    layered(tmp_path / "below", inner=BASE, outer="extends: ./inner.yaml\n")
    assert load_policy(str(tmp_path / "below" / "outer.yaml"), tmp_path).findings[0].id == "base-mail"


def test_circles_and_what_is_nowhere_are_refused(tmp_path: Path) -> None:
    layered(tmp_path, one="extends: two\n", two="extends: [three, nought]\n", three="extends: one\n")
    with pytest.raises(PolicyError) as caught:
        load_policy("one", tmp_path)
    said = str(caught.value)
    assert "three.yaml:4: extends: expected no circle, found one -> two -> three -> one" in said
    assert "two.yaml:4: extends: policy 'nought': expected a pack (one, three, two) or a file, found neither" in said


def test_an_id_is_one_clauses_alone(tmp_path: Path) -> None:
    layered(tmp_path, base=BASE, top="extends: base\nlimits:\n- {id: base-mail, when: {rule: [x]}, action: log}\n")
    with pytest.raises(PolicyError, match=r"top\.yaml:6: clause base-mail: expected a unique id"):
        load_policy("top", tmp_path)


# What else it has to be.


def test_it_crosses_a_pipe_and_is_changed_whole(tmp_path: Path) -> None:
    policy = load(tmp_path, LIMITED)
    assert decide(policy, finding(category="pii"))[1] == "told"
    again: Policy = pickle.loads(pickle.dumps(policy))
    assert again.model_dump() == policy.model_dump()
    assert decide(again, finding(category="pii"))[1] == "told"
    changed = policy.model_copy(update={"findings": (), "default": "block"})
    assert decide(changed, finding()) == (Action.BLOCK, "default")


def test_it_knows_what_has_to_be_found_out_for_it(tmp_path: Path) -> None:
    assert not load(tmp_path, LIMITED).asks_about_code
    assert load(tmp_path, REQUESTS).asks_about_code
    assert load(tmp_path, "limits:\n- {id: a, unless: {path: ['**']}, action: log}\n").asks_about_code
    assert not load(tmp_path, LIMITED).pseudonymises
    assert load(tmp_path, "limits:\n- {id: a, action: pseudonymise}\n").pseudonymises

"""Every key of a condition: when it holds, when not, and when nothing is known."""

from pathlib import Path
from typing import Any

import pytest

from detectors import Severity
from proxy.policy import Action
from proxy.policy.glob import check_glob, globs_pattern
from tests.proxy.policy.making import circumstances, decide, finding, load

HOLDS: list[tuple[str, dict[str, Any]]] = [
    ("vendor: [openai, gemini]", {"vendor": "openai"}),
    ("vendor: openai", {"vendor": "openai"}),
    ("approval: [prohibited, unreviewed]", {}),
    ("agreement: {baa: [none, expired]}", {}),
    ("agreement: {baa: [none, expired]}", {"agreement": {"baa": "expired"}}),
    ("agreement: {baa: [signed], dpa: [none]}", {"agreement": {"baa": "signed"}}),
    ("region: [eu, ch]", {"regions": ["eu"]}),
    ("region_outside: [eu]", {"regions": ["eu", "us"]}),
    ("region_outside: [eu]", {}),
    ("trains: true", {"trains": True}),
    ("trains: [true, unknown]", {}),
    ("trains: unknown", {}),
    ("retention_days_over: 30", {"retention_days": 31}),
    ("retention_days_over: 30", {}),
    ("tool_approved: false", {"tool_approved": False}),
    ("code: {pci: [cde, connected]}", {"code": {"pci": ["cde", "supporting"]}}),
    ("code: {pci: [unknown]}", {"code": {"risk": ["high"]}}),
    ("code: {pci: [cde], risk: [high]}", {"code": {"pci": ["cde"], "risk": ["high"]}}),
    ("repository: [github.com/acme/ledger-*]", {"repository": "github.com/acme/ledger-api"}),
    ("repository: [GitHub.com/Acme/*]", {"repository": "github.com/acme/x"}),
    ('path: ["**/settlement/**"]', {"path": ["a.py", "/home/x/src/settlement/a.py"]}),
    ("user: [ada]", {"user": "ada"}),
    ("group: [payments, ops]", {"group": ["all", "ops"]}),
    ("role: [approver]", {"role": "approver"}),
    ("training: [pci, hipaa]", {"training": ["hipaa"]}),
    ("without_training: [pci, hipaa]", {"training": ["hipaa"]}),
    ("without_training: [pci]", {}),
    ("network: [10.1.0.0/16, '2001:db8::/32']", {"address": "10.1.2.3"}),
    ("network: [10.1.0.0/16, '2001:db8::/32']", {"address": "2001:db8::1"}),
    ("network: [10.1.0.0/16]", {"address": "::ffff:10.1.2.3"}),
    ("client: [codex, claude-code]", {"client": "claude-code 2.1"}),
    ("client_version: {claude-code: '>=2.1,<3'}", {"client": "claude-code 2.10"}),
    ("days: [mon, tue]", {"now": "2026-11-23T10:00Z"}),
    ("hours: 08:00-18:00", {"now": "2026-11-23T08:00Z"}),
    ("hours: [22:00-06:00]", {"now": "2026-11-23T05:59Z"}),
    ("hours: [22:00-06:00]", {"now": "2026-11-23T22:00Z"}),
    ("hours: 12:00-24:00", {"now": "2026-11-23T23:59Z"}),
    ("from: 2026-11-23", {"now": "2026-11-23T00:00Z"}),
    ("until: 2026-11-23", {"now": "2026-11-23T23:59Z"}),
    ("until: 2026-11-23T08:30", {"now": "2026-11-23T08:29Z"}),
    ("from: 2026-11-23T08:30:00+01:00", {"now": "2026-11-23T07:30Z"}),
]

FAILS: list[tuple[str, dict[str, Any]]] = [
    ("vendor: [openai]", {}),
    ("approval: [approved]", {}),
    ("agreement: {baa: [none]}", {"agreement": {"baa": "signed"}}),
    ("agreement: {baa: [signed], dpa: [signed]}", {"agreement": {"baa": "signed"}}),
    ("region: [eu]", {}),
    ("region: [eu]", {"regions": ["eu", "us"]}),
    ("region_outside: [eu, us]", {"regions": ["eu"]}),
    ("trains: [true, false]", {}),
    ("retention_days_over: 30", {"retention_days": 30}),
    ("tool_approved: false", {}),
    ("tool_approved: true", {}),
    ("code: {pci: [cde]}", {}),
    ("code: {pci: [unknown]}", {"code": {"pci": ["cde"]}}),
    ("repository: [github.com/*]", {"repository": "github.com/acme/x"}),
    ("repository: ['**']", {}),
    ("path: [src/**]", {}),
    ("user: [ada]", {}),
    ("group: [ops]", {"user": "ops"}),
    ("training: [pci]", {}),
    ("without_training: [pci]", {"training": ["pci"]}),
    ("network: [10.1.0.0/16]", {"address": "10.2.0.1"}),
    ("network: [10.1.0.0/16]", {"address": "2001:db8::1"}),
    ("network: [0.0.0.0/0]", {}),
    ("client: [codex]", {}),
    ("client_version: {claude-code: '>=2.1'}", {"client": "claude-code 2.0.9"}),
    ("client_version: {claude-code: '>=2.1'}", {"client": "claude-code"}),
    ("client_version: {claude-code: '>=2.1'}", {"client": "codex 3.0"}),
    ("days: [sat, sun]", {"now": "2026-11-23T10:00Z"}),
    ("hours: 08:00-18:00", {"now": "2026-11-23T18:00Z"}),
    ("hours: 22:00-06:00", {"now": "2026-11-23T06:00Z"}),
    ("from: 2026-11-23", {"now": "2026-11-22T23:59Z"}),
    ("until: 2026-11-23", {"now": "2026-11-24T00:00Z"}),
    ("until: 2026-11-23T08:30", {"now": "2026-11-23T08:30Z"}),
]

CASES = [*((*case, True) for case in HOLDS), *((*case, False) for case in FAILS)]


@pytest.mark.parametrize(("condition", "known", "holds"), CASES)
def test_a_key_about_the_request(tmp_path: Path, condition: str, known: dict[str, Any], holds: bool) -> None:
    clause = f"- {{id: it, when: {{{condition}}}, action: block}}\n"
    policy = load(tmp_path, f"default: log\nrequests:\n{clause}findings:\n{clause.replace('id: it', 'id: that')}")
    assert policy.judge_request(circumstances(**known)).action is (Action.BLOCK if holds else Action.ALLOW)
    assert decide(policy, finding(), **known) == ((Action.BLOCK, "that") if holds else (Action.LOG, "default"))


@pytest.mark.parametrize(("condition", "known", "holds"), CASES)
def test_unless_is_the_other_way_around(tmp_path: Path, condition: str, known: dict[str, Any], holds: bool) -> None:
    policy = load(tmp_path, f"requests:\n- {{id: it, unless: {{{condition}}}, action: block}}\n")
    assert policy.judge_request(circumstances(**known)).action is (Action.ALLOW if holds else Action.BLOCK)


@pytest.mark.parametrize(
    ("zone", "now", "holds"),
    [
        ("Europe/Berlin", "2026-11-23T07:00Z", True),
        ("UTC", "2026-11-23T07:00Z", False),
        ("Europe/Berlin", "2026-07-20T06:00Z", True),  # summer time
        ("America/New_York", "2026-11-23T13:00Z", True),
        ("America/New_York", "2026-11-24T01:00Z", False),
    ],
)
def test_times_are_those_of_the_policys_zone(tmp_path: Path, zone: str, now: str, holds: bool) -> None:
    policy = load(tmp_path, f"timezone: {zone}\nrequests:\n- {{id: it, when: {{hours: 08:00-18:00}}, action: block}}\n")
    assert policy.judge_request(circumstances(now=now)).action.stops is holds


def test_a_date_begins_at_midnight_there(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        "timezone: Asia/Tokyo\nrequests:\n- {id: it, when: {from: 2026-11-23, until: 2026-11-23}, action: block}\n",
    )
    stopped = [
        policy.judge_request(circumstances(now=now)).action.stops for now in ("2026-11-22T14:59Z", "2026-11-22T15:00Z")
    ]
    assert stopped == [False, True]
    assert policy.judge_request(circumstances(now="2026-11-23T15:00Z")).action is Action.ALLOW


@pytest.mark.parametrize(("different", "same", "blocks"), [(3, 1, True), (2, 5, False), (2, 1, False), (4, 2, True)])
def test_a_count_is_of_different_values(tmp_path: Path, different: int, same: int, blocks: bool) -> None:
    policy = load(
        tmp_path, "default: log\nfindings:\n- {id: bulk, when: {entity: [MAIL], count_at_least: 3}, action: block}\n"
    )
    mails = [finding(entity="MAIL", number=number) for number in range(different) for _ in range(same)]
    others = [finding(entity="NAME", number=number) for number in range(100, 110)]
    rulings = policy.judge([*mails, *others], circumstances())
    assert {ruling.action for ruling in rulings[: len(mails)]} == {Action.BLOCK if blocks else Action.LOG}
    assert {ruling.action for ruling in rulings[len(mails) :]} == {Action.LOG}


def test_what_unless_spares_is_not_counted(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        "default: log\nfindings:\n- id: bulk\n  when: {category: [pii], count_at_least: 2}\n"
        "  unless: {severity_at_least: high, user: [ada]}\n  action: block\n",
    )
    found = [finding(category="pii", severity=level, number=n) for n, level in enumerate((Severity.LOW, Severity.HIGH))]
    assert [ruling.action for ruling in policy.judge(found, circumstances(user="ada"))] == [Action.LOG, Action.LOG]
    assert [ruling.action for ruling in policy.judge(found, circumstances(user="bob"))] == [Action.BLOCK, Action.BLOCK]


@pytest.mark.parametrize(
    ("glob", "matched", "others"),
    [
        ("src/*.py", ["src/a.py", "src/.py"], ["src/a/b.py", "src/a.pyc", "xsrc/a.py"]),
        ("**/ledger/**", ["ledger/a", "a/b/ledger/c/d"], ["ledger", "a/ledgers/b"]),
        ("**/*.sql", ["a.sql", "x/y/a.sql"], ["a.sql/b"]),
        ("a*b*c", ["abc", "axbxbxc"], ["ab", "a/b/c"]),
        ("a?c", ["abc"], ["ac", "a/c", "abbc"]),
        ("**", ["", "a", "a/b"], []),
        ("a.c", ["a.c"], ["abc"]),
    ],
)
def test_globs(glob: str, matched: list[str], others: list[str]) -> None:
    pattern = globs_pattern([check_glob(glob)])
    assert [text for text in [*matched, *others] if pattern.fullmatch(text)] == matched


@pytest.mark.parametrize("glob", ["", "a\\b", "a**", "**/x/**/y/**/z/**", "a/***/b", "x" * 301])
def test_globs_that_are_none(glob: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        check_glob(glob)


def test_a_hostile_path_is_matched_in_no_time() -> None:
    pattern = globs_pattern([check_glob("**/a*a*a*a*a*b/**/c")])
    assert not pattern.fullmatch("a" * 2000 + "/" + "a/" * 500)

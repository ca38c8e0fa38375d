"""A block's findings that count as none from now on: who may say so, what is written, which entries nobody needs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from proxy.audit import AuditLog
from proxy.auditrecord import AuditFinding, Change, Decision, Outcome
from proxy.auditsearch import records
from tests.proxy.cli.commands import SOON, Desk, desk
from tests.proxy.test_audit import decision

BLOCKED = AuditFinding(
    "us-ssn", "pii", "US_SSN", "/messages/0/content", 0, 9, "1f" * 16, "block", "high", "prompt", "c"
)
LOGGED = AuditFinding(
    "visa", "pci", "CREDIT_CARD", "/messages/0/content", 20, 36, "2e" * 16, "log", "high", "prompt", "c"
)
WHY = ("--reason", "a sample of the manual", "--until", SOON)
TERMS = "allow: {categories: [pii]}\n"
KEPT = """\
# ours
version: 1
allow:   # reviewed
  - id: manual  # the manual's
    reason: the numbers of the manual
    owner: docs
    until: 2099-01-01
    rule: us-ssn
    path: [docs/**]
"""
ADDED = f"""\
  - id: tl-a
    reason: a sample of the manual
    owner: ada
    until: {SOON}
    fingerprint: [{"1f" * 16}]
"""


def write(office: Desk, *written: Decision | Outcome | Change) -> None:
    log = AuditLog(office.state / "audit")
    for record in written:
        log.append(record).result(60)
    log.close()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("proxy.cli.actor._login", lambda: "ada")
    made = desk(tmp_path, TERMS)
    made.configure(allow="allow.yaml")
    write(made, decision("tl-a", decision="block", findings=(BLOCKED, LOGGED)))
    return made


def allowlist(office: Desk) -> str:
    return (office.folder / "allow.yaml").read_text()


def test_what_was_blocked_is_allowed_in_one_step(office: Desk) -> None:
    (office.folder / "allow.yaml").write_text(KEPT)
    done = office.do("allow", "tl-a", *WHY)
    assert done == f"1 value counts as no finding until {SOON}: entry tl-a in {office.folder}/allow.yaml\n"
    assert allowlist(office) == KEPT + ADDED
    (change,) = records(office.state / "audit", "change")
    assert (change["kind"], change["subject"], change["detail"]["request"]) == ("allow.add", "tl-a", "tl-a")
    assert "tl-a" in office.do("allow", "list")
    assert office.do("allow", "check") == "2 entries\n"


def test_a_new_file_is_begun(office: Desk) -> None:
    office.do("allow", "add", "tl-a", *WHY)
    assert allowlist(office).startswith("version: 1\nallow:\n- id: tl-a\n")


@pytest.mark.parametrize(
    ("policy", "arguments", "what"),
    [
        ("", ("tl-a",), "pii: expected categories that the policy's `allow` names (none)"),
        (TERMS, ("tl-a", "--finding", "2"), "pci: expected categories that the policy's `allow` names (pii)"),
        (TERMS, ("tl-a", "--finding", "3"), "--finding: expected 1 to 2, found 3"),
        (TERMS, ("tl-b",), "expected a request tl-b on record, found none"),
        ("allow: {categories: [pii], role: security}\n", ("tl-a",), "ada: expected the role or group security"),
    ],
)
def test_what_the_policy_does_not_permit(policy: str, arguments: tuple[str, ...], what: str, office: Desk) -> None:
    office.write_policy(policy)
    assert what in office.refused("allow", *arguments, *WHY)
    assert not (office.folder / "allow.yaml").exists()


@pytest.mark.parametrize(
    ("until", "what"), [("soon", "expected a date such as"), ("2020-01-01", "expected an end within")]
)
def test_an_end_is_a_date_to_come(until: str, what: str, office: Desk) -> None:
    assert what in office.refused("allow", "tl-a", *WHY[:2], "--until", until)


def test_once_is_enough(office: Desk) -> None:
    office.do("allow", "tl-a", *WHY)
    assert "expected a new id, found tl-a" in office.refused("allow", "tl-a", *WHY)


def test_a_configuration_without_an_allowlist(office: Desk) -> None:
    office.configure()
    assert office.refused("allow", "tl-a", *WHY).startswith("allow: expected the path of an allowlist")


def test_a_file_that_is_wrong_is_left_alone(office: Desk) -> None:
    (office.folder / "allow.yaml").write_text(KEPT.replace("    path: [docs/**]\n", ""))
    assert "allow.yaml:4: allow.0" in office.refused("allow", "tl-a", *WHY)
    assert office.refused("allow", "check") == office.refused("allow", "list")


def test_unused_entries_are_told(office: Desk) -> None:
    (office.folder / "allow.yaml").write_text(KEPT)
    done = office.run("allow", "list", "--unused", "--json")
    assert done.exit_code == 1
    assert [row["id"] for row in json.loads(done.output)] == ["manual"]
    used = replace(BLOCKED, action="allow", clause="allow:manual", waiver="manual")
    write(office, decision("tl-u", findings=(used,)))
    assert office.do("allow", "list", "--unused", "--json") == "[]\n"
    (row,) = json.loads(office.do("allow", "list", "--json"))
    assert (row["used"], row["last_used"][:4]) == (1, "2026")

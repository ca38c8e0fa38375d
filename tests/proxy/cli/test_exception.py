"""An exception from the request to its end: who may do what, and that every step is on record first."""

import json
import re
from pathlib import Path

import pytest

from proxy.audit import AuditLog
from proxy.auditsearch import records
from proxy.cli import actor
from proxy.waiver.store import exceptions_file
from tests.proxy.cli.commands import SOON, Desk, desk

WHY = ("--reason", "the pilot of the ledger team needs it", "--until", SOON)
TERMS = "exceptions: {max_days: 366}\n"


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    return desk(tmp_path, TERMS)


@pytest.fixture
def staffed(office: Desk) -> Desk:
    for name, group in (("ada", "dev"), ("bob", "approver"), ("carol", "dev")):
        office.add_user(name, group)
    office.configure(users="users.yaml")
    office.write_policy("exceptions: {max_days: 366, approver_role: approver}\n")
    return office


def sit(monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    monkeypatch.setattr(actor, "_login", lambda: login)


def asked(office: Desk, *scope: str) -> str:
    output = office.do("exception", "request", *(scope or ("--rule", "us-ssn")), *WHY)
    found = re.match(r"(ex-[a-z0-9]{6}) is pending", output)
    assert found, output
    return found[1]


def kinds(office: Desk) -> list[tuple[str, str]]:
    folder = office.state / "audit"
    return [(one["kind"], one["actor"]) for one in (records(folder, "change") if folder.exists() else ())]


def test_a_life_by_login(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sit(monkeypatch, "ada")
    id = asked(office)
    sit(monkeypatch, "bob")
    assert office.do("exception", "approve", id).startswith(f"{id} holds until ")
    assert f"{id}" in office.do("exception", "list")
    assert office.do("exception", "check") == "1 exceptions, each step as it is on record\n"
    office.do("exception", "revoke", id)
    assert id not in office.do("exception", "list")
    shown = json.loads(office.do("exception", "list", "--all", "--json"))
    assert [(one["id"], one["state"]) for one in shown] == [(id, "revoked")]
    assert "revoke   " in office.do("exception", "show", id)
    assert kinds(office) == [("exception.request", "ada"), ("exception.approve", "bob"), ("exception.revoke", "bob")]


def test_nobody_approves_their_own(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sit(monkeypatch, "ada")
    id = asked(office)
    sit(monkeypatch, "ADA")
    assert "expected an approver other than the requester" in office.refused("exception", "approve", id)
    assert kinds(office) == [("exception.request", "ada")]


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        ((), "expected at least one of user, group, vendor, repository, fingerprint, rule, entity, category"),
        (("--rule", "us-sn"), "scope.rule: expected a known rule, found us-sn (did you mean us-ssn?)"),
        (("--vendor", "opnai"), "scope.vendor: expected a known vendor, found opnai (did you mean openai?)"),
        (("--category", "pi"), "scope.category: expected a known category, found pi"),
        (("--entity", "SSN"), "scope.entity: expected a known entity, found SSN"),
        (("--fingerprint", "1234"), "scope.fingerprint: expected 32 hex digits"),
        (("--repository", "*/**"), "scope.repository: expected a pattern with a name in it"),
    ],
)
def test_what_cannot_be_asked_for(scope: tuple[str, ...], what: str, office: Desk) -> None:
    assert what in office.refused("exception", "request", *scope, *WHY)
    assert kinds(office) == []


def test_an_end_is_a_date(office: Desk) -> None:
    refused = office.refused("exception", "request", "--rule", "us-ssn", *WHY[:2], "--until", "soon")
    assert refused.startswith("--until: expected a date such as")


def test_an_id_that_is_none(office: Desk) -> None:
    assert "expected an exception of that id, found no ex-nobody" in office.refused("exception", "approve", "ex-nobody")


def test_users_prove_who_they_are(staffed: Desk) -> None:
    assert "--as: expected a user's name" in staffed.refused("exception", "request", "--rule", "us-ssn", *WHY)
    command = ("exception", "request", "--rule", "us-ssn", *WHY, "--as")
    assert "the right password" in staffed.refused(*command, "ada", password="wrong")
    assert "the right password" in staffed.refused(*command, "nobody")
    id = asked(staffed, "--rule", "us-ssn", "--as", "ada")
    refused = staffed.refused("exception", "approve", id, "--as", "carol")
    assert refused == "carol: expected the role or group approver, which the policy wants to approve exceptions"
    staffed.do("exception", "approve", id, "--as", "bob")
    assert kinds(staffed) == [("exception.request", "ada"), ("exception.approve", "bob")]


def test_users_and_groups_are_known_where_there_is_a_file(staffed: Desk) -> None:
    command = ("exception", "request", *WHY, "--as", "ada")
    assert "expected a known group, found ops" in staffed.refused(*command, "--group", "ops")
    assert "expected a known user, found ad (did you mean ada?)" in staffed.refused(*command, "--user", "ad")


def test_roles_and_groups_may_stand_in_a_file_of_their_own(staffed: Desk) -> None:
    (staffed.folder / "groups.yaml").write_text("groups: {ops: [ada]}\nroles: {approver: [carol]}\n")
    staffed.configure(users="users.yaml", groups="groups.yaml")
    id = asked(staffed, "--group", "ops", "--as", "ada")
    staffed.do("exception", "approve", id, "--as", "carol")


def test_a_role_needs_users(office: Desk) -> None:
    id = asked(office)
    office.write_policy("exceptions: {approver_role: approver}\n")
    assert office.refused("exception", "approve", id).startswith("users: expected a users file")


def test_the_configurations_check_reads_exceptions_and_allowlists(staffed: Desk) -> None:
    id = asked(staffed, "--group", "dev", "--as", "ada")
    staffed.do("exception", "approve", id, "--as", "bob")
    staffed.do("config", "check")
    for name in ("ada", "carol"):
        staffed.run("users", "remove", name)
    assert f"exceptions.jsonl:2: {id}: scope.group: expected a known group, found dev" in staffed.refused(
        "config", "check"
    )
    staffed.do("exception", "revoke", id, "--as", "bob")
    (staffed.folder / "allow.yaml").write_text("version: 1\nallow: [{id: a}]\n")
    staffed.configure(users="users.yaml", allow="allow.yaml")
    assert "allow.yaml:2: allow.0.reason" in staffed.refused("config", "check")


def test_what_is_not_on_record_does_not_hold(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    id = asked(office)
    before = exceptions_file(office.state).read_bytes()
    monkeypatch.setattr("proxy.change.WAIT_SECONDS", 0.0)
    monkeypatch.setattr("proxy.change.record.__kwdefaults__", {"wait_seconds": 0.0})
    log = AuditLog(office.state / "audit")
    try:
        assert "nothing was changed" in office.refused("exception", "revoke", id)
    finally:
        log.close()
    assert exceptions_file(office.state).read_bytes() == before


def test_an_older_file_in_its_place_is_found_out(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sit(monkeypatch, "ada")
    id = asked(office)
    sit(monkeypatch, "bob")
    office.do("exception", "approve", id)
    older = exceptions_file(office.state).read_bytes()
    office.do("exception", "revoke", id)
    exceptions_file(office.state).write_bytes(older)
    done = office.run("exception", "check")
    assert done.exit_code == 1
    assert done.output == f"{id}: steps: expected revoke, which is on record, found it missing\n"
    exceptions_file(office.state).unlink()
    other = asked(office)
    assert f"{id}: expected it in" in office.run("exception", "check").output
    assert other not in office.run("exception", "check").output

"""The doctor's parts that look at files and processes: people, exceptions, records, ports, memory."""

import json
import os
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proxy.audit import AuditLog
from proxy.cli.doctor import client, machine, process, record, running, standing
from proxy.cli.finding import Check, Level
from proxy.cli.home import Home
from proxy.clientsetup.tool import Platform
from proxy.config import Config
from proxy.configtype import Address
from proxy.control import Presence
from proxy.key import installation_key
from proxy.policy.terms import ExceptionTerms
from proxy.waiver.exception import PolicyException, asked_for
from proxy.waiver.scope import Scope
from proxy.waiver.store import Exceptions, seal_key, write_exceptions
from tests.proxy.test_audit import decision

NOW = datetime.now(UTC)


def config_of(folder: Path, **more: Any) -> Config:
    return Config(state_dir=folder, **more)


def only(checks: Any) -> Check:
    (check,) = checks
    assert check.advice or check.level is Level.GOOD
    return check


# people and what they agreed on


@pytest.mark.parametrize(
    ("users", "groups", "level", "words"),
    [
        ("users: []\n", None, Level.WARN, "no user"),
        ("users: nothing\n", None, Level.FAIL, "users.yaml"),
        ("users: []\n", "groups: {payments: [ada]}\n", Level.FAIL, "ada"),
    ],
)
def test_the_users_file(tmp_path: Path, users: str, groups: str | None, level: Level, words: str) -> None:
    (tmp_path / "users.yaml").write_text(users)
    (tmp_path / "users.yaml").chmod(0o600)
    (tmp_path / "groups.yaml").write_text(groups or "")
    more = {"groups": tmp_path / "groups.yaml"} if groups else {}
    check = only(standing.people(config_of(tmp_path, users=tmp_path / "users.yaml", **more)))
    assert (check.level, words in check.message) == (level, True)


def test_a_users_file_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "users.yaml").write_text("users: []\n")
    (tmp_path / "users.yaml").chmod(0o644)
    assert "chmod 600" in only(standing.people(config_of(tmp_path, users=tmp_path / "users.yaml"))).advice


@pytest.mark.parametrize(("days", "level"), [(-1, Level.WARN), (10, Level.WARN), (200, Level.GOOD)])
def test_agreements_near_their_end(tmp_path: Path, days: int, level: Level) -> None:
    until = (NOW + timedelta(days=days)).date().isoformat()
    known = {"approval": "approved", "agreements": {"dpa": {"status": "signed", "until": until}}}
    (tmp_path / "registry.yaml").write_text(json.dumps({"vendors": {"openai": known}}))
    check = only(standing.agreements(config_of(tmp_path, registry=tmp_path / "registry.yaml")))
    assert (check.level, "openai: dpa" in check.message) == (level, level is Level.WARN)


def test_rules_of_ones_own_are_read(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text("rules: [{id: x}]\n")
    check = only(standing.rules(config_of(tmp_path, rules=(tmp_path,))))
    assert (check.level, "acme.yaml" in check.message) == (Level.FAIL, True)


def test_a_candidate_that_can_not_be_read(tmp_path: Path) -> None:
    check = only(standing.candidate(config_of(tmp_path, shadow={"policy": str(tmp_path / "no.yaml")})))
    assert (check.level, "no.yaml" in check.message) == (Level.WARN, True)
    assert only(standing.candidate(config_of(tmp_path, shadow={"policy": "strict"}))).level is Level.GOOD


# the audit log


def write_records(folder: Path, count: int, starts: int = 1) -> list[Path]:
    for _ in range(starts):
        log = AuditLog(folder)
        for number in range(count):
            log.append(decision(f"tl-{number}")).result(10)
        log.close()
    return sorted(folder.glob("audit-*.jsonl"))


def test_records_that_are_whole(tmp_path: Path) -> None:
    write_records(tmp_path / "audit", 5, starts=3)
    check = only(record.chain(config_of(tmp_path)))
    assert (check.level, "whole and in order" in check.message) == (Level.GOOD, True)


def test_a_line_that_was_changed(tmp_path: Path) -> None:
    *_, path = write_records(tmp_path / "audit", 5)
    path.chmod(0o600)
    lines = path.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace('"openai"', '"xai"', 1)
    path.write_text("".join(lines))
    check = only(record.chain(config_of(tmp_path)))
    assert (check.level, path.name in check.message) == (Level.FAIL, True)


def test_the_last_line_of_a_segment_that_was_changed(tmp_path: Path) -> None:
    first, *_ = write_records(tmp_path / "audit", 5, starts=2)
    first.chmod(0o600)
    lines = first.read_text().splitlines(keepends=True)
    lines[-1] = lines[-1].replace('"time":"2', '"time":"3', 1)
    first.write_text("".join(lines))
    check = only(record.chain(config_of(tmp_path)))
    assert (check.level, "does not follow on" in check.message) == (Level.FAIL, True)


def test_a_segment_that_is_missing(tmp_path: Path) -> None:
    paths = write_records(tmp_path / "audit", 5, starts=3)
    paths[1].unlink()
    assert "does not follow on" in only(record.chain(config_of(tmp_path))).message


def test_old_segments_may_be_taken_away(tmp_path: Path) -> None:
    write_records(tmp_path / "audit", 5, starts=3)[0].unlink()
    assert only(record.chain(config_of(tmp_path))).level is Level.GOOD


def test_how_long_the_disk_lasts(tmp_path: Path) -> None:
    path = write_records(tmp_path / "audit", 5)[0]
    begun = datetime.now(UTC) - timedelta(days=3)
    path = path.rename(path.with_name(f"audit-{1:016d}-{begun:%Y%m%d}.jsonl"))
    days = record._days_left(path.stat().st_size * 10, [path], time.time())
    assert days is not None and 28 <= days <= 40  # ten times what three to four days wrote
    assert record._days_left(1 << 30, [], time.time()) is None


# processes, ports, memory


def test_who_holds_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        assert process.holders_of(Address("127.0.0.1", port)) == {os.getpid()}
        assert process.holders_of(Address("0.0.0.0", port)) == {os.getpid()}
        assert process.holders_of(Address("127.0.0.2", port)) == frozenset()
    assert process.holders_of(Address("127.0.0.1", port)) == frozenset()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
def test_who_holds_a_port_by_ipv6() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as held:
        assert process.holders_of(Address("::1", held.getsockname()[1])) == {os.getpid()}


def test_a_stranger_on_the_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        at = Address("127.0.0.1", held.getsockname()[1])
        listen, _ = running.ports(config_of(tmp_path, listen=at, metrics=Address("127.0.0.1", 0)))
    assert (listen.level, f"process {os.getpid()}" in listen.message) == (Level.FAIL, True)


def test_the_proxys_own_processes_are_no_strangers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held, Presence(tmp_path):
        at = Address("127.0.0.1", held.getsockname()[1])
        check = next(iter(running.ports(config_of(tmp_path, listen=at))))
    assert (check.level, "the proxy's" in check.message) == (Level.GOOD, True)


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    users.write_text("users: []\n")
    at = Address("192.0.2.1", 8080)  # documentation's, RFC 5737
    check = next(iter(running.ports(config_of(tmp_path, users=users, listen=at))))
    assert check.level is Level.FAIL


def test_children_belong_to_the_family() -> None:
    assert os.getpid() in process.family_of(os.getppid())
    assert os.getppid() not in process.family_of(os.getpid())


def test_the_least_limit_of_all_cgroups_above_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "cgroup" / "system.slice" / "tightlip.service"
    inner.mkdir(parents=True)
    (tmp_path / "proc" / "7").mkdir(parents=True)
    (tmp_path / "proc" / "7" / "cgroup").write_text("0::/system.slice/tightlip.service\n")
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text(f"{2 << 30}\n")
    (tmp_path / "cgroup" / "memory.max").write_text(f"{3 << 30}\n")
    monkeypatch.setattr(process, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(process, "_CGROUPS", tmp_path / "cgroup")
    assert process.memory_limit(7) == 2 << 30
    assert process.memory_limit(8) is None


@pytest.mark.parametrize(("connections", "level"), [(100, Level.GOOD), (1_000_000, Level.WARN)])
def test_open_files_for_as_many_connections_as_are_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connections: int, level: Level
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda which: (1024, 1024))
    check = only(machine.open_files(config_of(tmp_path, limits={"connections": connections})))
    assert (check.level, "1024 open files in this shell" in check.message) == (level, True)


@pytest.mark.parametrize(("used", "limit", "level"), [(500, 1000, Level.GOOD), (950, 1000, Level.WARN)])
def test_memory_near_its_limit(used: int, limit: int, level: Level) -> None:
    assert machine._used(used << 20, limit << 20, None).level is level


# clients


def test_clients_that_go_round_the_proxy_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().endswith(("_PROXY", "_BASE_URL", "_BASE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", "")
    home = Home(tmp_path, Platform.LINUX)
    assert list(client.ways(home)) == []
    (tmp_path / ".codex").mkdir()
    assert "codex" in only(client.ways(home)).message
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:8080")
    assert only(client.ways(home)).level is Level.GOOD


# exceptions


def exception(id: str, until: datetime, key: bytes, *, approved: bool) -> PolicyException:
    asked = asked_for(id, Scope(rule=("email-address",)), "a reason that is long enough", until)
    made = asked.requested("ada", NOW, "ch-1", ExceptionTerms(), key)
    return made.approved("bob", NOW, "ch-2", key) if approved else made


@pytest.mark.parametrize(
    ("days", "approved", "level", "words"),
    [
        (3, True, Level.WARN, "end within a week: ex-1"),
        (30, True, Level.GOOD, "1 in force"),
        (30, False, Level.WARN, "wait for approval: ex-1"),
    ],
)
def test_exceptions(tmp_path: Path, days: int, approved: bool, level: Level, words: str) -> None:
    key = seal_key(installation_key(tmp_path))
    one = exception("ex-1", NOW + timedelta(days=days), key, approved=approved)
    write_exceptions(tmp_path, Exceptions((one,)))
    check = only(standing.exceptions(config_of(tmp_path)))
    assert (check.level, words in check.message) == (level, True)

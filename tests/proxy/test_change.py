"""Administrative steps get on record: by the proxy that runs, by the command itself, across crashes and damage."""

import asyncio
import json
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy import change as changes
from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditrecord import plain_words
from proxy.auditsearch import records
from proxy.change import Change, record, submit, take_in
from proxy.configfile import ConfigError

NOW = 1_790_000_000.25


def step(subject: str = "ex-1", **members: object) -> Change:
    return Change(**{"time": NOW, "actor": "ada", "kind": "exception.request", "subject": subject} | members)  # type: ignore[arg-type]


def on_record(state: Path) -> list[tuple[str, str]]:
    return [(one["kind"], one["subject"]) for one in records(state / "audit", "change")]


def waiting(state: Path) -> list[str]:
    return sorted(path.suffix for path in (state / "changes").iterdir())


def test_a_command_without_a_proxy_records_by_itself(tmp_path: Path) -> None:
    record(tmp_path, step(summary="a reason", detail={"until": "2026-12-01"}))
    (found,) = records(tmp_path / "audit", "change")
    assert (found["actor"], found["summary"], found["detail"]) == ("ada", "a reason", {"until": "2026-12-01"})
    assert waiting(tmp_path) == []


def test_changes_keep_their_order(tmp_path: Path) -> None:
    for number in range(20):
        submit(tmp_path, step(f"ex-{number}"))
    record(tmp_path, step("ex-20"))
    assert on_record(tmp_path) == [("exception.request", f"ex-{number}") for number in range(21)]


def test_the_running_proxy_takes_changes_in_within_a_second(tmp_path: Path) -> None:
    async def run() -> None:
        log = AuditLog(tmp_path / "audit")
        following = asyncio.create_task(changes.follow(tmp_path, log))
        await asyncio.wait_for(asyncio.to_thread(record, tmp_path, step()), 1.0)
        following.cancel()
        log.close()

    asyncio.run(run())
    assert on_record(tmp_path) == [("exception.request", "ex-1")]


def test_commands_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [threading.Thread(target=record, args=(tmp_path, step(f"ex-{number}"))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(on_record(tmp_path)) == sorted(("exception.request", f"ex-{number}") for number in range(8))


def test_what_nobody_records_is_withdrawn(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit")  # held, and never looking for changes
    try:
        with pytest.raises(ConfigError, match="found locked; nothing was changed"):
            record(tmp_path, step(), wait_seconds=0.1)
    finally:
        log.close()
    assert waiting(tmp_path) == []


class _Dying(AuditLog):
    """A log whose holder dies after a record is durable and before it can act on that."""

    def append(self, record: object) -> Future[int]:
        super().append(record).result(60)  # type: ignore[arg-type]
        raise AuditUnavailable("closed")


def test_a_crash_between_record_and_removal_records_twice_with_one_id(tmp_path: Path) -> None:
    submit(tmp_path, step())
    log = _Dying(tmp_path / "audit")
    with pytest.raises(AuditUnavailable):
        take_in(tmp_path, log)
    log.close()
    record(tmp_path, step("ex-2"))
    ids = [one["change"] for one in records(tmp_path / "audit", "change")]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]


@given(
    content=st.binary(max_size=80) | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_what_is_no_change_is_set_aside_and_told(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    state = tmp_path_factory.mktemp("state")
    path = submit(state, step("ex-torn"))
    path.write_bytes(content)
    record(state, step("ex-whole"))
    assert on_record(state) == [("change.damaged", path.name), ("exception.request", "ex-whole")]
    assert waiting(state) == [".damaged"]


@pytest.mark.parametrize(
    "member", [{"time": 1e300}, {"time": "now"}, {"actor": 7}, {"detail": []}, {"digest": {}}, {"other": 1}]
)
def test_a_change_with_a_member_that_cannot_be_is_set_aside(member: dict[str, object], tmp_path: Path) -> None:
    path = submit(tmp_path, step())
    path.write_text(json.dumps(json.loads(path.read_text()) | member))
    record(tmp_path, step("ex-2"))
    assert on_record(tmp_path) == [("change.damaged", path.name), ("exception.request", "ex-2")]


def test_a_torn_half_is_set_aside(tmp_path: Path) -> None:
    path = submit(tmp_path, step())
    path.write_bytes(path.read_bytes()[:-10])
    record(tmp_path, step("ex-2"))
    assert on_record(tmp_path)[0] == ("change.damaged", path.name)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("needed for TICKET-1234, until the vendor answers", "needed for TICKET-1234, until the vendor answers"),
        ("card " + "4111" * 4 + " is a test\none", "card * is a test one"),
        ("ask ada" + "@example.com", "ask *"),
    ],
)
def test_what_people_write_loses_what_could_be_a_value(text: str, kept: str) -> None:
    assert plain_words(text) == kept


def test_who_wants_to_know_is_told_of_each_change_once_it_is_on_record(tmp_path: Path) -> None:
    told: list[Change] = []
    submit(tmp_path, step("ex-1"))
    submit(tmp_path, step("ex-2"))
    log = AuditLog(tmp_path / "audit")
    try:
        take_in(tmp_path, log, told.append)
    finally:
        log.close()
    assert [one.subject for one in told] == ["ex-1", "ex-2"]

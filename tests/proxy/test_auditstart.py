"""The audit log from hand to hand: nothing is lost, read again or closed that is still open, and nobody slips in."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditsegment import segments
from proxy.auditstart import Handed
from tests.proxy.test_audit import chain_is_whole, decision, kinds, outcome, records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audit"


@pytest.fixture
def handed(folder: Path) -> Iterator[Handed]:
    """Of a log with two decisions, the second of which is still open."""
    log = AuditLog(folder)
    for request in ("r1", "r2"):
        log.append(decision(request)).result(60)
    log.append(outcome("r1"))
    yield replace(log.hand_over(), still_open=("r2",))


def outcomes(folder: Path) -> list[tuple[object, object]]:
    return [(r["request"], r["result"]) for r in records(folder) if r["type"] == "outcome"]


def test_what_is_handed_over_goes_on_and_stays_open(folder: Path, handed: Handed) -> None:
    log = AuditLog(folder, handed=handed)
    assert log.append_encoded('"type":"outcome","request":"r2","result":"completed"').result(60) == 6
    log.close()
    assert records(folder)[4]["still_open"] == ["r2"]
    assert outcomes(folder) == [("r1", "complete"), ("r2", "completed")]
    assert chain_is_whole(folder)
    assert [path.stat().st_mode & 0o777 for path in segments(folder)] == [0o400, 0o600]


def test_nobody_gets_the_lock_in_between(folder: Path, handed: Handed) -> None:
    with pytest.raises(AuditUnavailable, match="locked"):
        AuditLog(folder)
    log = AuditLog(folder, handed=handed)
    with pytest.raises(AuditUnavailable, match="locked"):
        AuditLog(folder)
    log.close()
    AuditLog(folder).close()


def test_nothing_is_read_again(folder: Path, handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.auditstart.survey", None)
    AuditLog(folder, handed=handed).close()


def test_what_the_heir_left_open_is_unknown_at_the_next_start(folder: Path, handed: Handed) -> None:
    log = AuditLog(folder, handed=handed)
    log.append(decision("r3")).result(60)
    log.close()
    AuditLog(folder).close()
    assert outcomes(folder) == [("r1", "complete"), ("r2", "unknown"), ("r3", "unknown")]
    AuditLog(folder).close()
    assert kinds(folder).count("outcome") == 3
    assert chain_is_whole(folder)


def test_who_takes_it_back_closes_the_heirs_requests_and_not_his_own(folder: Path, handed: Handed) -> None:
    heir = AuditLog(folder, handed=replace(handed, lock=os.dup(handed.lock)))
    heir.append(decision("r3")).result(60)
    heir.close()
    log = AuditLog(folder, handed=handed)
    log.append(outcome("r2")).result(60)
    log.close()
    assert outcomes(folder) == [("r1", "complete"), ("r3", "unknown"), ("r2", "complete")]
    assert chain_is_whole(folder)


def test_a_log_that_broke_is_read_by_who_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AuditLog(folder)
    log.append(decision("r1")).result(60)
    with monkeypatch.context() as patched:
        patched.setattr("proxy.auditsegment._sync", _fail)
        with pytest.raises(AuditUnavailable):
            log.append(decision("r2")).result(60)
        handed = replace(log.hand_over(), still_open=("r1",))
    assert handed.segment == ""
    with pytest.raises(AuditUnavailable, match="closed"):
        log.append(decision("r3")).result(60)
    AuditLog(folder, handed=handed).close()
    # The second decision reached the file and not its client: nothing was sent, and that is what is said.
    assert outcomes(folder) == [("r2", "unknown")]
    assert chain_is_whole(folder)


def test_a_start_whose_line_was_changed_stops_no_start(folder: Path, handed: Handed) -> None:
    AuditLog(folder, handed=handed).close()
    path = segments(folder)[-1]
    path.write_bytes(path.read_bytes().replace(b'"still_open":["r2"]', b'"still_open":["r2}]'))
    AuditLog(folder).close()
    newest = segments(folder)[-1].read_bytes()
    assert newest.count(b"\n") == 1 and b'"type":"start"' in newest and b"r2" not in newest


def _fail(descriptor: int) -> None:
    raise OSError(5, "no")

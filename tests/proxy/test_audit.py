"""The audit log: durable before acknowledged, shared syncs, and what is left after full disks and kills."""

import asyncio
import errno
import hashlib
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy import auditsegment
from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditrecord import AuditFinding, Decision, Outcome, encode, plain_name, plain_path
from proxy.auditsegment import segments

NOW = 1_790_000_000.25


def decision(request: str = "r1", **changes: object) -> Decision:
    base = Decision(
        request=request,
        time=NOW,
        decision="allow",
        reason="none",
        vendor="openai",
        format="openai.chat",
        method="POST",
        host="api.openai.com",
        path="/v1/chat/completions",
        model="gpt-5.1-2025-11-13",
        request_bytes=10,
        request_sha256="ab" * 32,
        policy="balanced",
        policy_digest="cd" * 32,
        rules_digest="ef" * 32,
        config_digest="01" * 32,
        scan_seconds=0.0012345678,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def outcome(request: str = "r1") -> Outcome:
    return Outcome(request=request, time=NOW, result="complete", status=200)


def records(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in segments(folder) for line in whole_lines(path)]


def whole_lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().split(b"\n")[:-1] if line]


def kinds(folder: Path) -> list[object]:
    return [record["type"] for record in records(folder)]


def chain_is_whole(folder: Path) -> bool:
    previous = "0" * 64
    for path in segments(folder):
        for line in whole_lines(path):
            if json.loads(line)["prev"] != previous:
                return False
            previous = hashlib.sha256(line).hexdigest()
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit"


@pytest.fixture
def log(folder: Path) -> Iterator[AuditLog]:
    log = AuditLog(folder)
    yield log
    log.close()


def test_an_acknowledged_record_is_on_disk_with_its_number_and_chain(log: AuditLog, folder: Path) -> None:
    assert log.append(decision("r1")).result(60) == 2
    assert log.append(outcome("r1")).result(60) == 3
    found = records(folder)
    assert [record["seq"] for record in found] == [1, 2, 3]
    assert [record["type"] for record in found] == ["start", "decision", "outcome"]
    assert {record["v"] for record in found} == {1}
    assert chain_is_whole(folder)
    assert (log.lag_seconds, log.failures, log.available) == (0.0, 0, True)


def test_a_decision_has_exactly_the_fields_the_record_promises(log: AuditLog, folder: Path) -> None:
    finding = AuditFinding(
        "aws-access-key",
        "secret",
        "AWS_ACCESS_KEY",
        "/messages/0/content",
        3,
        23,
        "9f" * 16,
        "redact",
        "high",
        "prompt",
        "own",
        0.9,
        True,
    )
    full = decision(
        user="ada@example.com",
        client="claude-cli",
        client_version="2.1.0",
        forwarded_bytes=9,
        forwarded_sha256="aa" * 32,
        findings=(finding,),
        repeat_of="r0",
        clause="own",
        waiver="ex-1",
        justification={"code": "K7QF", "reason": "it is a test", "clause": "own"},
        context={"approval": "approved"},
    )
    log.append(full).result(60)
    record = records(folder)[-1]
    assert list(record)[:5] == ["v", "seq", "prev", "type", "request"]
    assert set(record) == {"v", "seq", "prev", "type", *(field.name for field in fields(Decision))}
    assert record["time"] == "2026-09-21T14:13:20.250+00:00"
    assert record["user"] == "ada@example.com"
    assert record["scan_seconds"] == 0.001235
    assert record["findings"] == [
        {
            "rule": "aws-access-key",
            "category": "secret",
            "entity": "AWS_ACCESS_KEY",
            "pointer": "/messages/0/content",
            "start": 3,
            "end": 23,
            "fingerprint": "9f" * 16,
            "action": "redact",
            "severity": "high",
            "label": "prompt",
            "clause": "own",
            "score": 0.9,
            "verified": True,
        }
    ]


def test_files_are_the_owners_alone(log: AuditLog, folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_64_concurrent_appends_share_a_few_syncs(log: AuditLog, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs, gate = [], threading.Event()

    def sync(descriptor: int) -> None:
        gate.wait(5)
        syncs.append(descriptor)
        os.fsync(descriptor)

    monkeypatch.setattr(auditsegment, "_sync", sync)

    async def ask() -> list[int]:
        waits = [asyncio.wrap_future(log.append(decision(f"r{i}"))) for i in range(64)]
        assert log.lag_seconds > 0
        gate.set()
        return await asyncio.gather(*waits)

    assert asyncio.run(ask()) == list(range(2, 66))
    assert len(syncs) <= 3
    assert chain_is_whole(folder)


def test_a_disk_that_hangs_refuses_newcomers(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, answers = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        hanging.set()
        answers.wait(5)

    monkeypatch.setattr(auditsegment, "_sync", sync)
    first = log.append(decision("r1"))
    assert hanging.wait(60)
    assert log.available
    monkeypatch.setattr("proxy.audit.STALL_SECONDS", 0)
    with pytest.raises(AuditUnavailable, match="stalled"):
        log.append(decision("r2")).result(0)
    assert not log.available
    answers.set()
    assert first.result(60) == 2
    _until_available(log)


def test_a_record_lists_a_bounded_number_of_findings(log: AuditLog, folder: Path) -> None:
    finding = AuditFinding("email", "pii", "EMAIL_ADDRESS", "/messages/0/content", 0, 9, "9f" * 16, "log")
    log.append(decision(findings=(finding,) * 1500)).result(60)
    record = records(folder)[-1]
    assert isinstance(record["findings"], list)
    assert (len(record["findings"]), record["findings_omitted"]) == (1000, 500)


async def test_cancelling_the_wait_neither_unwrites_nor_stops_the_log(log: AuditLog, folder: Path) -> None:
    wait = asyncio.wrap_future(log.append(decision("r1")))
    wait.cancel()
    await asyncio.wrap_future(log.append(decision("r2")))
    assert [record.get("request") for record in records(folder)] == [None, "r1", "r2"]


def test_a_record_that_cannot_be_written_plainly_is_refused_at_once(log: AuditLog) -> None:
    with pytest.raises(ValueError, match="request id"):
        log.append(decision('r"1'))


def test_two_processes_cannot_share_the_folder(log: AuditLog, folder: Path) -> None:
    with pytest.raises(AuditUnavailable, match="locked"):
        AuditLog(folder)


def test_appending_to_a_closed_log_fails_at_once(folder: Path) -> None:
    log = AuditLog(folder)
    log.close()
    log.close()
    with pytest.raises(AuditUnavailable, match="closed"):
        log.append(decision()).result(0)
    AuditLog(folder).close()


def test_a_new_day_and_a_full_segment_begin_a_new_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [NOW]
    log = AuditLog(folder, wall_clock=lambda: clock[0])
    log.append(decision("r1")).result(60)
    clock[0] += 86_400
    log.append(decision("r2")).result(60)
    clock[0] -= 3 * 86_400  # a clock that jumps back must not reorder the files
    log.append(decision("r3")).result(60)
    monkeypatch.setattr("proxy.audit.SEGMENT_BYTES", 10)
    log.append(decision("r4")).result(60)
    log.close()
    names = [path.name for path in segments(folder)]
    assert names == [
        "audit-0000000000000001-20260921.jsonl",
        "audit-0000000000000003-20260922.jsonl",
        "audit-0000000000000004-20260919.jsonl",
        "audit-0000000000000005-20260919.jsonl",
    ]
    assert [path.stat().st_mode & 0o777 for path in segments(folder)] == [0o400, 0o400, 0o400, 0o600]
    assert chain_is_whole(folder)


def test_decisions_without_outcome_are_closed_as_unknown_at_the_next_start_once(folder: Path) -> None:
    log = AuditLog(folder)
    for request in ("r1", "r2", "r3"):
        log.append(decision(request)).result(60)
    log.append(outcome("r2")).result(60)
    log.close()
    AuditLog(folder, wall_clock=lambda: NOW).close()
    found = records(folder)
    assert found[5]["open_requests"] == 2
    assert [(record["request"], record["result"]) for record in found[6:]] == [
        ("r1", "unknown"),
        ("r3", "unknown"),
    ]
    AuditLog(folder).close()
    assert kinds(folder)[8:] == ["start"]
    assert chain_is_whole(folder)


@pytest.mark.parametrize("cut", [1, 40, 150])
def test_a_torn_last_line_is_sealed_and_kept(folder: Path, cut: int) -> None:
    log = AuditLog(folder)
    log.append(decision("r1")).result(60)
    log.append(decision("r2")).result(60)
    log.close()
    (torn,) = segments(folder)
    torn.write_bytes(torn.read_bytes()[:-cut])
    before = torn.read_bytes()
    AuditLog(folder).close()
    assert torn.read_bytes() == before
    assert torn.stat().st_mode & 0o777 == 0o400
    start, seal, closed = records(folder)[2:]
    assert (start["seq"], seal["type"], closed["request"]) == (4, "seal", "r1")
    assert (seal["segment"], seal["bytes"]) == (torn.name, len(before))
    assert seal["whole_bytes"] == before.rindex(b"\n") + 1
    AuditLog(folder).close()
    assert kinds(folder).count("seal") == 1


@settings(max_examples=25, deadline=None)
@given(at=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed_and_the_log_starts_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, at: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    log = AuditLog(folder)
    for request in ("r1", "r2"):
        log.append(decision(request))
    log.append(outcome("r2")).result(60)
    log.close()
    (path,) = segments(folder)
    content = bytearray(path.read_bytes())
    last = content.rindex(b"\n", 0, -1) + 1
    content[int(at * last)] ^= 1 << bit  # the last line has no successor yet whose chain would tell
    path.write_bytes(content)
    AuditLog(folder).close()
    seals = [record for record in _readable(segments(folder)[-1]) if record["type"] == "seal"]
    assert [seal["segment"] for seal in seals] == [path.name]
    assert path.read_bytes() == content
    log = AuditLog(folder)
    assert log.append(decision("r9")).result(60) > 4
    log.close()


def _readable(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in whole_lines(path)]


@pytest.mark.parametrize(("code", "reason"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "io_error")])
def test_a_failing_disk_refuses_seals_and_recovers_alone(
    log: AuditLog, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: str
) -> None:
    monkeypatch.setattr("proxy.audit.RETRY_SECONDS", 0.01)
    log.append(decision("r1")).result(60)
    works, whole = threading.Event(), auditsegment._write

    def torn_write(descriptor: int, content: bytes) -> None:
        if works.is_set():
            return whole(descriptor, content)
        os.write(descriptor, content[: len(content) - 42])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(auditsegment, "_write", torn_write)
    with pytest.raises(AuditUnavailable, match=reason):
        log.append(decision("r2")).result(60)
    assert not log.available
    with pytest.raises(AuditUnavailable, match=reason):
        log.append(decision("r3")).result(0)
    with pytest.raises(AuditUnavailable, match=reason):
        log.probe().result(0)
    assert log.failures == 1
    works.set()
    _until_available(log)
    assert log.append(decision("r4")).result(60) == 5
    torn = segments(folder)[0]
    assert torn.stat().st_mode & 0o777 == 0o400
    assert not torn.read_bytes().endswith(b"\n")
    seal = records(folder)[-2]
    assert (seal["type"], seal["segment"], seal["acknowledged_seq"], seal["seq"]) == ("seal", torn.name, 2, 4)
    assert chain_is_whole(folder)


def test_what_a_failing_disk_left_unsaid_is_said_once_it_can_be(
    log: AuditLog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes wait. A decision that stands in the file, though nobody was told, let nothing out, and that is said."""
    monkeypatch.setattr("proxy.audit.RETRY_SECONDS", 0.01)
    log.append(decision("r1")).result(60)
    works, whole = threading.Event(), auditsegment._write

    def late_failure(descriptor: int, content: bytes) -> None:
        whole(descriptor, content)
        if not works.is_set():
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(auditsegment, "_write", late_failure)
    log.append_later(outcome("r1"))
    with pytest.raises(AuditUnavailable, match="io_error"):
        log.append(decision("r2")).result(60)
    log.append_later(outcome("r0"))
    works.set()
    _until_available(log)
    log.append(decision("r3")).result(60)
    log.close()
    ended = [(record["request"], record["result"]) for record in records(folder) if record["type"] == "outcome"]
    assert sorted(ended) == [("r0", "complete"), ("r1", "complete"), ("r2", "blocked")]
    assert chain_is_whole(folder)


def _until_available(log: AuditLog) -> None:
    ready = threading.Event()
    for _ in range(500):
        if log.available:
            return
        ready.wait(0.01)
    raise AssertionError("the log did not recover")


def test_a_fault_of_our_own_refuses_instead_of_hanging(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.audit.RETRY_SECONDS", 0.01)
    clock = [NOW]
    log = AuditLog(folder, wall_clock=lambda: clock[0])
    clock[0] = float("nan")
    with pytest.raises(AuditUnavailable, match="failed"):
        log.append(decision("r1")).result(60)
    clock[0] = NOW
    _until_available(log)
    log.append(decision("r2")).result(60)
    log.close()


def test_the_probe_writes_beside_the_log_and_not_into_it(log: AuditLog, folder: Path) -> None:
    before = records(folder)
    log.probe().result(60)
    assert records(folder) == before
    assert not (folder / ".probe").exists()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file")
    with pytest.raises(AuditUnavailable, match="io_error"):
        AuditLog(tmp_path / "audit")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(mount)]
    try:
        done = subprocess.run(command, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no mount command")
    if done.returncode:
        pytest.skip("this machine doesn't let tests mount a tmpfs")
    try:
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_really_full_disk_refuses_and_recovers(tiny_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proxy.audit.RETRY_SECONDS", 0.01)
    log = AuditLog(tiny_disk / "audit")
    acknowledged: list[int] = []
    (tiny_disk / "ballast").write_bytes(bytes(300_000))
    with pytest.raises(AuditUnavailable, match="disk_full"):
        for i in range(2000):
            acknowledged.append(log.append(decision(f"r{i}")).result(60))
    assert log.failures == 1
    (tiny_disk / "ballast").unlink()
    _until_available(log)
    assert log.append(decision("after")).result(60) > acknowledged[-1]
    log.close()
    found = records(tiny_disk / "audit")
    assert set(acknowledged) <= {record["seq"] for record in found}
    assert [record["type"] for record in found].count("seal") == 1
    assert len(segments(tiny_disk / "audit")) == 2
    assert chain_is_whole(tiny_disk / "audit")


WRITER = """
import json, sys
from pathlib import Path
from proxy.audit import AuditLog
from proxy.auditrecord import Decision, Outcome
sample, log, i = json.loads(sys.argv[2]), AuditLog(Path(sys.argv[1])), 0
print("ready", flush=True)
while True:
    names = [f"{sample['request']}-{i + n}" for n in range(8)]
    batch = [log.append(Decision(**sample | {"request": name})) for name in names]
    batch += [log.append(Outcome(request=name, time=0, result="complete")) for name in names[:4]]
    print(max(future.result() for future in batch), flush=True)
    i += 8
"""


def _run_and_kill(folder: Path, process: int, after_groups: int) -> int:
    """The last number that a writer, killed at some moment, said was durable."""
    sample = json.dumps(asdict(decision(f"p{process}")))
    command = [sys.executable, "-c", WRITER, str(folder), sample]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(1 + after_groups)]
        writer.kill()
        said += writer.stdout.read().splitlines(keepends=True)
    whole = [line for line in said[1:] if line.endswith("\n")]
    return int(whole[-1])


@pytest.mark.slow
def test_killed_writers_lose_nothing_that_was_acknowledged(folder: Path) -> None:
    moments = random.Random(4)
    for process in range(8):
        acknowledged = _run_and_kill(folder, process, moments.randrange(1, 30))
        AuditLog(folder).close()
        found = records(folder)
        assert acknowledged in {record["seq"] for record in found}
    numbers = [record["seq"] for record in found]
    assert numbers == sorted(set(numbers))  # type: ignore[type-var]
    decided = [record["request"] for record in found if record["type"] == "decision"]
    ended = [record["request"] for record in found if record["type"] == "outcome"]
    assert sorted(decided) == sorted(ended)  # type: ignore[type-var]
    assert chain_is_whole(folder)


@pytest.mark.parametrize(
    "name",
    [
        "messages",
        "max_completion_tokens",
        "streamGenerateContent",
        "gpt-5.1-2025-11-13",
        "claude-sonnet-4@20250514",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "header:x-request-id",
        "v1beta",
        "12345",
        "",
    ],
)
def test_names_of_apis_stay_readable(name: str) -> None:
    assert plain_name(name) == name


@pytest.mark.parametrize(
    "value",
    [
        "AKIA" + "Q" * 16,
        "ghp_" + "a1B2" * 9,
        "123-45-6789",
        "4111111111111111",
        "4111-1111-1111-1111",
        "ada@example.com",
        "two words",
        "a" * 81,
        "naïve",
        "~1etc",
        "%41",
        "line\nbreak",
    ],
)
def test_what_may_be_a_value_is_masked(value: str) -> None:
    assert plain_name(value) == "*"
    assert plain_path(f"/v1/{value}/x?key={value}").startswith("/v1/")
    assert '"method":"WEBSOCKET"' in encode(decision(method="WEBSOCKET"))
    assert value not in encode(decision(path=f"/v1/{value}?q={value}", model=value, client=value, method=value))


def test_a_path_keeps_its_shape_and_loses_its_query() -> None:
    assert (
        plain_path("/v1/models/gemini-2.5-pro:generateContent?key=abc") == "/v1/models/gemini-2.5-pro:generateContent"
    )
    assert plain_path("accounts/fireworks/models/llama-v3p1-405b") == "accounts/fireworks/models/llama-v3p1-405b"


def test_a_futures_result_is_never_set_twice(log: AuditLog) -> None:
    futures: list[Future[int]] = [log.append(decision(f"r{i}")) for i in range(50)]
    for future in futures[::2]:
        future.cancel()
    log.append(decision("last")).result(60)
    assert log.available

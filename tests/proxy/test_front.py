"""The front's part of a request: what it puts on record about blocks that repeat one another, and what it counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from proxy.audit import AuditLog, AuditUnavailable
from proxy.edition import Edition
from proxy.front import Front
from proxy.inquiry import Inquiry
from proxy.shadow import Shadow
from proxy.verdict import Decision, Judged, Request, Verdict
from tests.proxy.inspecting import Desk
from tests.proxy.test_audit import records
from tests.proxy.test_metrics import judged, value

BLOCKS = {"vendor": "openai"}
FINDINGS = {"category": "secret", "rule": "aws-access-key", "action": "block"}


class Answering:
    """Stands for the inquiry: gives the verdict that it is told to."""

    def __init__(self) -> None:
        self.findings: tuple[Judged, ...] = (judged(action="block"),)

    async def decide(self, request: Request, identity: str, edition: Edition) -> Verdict:
        decision = Decision.BLOCK if any(item.action == "block" for item in self.findings) else Decision.REDACT
        return Verdict(decision, "openai", "openai.chat", findings=self.findings)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    log = AuditLog(tmp_path / "audit")
    yield log
    log.close()


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def front(log: AuditLog, answering: Answering) -> Front:
    return Front(cast(Inquiry, answering), log, Desk(None).edition, Shadow(log, Inquiry()))


def asked(reference: str) -> Request:
    return Request("POST", "https", "api.openai.com", 443, "/v1/chat/completions", (), b"x", "ann", reference)


async def put_on_record(front: Front, reference: str, identity: str = "ann") -> None:
    request = asked(reference)
    await front.commit(request, await front.decide(request, identity, front.edition), front.edition)


def repeats(folder: Path) -> dict[object, object]:
    return {record["request"]: record.get("repeat_of") for record in records(folder) if record["type"] == "decision"}


async def test_a_block_again_is_on_record_as_a_repeat_and_counted_apart(front: Front, tmp_path: Path) -> None:
    before = value("tightlip_repeated_blocks_total", **BLOCKS), value("tightlip_findings_total", **FINDINGS)
    for reference in ("r1", "r2", "r3"):
        await put_on_record(front, reference)
    await put_on_record(front, "r4", "ben")
    assert repeats(tmp_path / "audit") == {"r1": None, "r2": "r1", "r3": "r1", "r4": None}
    assert value("tightlip_repeated_blocks_total", **BLOCKS) == before[0] + 2
    assert value("tightlip_findings_total", **FINDINGS) == before[1] + 2


async def test_what_leaves_is_no_repeat(front: Front, answering: Answering, tmp_path: Path) -> None:
    answering.findings = (judged(action="redact"),)
    for reference in ("r1", "r2"):
        await put_on_record(front, reference)
    assert repeats(tmp_path / "audit") == {"r1": None, "r2": None}


async def test_a_block_that_is_not_on_record_can_not_be_repeated(front: Front, log: AuditLog) -> None:
    request = asked("r1")
    verdict = await front.decide(request, "ann", front.edition)
    log.close()
    with pytest.raises(AuditUnavailable), capture_logs() as logged:
        await front.commit(request, verdict, front.edition)
    assert [(line["reason"], line["reference"]) for line in logged] == [("closed", "r1")]
    assert (await front.decide(asked("r2"), "ann", front.edition)).repeat_of == ""


async def test_a_finding_goes_on_record_with_its_clause_and_what_it_is(front: Front, tmp_path: Path) -> None:
    await put_on_record(front, "r1")
    (record,) = [record for record in records(tmp_path / "audit") if record["type"] == "decision"]
    (finding,) = cast(list[dict[str, object]], record["findings"])
    assert (finding["clause"], finding["severity"], finding["label"]) == ("c", "high", "prompt")

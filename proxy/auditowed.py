"""What a log owes when it can be written again: a failed write leaves some of a group in the file, and some nowhere.

Nobody was told that any of it is on record, so a decision among it let nothing out.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from proxy.auditrecord import Outcome, Record

REFUSED: Final = "blocked"
"""The outcome of a decision that is on record though that was never known: its request was refused."""

_SUBJECT: Final = re.compile(r'"type":"(decision|outcome)","request":"([A-Za-z0-9_-]{1,64})"')


def subject_of(members: str) -> tuple[str, str] | None:
    """What an encoded record tells of a request, `decision` or `outcome`, and of which; None for any other record."""
    found = _SUBJECT.match(members)
    return None if found is None else (found[1], found[2])


def owed(segment: Path, acknowledged_seq: int, later: Sequence[str], now: float) -> tuple[list[Record], list[str]]:
    """Outcomes for the decisions that stand in a segment unknown to anybody, and what of `later` does not stand there.

    `later` are encoded outcomes that were to be written.
    """
    written = set(_subjects(segment, acknowledged_seq))
    refused = [request for kind, request in written if kind == "decision" and ("outcome", request) not in written]
    kept = [members for members in later if subject_of(members) not in written]
    return [Outcome(request=request, time=now, result=REFUSED) for request in sorted(refused)], kept


def _subjects(segment: Path, acknowledged_seq: int) -> Iterator[tuple[str, str]]:
    """What whole lines after that number tell of requests."""
    with segment.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if record.get("seq", 0) > acknowledged_seq and record.get("type") in ("decision", "outcome"):
                yield record["type"], record["request"]

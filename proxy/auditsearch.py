"""What the audit log says of one request (its decision, how it ended, which blocks only repeated it), or of all.

Reads segments as they stand, the one being written included, and changes nothing. Lines that are torn or damaged are
passed over; whether the log is whole is the chain's to say.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proxy.auditrecord import is_request_id
from proxy.auditsegment import segments

Members = Mapping[str, Any]
"""A record as it stands in its line."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The records of a request, and the references of those that repeated its block."""

    decision: Members
    outcome: Members | None = None
    repeats: tuple[str, ...] = field(default=())


def find(folder: Path, reference: str) -> Recorded | None:
    """The records of the request with this reference, or None. OSError when they can't be read."""
    if not is_request_id(reference):
        return None
    outcome: Members | None = None
    repeats: list[str] = []
    for segment in reversed(segments(folder)):  # what belongs to a decision stands after it
        decision = None
        here: list[str] = []
        for record in _naming(segment, reference):
            if record.get("repeat_of") == reference:
                here.append(str(record.get("request")))
            elif record.get("type") == "decision":
                decision = record
            elif record.get("type") == "outcome":
                outcome = record
        repeats = here + repeats
        if decision is not None:
            return Recorded(decision, outcome, tuple(repeats))
    return None


def records(
    folder: Path, kind: str, *, since: str = "", until: str = "", on_bytes: Callable[[int], object] = lambda count: None
) -> Iterator[Members]:
    """Every record of type `kind`, oldest first. OSError when they can't be read.

    `since` and `until` are moments as records write them (ISO 8601, UTC), or as much of them as matters; the second
    is excluded. `on_bytes` is told of each stretch read, for a progress bar.
    """
    marker = f'"type":"{kind}"'.encode()
    for segment in segments(folder):
        with segment.open("rb") as file:
            for line in file:
                on_bytes(len(line))
                record = _record(line) if marker in line else None
                if record is None or record.get("type") != kind:
                    continue
                moment = str(record.get("time", ""))
                if since <= moment and not (until and moment >= until):
                    yield record


def _naming(segment: Path, reference: str) -> list[Members]:
    """The records of a segment that have the reference as their request's, or as the one that they repeat."""
    named = f'"{reference}"'.encode()
    found = []
    with segment.open("rb") as file:
        for line in file:
            record = _record(line) if named in line else None
            if record is not None and reference in (record.get("request"), record.get("repeat_of")):
                found.append(record)
    return found


def _record(line: bytes) -> Members | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None

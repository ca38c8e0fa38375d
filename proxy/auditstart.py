"""How an audit log goes on where another ended: after a crash by reading what that left, after a handover by its word.

What a process left open gets an `unknown` outcome; what a running one still works on, and hands over, does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proxy.auditrecord import Outcome, Record, Seal, Start
from proxy.auditsegment import FIRST_PREVIOUS, Survey, is_sealed, segments, since_last_start, survey


@dataclass(frozen=True, slots=True)
class Handed:
    """A log on its way from a running process to the next: its lock, where it ends, whose outcomes are yet to come."""

    lock: int
    segment: str
    bytes: int
    next_seq: int
    previous_sha256: str
    still_open: tuple[str, ...] = ()

    def is_untouched(self, newest: Path) -> bool:
        """Whether nothing was written since, so that nothing has to be read again."""
        return newest.name == self.segment and newest.stat().st_size == self.bytes


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a log goes on from, the records it begins with, and the segments that are then settled."""

    next_seq: int = 1
    previous_sha256: str = FIRST_PREVIOUS
    records: Sequence[Record] = ()
    settled: Sequence[Path] = field(default_factory=tuple)


def beginning(folder: Path, now: float, handed: Handed | None = None) -> Beginning:
    """What a log under `folder` begins with. Raises OSError."""
    newest = segments(folder)[-1:]
    if handed is None or not newest or not handed.is_untouched(newest[0]):
        return _read(folder, now, None if handed is None else handed.still_open)
    start = Start(time=now, open_requests=0, still_open=handed.still_open)
    return Beginning(handed.next_seq, handed.previous_sha256, [start], newest)


def seal_record(found: Survey, acknowledged: int | None, now: float) -> Seal:
    """What is put on record of a segment that stays torn or damaged."""
    return Seal(
        time=now,
        segment=found.path.name,
        bytes=found.bytes,
        whole_bytes=found.whole_bytes,
        damaged_lines=found.damaged_lines,
        acknowledged_seq=acknowledged,
    )


def _read(folder: Path, now: float, still_open: tuple[str, ...] | None) -> Beginning:
    left_open: dict[str, None] = {}
    surveys = [survey(path, left_open) for path in since_last_start(folder)]
    for request in still_open or ():
        left_open.pop(request, None)
    faulty = [one for one in surveys if (one.is_torn or one.damaged_lines) and not is_sealed(one.path)]
    records: list[Record] = [Start(time=now, open_requests=len(left_open), still_open=still_open)]
    records += [seal_record(one, None, now) for one in faulty]
    records += [Outcome(request=request, time=now, result="unknown") for request in left_open]
    paths = [one.path for one in surveys]
    if not surveys:
        return Beginning(records=records)
    return Beginning(surveys[-1].next_seq, surveys[-1].last_sha256, records, paths)

"""The audit log: append-only JSON lines, durable before anyone acts on them.

One thread writes. Whatever waits when it is free is written and synced together, so that a hundred requests share one
`fdatasync`; what nobody waits for goes along with the next of them. When the disk fails, the segment stays as it is,
appends fail at once, and the thread tries until a new segment can begin. The chain of hashes tells accidental damage;
by itself it stops nobody who can rewrite the file.
"""

import asyncio
import fcntl
import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from proxy.auditowed import owed
from proxy.auditrecord import Change, Decision, Load, Outcome, Shadow, encode, line
from proxy.auditsegment import FIRST_PREVIOUS, Segment, prove_writable, reason_of, seal, survey
from proxy.auditstart import Handed, beginning, seal_record
from proxy.auditwait import Waiter, tell

GROUP_RECORDS = 1024
PENDING_RECORDS = 10_000  # far above what is in flight at once; a bound all the same
SEGMENT_BYTES = 64 * 1024 * 1024
RETRY_SECONDS = 0.5
ROOM_BYTES = 256 * 1024  # what must be writable before a failed log counts as recovered
PROBE_BYTES = 4096
LATER_SECONDS = 0.2  # how long a record may wait for others that it can go along with
STALL_SECONDS = 5.0  # a disk that doesn't answer for this long is as good as broken for whoever asks now


class AuditUnavailable(Exception):
    """Nothing can be put on record, so nothing may be sent. `reason` is a closed code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"audit log unavailable: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Entry:
    """Work for the writer: a record's members, or None to prove that the folder is writable."""

    members: str | None
    waiter: Waiter
    since: float


class AuditLog:
    """The log under `folder`, held by one process at a time. Thread-safe."""

    def __init__(
        self, folder: Path, *, wall_clock: Callable[[], float] = time.time, handed: Handed | None = None
    ) -> None:
        """Take the folder over: earlier segments are closed, decisions without outcome get an `unknown` one, but those
        that are `still_open` in a process that hands it over. Its lock then belongs to the log.

        `AuditUnavailable` when another process holds it or it can't be written.
        """
        self._folder = folder
        self._wall_clock = wall_clock
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._entrance = threading.Lock()
        self._later: list[str] = []
        self._is_idle = self._is_asleep = False
        self._closed = False
        self._reason: str | None = None
        self._waiting_since: float | None = None
        self._failures = 0
        self._segment: Segment | None = None
        self._broken: Path | None = None
        self._next_seq = 1
        self._previous = FIRST_PREVIOUS
        self._folder_lock = _lock(folder) if handed is None else handed.lock
        try:
            self._take_over(handed)
        except OSError as err:
            os.close(self._folder_lock)
            raise AuditUnavailable(reason_of(err)) from err
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    @property
    def available(self) -> bool:
        return self._reason_to_refuse() is None

    @property
    def failures(self) -> int:
        """Groups of records that could not be made durable."""
        return self._failures

    @property
    def lag_seconds(self) -> float:
        """Age of the oldest record not yet durable; 0 when none waits."""
        since = self._waiting_since
        return 0.0 if since is None else max(time.monotonic() - since, 0.0)

    def append(self, record: Decision | Outcome | Shadow | Change | Load) -> Future[int]:
        """The record's sequence number once it is durable, or `AuditUnavailable`. Never blocks.

        A disk that hangs refuses newcomers; those already waiting are held up, so bound the wait.
        """
        return self.append_encoded(encode(record))

    def append_encoded(self, members: str) -> Future[int]:
        """The same for a record that another process of ours has encoded."""
        future: Future[int] = Future()
        self._enqueue(members, future)
        return future

    async def put(self, record: Decision | Outcome | Shadow | Change | Load) -> int:
        """The same on an event loop, at less cost. Cancelling it doesn't unwrite the record."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._enqueue(encode(record), future)
        return await future

    def append_later(self, record: Outcome) -> None:
        """Puts on record what nobody waits for, within LATER_SECONDS, or once something can be written again.

        An outcome that a crash takes is `unknown` to the next start, as one is that the crash itself prevented.
        """
        self.append_later_encoded(encode(record))

    def append_later_encoded(self, members: str) -> None:
        """The same for a record that another process of ours has encoded."""
        with self._entrance:
            if self._closed or len(self._later) >= PENDING_RECORDS:
                return
            if self._is_asleep:
                self._queue.put(_Entry(members, None, time.monotonic()))
            else:
                self._later.append(members)

    def probe(self) -> Future[int]:
        """Settles when the writer has really written and synced something beside the log, or could not."""
        future: Future[int] = Future()
        self._enqueue(None, future)
        return future

    def close(self) -> None:
        """Make durable what was appended, then let the folder go."""
        if self._end():
            os.close(self._folder_lock)

    def hand_over(self) -> Handed:
        """Make durable what was appended and end, but keep the folder locked for who goes on with what is returned.

        After a failure it is said to end nowhere, so that whoever goes on looks for himself.
        """
        self._end()
        segment = self._segment
        name, size = (segment.path.name, segment.bytes) if segment and self._reason is None else ("", 0)
        return Handed(self._folder_lock, name, size, self._next_seq, self._previous)

    def _end(self) -> bool:
        """Whether this call ended it."""
        with self._entrance:
            was_closed, self._closed = self._closed, True
            if not was_closed:
                self._queue.put(None)
        self._thread.join()
        return not was_closed

    def _enqueue(self, members: str | None, waiter: Future[int] | asyncio.Future[int]) -> None:
        with self._entrance:
            reason = self._reason_to_refuse()
            if reason is None:
                now = time.monotonic()
                self._waiting_since = self._waiting_since or now
                self._queue.put(_Entry(members, waiter, now))
        if reason is not None:
            waiter.set_exception(AuditUnavailable(reason))

    def _reason_to_refuse(self) -> str | None:
        if self._closed:
            return "closed"
        if self._reason is None and self.lag_seconds > STALL_SECONDS:
            return "stalled"
        return self._reason or ("busy" if self._queue.qsize() >= PENDING_RECORDS else None)

    # The writer's thread from here on.

    def _run(self) -> None:
        ended = False
        while not ended:
            group, ended = self._next_group()
            if self._reason is not None:
                self._refuse(group)
                if not ended:
                    self._try_to_recover()
            else:
                self._waiting_since = group[0].since if group else None
                self._commit(group)
            self._waiting_since = None
        if self._segment:
            self._segment.close()

    def _next_group(self) -> tuple[list[_Entry], bool]:
        """What waits now, and whether to stop after it. Nothing, when it is time for what can wait, or to try again."""
        group: list[_Entry] = []
        try:
            entry = self._queue.get(True, self._patience_seconds())
            while entry is not None:
                group.append(entry)
                if len(group) == GROUP_RECORDS:
                    return group, False
                entry = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _patience_seconds(self) -> float | None:
        """How long to wait for an entry; None, for ever, when the last wait brought nothing that could go along."""
        if self._reason is not None:
            return RETRY_SECONDS
        with self._entrance:
            self._is_asleep = self._is_idle and not self._later
        return None if self._is_asleep else LATER_SECONDS

    def _commit(self, group: Sequence[_Entry]) -> None:
        with self._entrance:
            later, self._later, self._is_asleep = self._later, [], False
        seq, self._is_idle = self._next_seq, not group
        try:
            if any(entry.members is None for entry in group):
                prove_writable(self._folder, PROBE_BYTES)
            self._write([*(entry.members for entry in group if entry.members is not None), *later])
        except Exception as err:  # whatever it is, nobody may wait for ever
            self._break(err)
            with self._entrance:
                self._later = [*later, *self._later]
            self._refuse(group)
            return
        numbers = accumulate((entry.members is not None for entry in group), initial=seq)
        tell((entry.waiter, number) for entry, number in zip(group, numbers, strict=False))

    def _write(self, records: Sequence[str]) -> None:
        """Chain, write and sync `records`; the chain moves on only when they are durable."""
        if not records:
            return
        seq, previous, lines = self._next_seq, self._previous, []
        for members in records:
            lines.append(line(seq, previous, members))
            previous = hashlib.sha256(lines[-1][:-1]).hexdigest()
            seq += 1
        day = datetime.fromtimestamp(self._wall_clock(), UTC).strftime("%Y%m%d")
        segment = self._segment
        if segment and segment.day == day and segment.bytes < SEGMENT_BYTES:
            segment.append(b"".join(lines))
        else:
            self._segment = Segment.begin(self._folder, self._next_seq, day, b"".join(lines))
            if segment:
                segment.close()
                seal(segment.path)
        self._next_seq, self._previous = seq, previous

    def _break(self, err: Exception) -> None:
        self._failures += 1
        self._reason = reason_of(err)
        if self._segment:
            self._segment.close()
            self._broken, self._segment = self._segment.path, None

    def _refuse(self, group: Sequence[_Entry]) -> None:
        with self._entrance:
            self._later += [entry.members for entry in group if entry.waiter is None and entry.members is not None]
        tell((entry.waiter, AuditUnavailable(self._reason or "closed")) for entry in group)

    def _try_to_recover(self) -> None:
        """Begin a new segment that says where the broken one ends; stay broken when that can't be done."""
        acknowledged, previous = self._next_seq - 1, self._previous
        try:
            prove_writable(self._folder, ROOM_BYTES)
            if self._broken:
                found = survey(self._broken)
                self._next_seq = max(found.next_seq, self._next_seq)  # a failing disk may have lost lines
                self._previous = found.last_sha256
                now = self._wall_clock()
                with self._entrance:
                    refused, self._later = owed(self._broken, acknowledged, self._later, now)
                self._write([encode(record) for record in (seal_record(found, acknowledged, now), *refused)])
                seal(self._broken)
        except Exception as err:  # as above: the thread must live to try again
            self._reason = reason_of(err)
            self._next_seq, self._previous = acknowledged + 1, previous
            return
        self._broken = self._reason = None

    def _take_over(self, handed: Handed | None) -> None:
        begun = beginning(self._folder, self._wall_clock(), handed)
        self._next_seq, self._previous = begun.next_seq, begun.previous_sha256
        self._write([encode(record) for record in begun.records])
        for path in begun.settled:
            seal(path)


def _lock(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as err:
        raise AuditUnavailable(reason_of(err)) from err
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        os.close(descriptor)
        raise AuditUnavailable("locked") from err
    return descriptor

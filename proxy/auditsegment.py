"""Audit segments on disk: how one begins, grows, is surveyed after a crash, and is never changed again.

A segment is `audit-SEQ-YYYYMMDD.jsonl`, SEQ being its first record's number, so names sort by counter and not
by clock. It appears under its name only once its first lines are durable.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

FIRST_PREVIOUS = "0" * 64
_NAME = re.compile(r"audit-(\d{16})-\d{8}\.jsonl")
_HEAD = re.compile(
    rb'\{"v":1,"seq":(\d+),"prev":"([0-9a-f]{64})","type":"([a-z]+)"(?:,"request":"([A-Za-z0-9_-]{1,64})")?.*\}\n'
)
_sync = getattr(os, "fdatasync", os.fsync)  # macOS has only fsync


class Segment:
    """The one segment open for appending."""

    def __init__(self, path: Path, descriptor: int, size: int, day: str) -> None:
        self.path = path
        self.bytes = size
        self.day = day
        self._descriptor = descriptor

    @classmethod
    def begin(cls, folder: Path, seq: int, day: str, content: bytes) -> Self:
        """A new segment whose first lines are durable. On an error nothing is left behind."""
        temporary, path = folder / ".begin", folder / f"audit-{seq:016d}-{day}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW
        descriptor = os.open(temporary, flags, 0o600)
        try:
            _write(descriptor, content)
            if path.exists():
                raise FileExistsError(errno.EEXIST, "segment exists", str(path))
            temporary.rename(path)
            try:
                sync_folder(folder)
            except OSError:
                path.unlink()
                raise
        except OSError:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
            raise
        return cls(path, descriptor, len(content), day)

    def append(self, content: bytes) -> None:
        """Write and sync. After an error the segment's end is in doubt: close it and begin another."""
        _write(self._descriptor, content)
        self.bytes += len(content)

    def close(self) -> None:
        os.close(self._descriptor)


@dataclass(slots=True)
class Survey:
    """What a closed segment holds."""

    path: Path
    first_seq: int
    lines: int = 0
    bytes: int = 0
    whole_bytes: int = 0
    damaged_lines: int = 0
    last_sha256: str = FIRST_PREVIOUS

    @property
    def is_torn(self) -> bool:
        return self.bytes != self.whole_bytes

    @property
    def next_seq(self) -> int:
        """One past every number this segment may have used, a torn or emptied line's included."""
        return self.first_seq + max(self.lines + self.is_torn, 1)


def survey(path: Path, left_open: dict[str, None] | None = None) -> Survey:
    """Read a segment whole, line by line; damage is counted, never repaired.

    `left_open` gains requests with a decision and loses those with an outcome: given a process's segments in
    order, it ends holding what that process left open, in order of decision.
    """
    left_open = {} if left_open is None else left_open
    found = Survey(path, _first_seq(path))
    previous: str | None = None
    with path.open("rb") as file:
        for line in file:
            found.bytes += len(line)
            if not line.endswith(b"\n"):
                break
            _note(found, line, previous, left_open)
            previous = found.last_sha256 = hashlib.sha256(line[:-1]).hexdigest()
            found.lines += 1
            found.whole_bytes += len(line)
    return found


def segments(folder: Path) -> list[Path]:
    """All segments, oldest first."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def since_last_start(folder: Path) -> list[Path]:
    """The segments the last process wrote, oldest first; earlier ones were settled when it started."""
    paths: list[Path] = []
    for path in reversed(segments(folder)):
        paths.append(path)
        if _begins_process(path):
            break
    return paths[::-1]


def is_sealed(path: Path) -> bool:
    return not path.stat().st_mode & 0o200


def seal(path: Path) -> None:
    """Read-only from now on, so that nothing appends to it by mistake."""
    path.chmod(0o400)


def prove_writable(folder: Path, size: int) -> None:
    """Write, sync and remove `size` bytes; `OSError` tells why that can't be done."""
    path = folder / ".probe"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        _write(descriptor, bytes(size))
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)


def _first_seq(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    if not match:
        raise ValueError(f"expected a segment's name, found {path.name}")
    return int(match[1])


def _begins_process(path: Path) -> bool:
    with path.open("rb") as file:
        match = _HEAD.fullmatch(file.readline())
    return bool(match and match[3] == b"start")


def _note(found: Survey, line: bytes, previous: str | None, left_open: dict[str, None]) -> None:
    match = _HEAD.fullmatch(line)
    if not match or int(match[1]) != found.first_seq + found.lines:
        found.damaged_lines += 1
        return
    if previous is not None and match[2].decode() != previous:
        found.damaged_lines += 1  # this line or the one before it was changed
    kind, request = match[3], (match[4] or b"").decode()
    if kind == b"start":
        left_open.update(dict.fromkeys(_still_open(line)))
    if not request:  # the log's own records, or a damaged one
        return
    if kind == b"decision":
        left_open[request] = None
    elif kind == b"outcome":
        left_open.pop(request, None)


def _still_open(line: bytes) -> Sequence[str]:
    """The requests that the process was handed open. A damaged line names none: the chain tells of it."""
    try:
        named = json.loads(line).get("still_open", ())
    except ValueError:
        return ()
    return [request for request in named if isinstance(request, str)]


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        written = os.write(descriptor, left)
        if not written:
            raise OSError(errno.EIO, "nothing written")
        left = left[written:]
    _sync(descriptor)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason_of(err: Exception) -> str:
    """Why nothing can be written, as a closed code."""
    if not isinstance(err, OSError):
        return "failed"
    if err.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "disk_full"
    return "io_error"

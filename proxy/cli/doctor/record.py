"""The doctor on the audit log (can it be written, for how long, is it whole) and on the clock it goes by."""

import contextlib
import ctypes
import ctypes.util
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from proxy.auditsegment import segments, survey
from proxy.cli.finding import Check, Level
from proxy.config import Config

_FREE_BYTES: Final = 1 << 30
_FREE_DAYS: Final = 14
_RATE_DAYS: Final = 7.0
_DAY_SECONDS: Final = 86_400.0
_CHAIN_BYTES: Final = 256 << 20
"""Read from the newest back: a second or two, not an auditor's whole archive."""
_SKEW_SECONDS: Final = 120.0
_UNSYNCHRONISED: Final = 5
"""TIME_ERROR of adjtimex(2)."""


def log(config: Config) -> Iterator[Check]:
    """Whether records can be written, and for how many days at the rate of the last week."""
    folder = config.state_dir / "audit"
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        advice = "Give the proxy's user the right."
        yield Check("audit", Level.FAIL, f"{there} can't be written: nothing may be sent", advice)
        return
    free = shutil.disk_usage(there).free
    days = _days_left(free, _segments(folder), time.time())
    is_enough = free > _FREE_BYTES and (days is None or days > _FREE_DAYS)
    told = "" if days is None else f", enough for {days:,} days at the present rate"
    advice = "A full disk stops every request: make room, or move old segments away once they are backed up."
    yield Check("audit", Level.GOOD if is_enough else Level.WARN, f"{folder}, {free >> 20} MiB free{told}", advice)


def chain(config: Config) -> Iterator[Check]:
    """Whether the newest records are as they were written: each line names the hash of the one before."""
    paths = _newest(_segments(config.state_dir / "audit"))
    if not paths:
        return
    try:
        surveys = [survey(path) for path in paths]
    except OSError as err:
        advice = "Run this as the proxy's user."
        yield Check("audit chain", Level.WARN, f"the records can't be read: {err.strerror}", advice)
        return
    damaged = [f"{one.path.name}: {one.damaged_lines} lines" for one in surveys if one.damaged_lines]
    gaps = [
        f"{later.path.name} does not follow on {one.path.name}"
        for one, later in itertools.pairwise(surveys)
        if later.first_seq != one.next_seq or _first_previous(later.path) != one.last_sha256
    ]
    if damaged or gaps:
        advice = "Keep the folder as it is, compare it with the backup, and find out who could write there."
        yield Check("audit chain", Level.FAIL, "; ".join(damaged + gaps), advice)
    else:
        lines = sum(one.lines for one in surveys)
        yield Check("audit chain", Level.GOOD, f"the newest {lines:,} records are whole and in order")


def clock(config: Config) -> Iterator[Check]:
    """Against what is here: a clock that went back makes the CA and the records come from the future."""
    now = time.time()
    ahead = max((path.stat().st_mtime - now for path in _segments(config.state_dir / "audit")), default=0.0)
    if ahead > _SKEW_SECONDS:
        yield Check("clock", Level.FAIL, f"the newest record is {ahead:.0f} s in the future", "Set the clock.")
    else:
        yield Check("clock", Level.GOOD, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    if _is_kept() is False:
        advice = "Run a time service (chrony, systemd-timesyncd): records and end dates go by this clock."
        yield Check("clock kept", Level.WARN, "the kernel's clock is not synchronised", advice)


def _first_previous(path: Path) -> str:
    """The hash that a segment's first line names, of the last one before it; empty when the line is damaged."""
    with path.open("rb") as file, contextlib.suppress(ValueError):
        first = json.loads(file.readline())
        return str(first.get("prev", "")) if isinstance(first, dict) else ""
    return ""


def _segments(folder: Path) -> list[Path]:
    try:
        return segments(folder)
    except OSError:
        return []


def _newest(paths: Sequence[Path]) -> list[Path]:
    """As many of the newest as are read in a moment, oldest first; at least one."""
    taken: list[Path] = []
    for path in reversed(paths):
        if taken and sum(one.stat().st_size for one in taken) + path.stat().st_size > _CHAIN_BYTES:
            break
        taken.append(path)
    return taken[::-1]


def _days_left(free: int, paths: Sequence[Path], now: float) -> int | None:
    """By what was written in the last week; None before there was a day of it."""
    recent = [path.stat() for path in paths if now - path.stat().st_mtime < _RATE_DAYS * _DAY_SECONDS]
    if not recent:
        return None
    written, first = sum(stat.st_size for stat in recent), min(_begun(path, now) for path in paths)
    days = min(max((now - first) / _DAY_SECONDS, 0.0), _RATE_DAYS)
    return int(free / (written / days)) if written and days >= 1 else None


def _begun(path: Path, now: float) -> float:
    """When a segment was begun, by the day in its name."""
    try:
        return datetime.strptime(path.stem.rpartition("-")[2], "%Y%m%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return now


def _is_kept() -> bool | None:
    """Whether a time service keeps the kernel's clock; None where that can't be told. Only reads."""
    try:
        asked = ctypes.create_string_buffer(512)  # struct timex with modes 0; 208 bytes are used
        return ctypes.CDLL(ctypes.util.find_library("c")).adjtimex(asked) not in (_UNSYNCHRONISED, -1)
    except (OSError, AttributeError):
        return None

"""How much memory there is and how much is taken, as Linux tells it, and giving back what is only kept in hand.

Elsewhere nothing can be told, and nothing is bounded by it.
"""

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MACHINE_SHARE: Final = 0.8
"""Of a machine without a cgroup's limit: others live there, too."""

LARGE_BYTES: Final = 1 << 20
"""Blocks above go back to the system when they are freed. glibc would learn to keep blocks of up to 32 MiB in its heap,
which then stays as large as the largest bodies together ever were."""

KEPT_BYTES: Final = 8 << 20
"""Free memory at the end of the heap that is kept. glibc keeps 128 KiB: every larger body then takes its pages from the
system anew, which for 300 KB copied four times over was 276 page faults and 0.65 ms."""

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be taken, in bytes, and what is taken now."""

    limit_bytes: int
    used: Callable[[], int]


def budget_of(
    limit: int | None, root: int, *, proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")
) -> Budget | None:
    """That of process `root` and all below it: of `limit` bytes, or of its cgroup, or of the machine.

    None where the system doesn't tell.
    """
    if limit is not None:
        return Budget(limit, lambda: taken_bytes(root, proc)) if _meminfo(proc) else None
    if (group := _cgroup(proc, cgroups)) is not None:
        return group
    total = _meminfo(proc)
    return Budget(int(total * MACHINE_SHARE), lambda: taken_bytes(root, proc)) if total else None


def taken_bytes(root: int, proc: Path = Path("/proc")) -> int:
    """What process `root` and all below it have of their own: what would be free if they ended."""
    return sum(own_bytes(pid, proc) for pid in family(root, proc))


def own_bytes(pid: int, proc: Path = Path("/proc")) -> int:
    """Resident memory of a process that is not a file's; 0 once it is gone."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        _, resident, shared = (proc / str(pid) / "statm").read_text().split()[:3]
        return (int(resident) - int(shared)) * _PAGE_BYTES
    return 0


def family(root: int, proc: Path = Path("/proc")) -> Iterator[int]:
    """A process and all below it."""
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        for children in (proc / str(pid) / "task").glob("*/children"):
            with contextlib.suppress(OSError):
                waiting += map(int, children.read_text().split())


def collect() -> None:
    """Frees what only cycles hold, and gives back to the system what is free."""
    gc.collect()
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def return_large_blocks() -> None:
    """Has this process return large blocks of memory as soon as they are freed. To be called once, early."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None


def _meminfo(proc: Path) -> int:
    """The machine's memory in bytes; 0 where it is not told."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = (proc / "meminfo").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemTotal:"))
    return 0


def _cgroup(proc: Path, cgroups: Path) -> Budget | None:
    """The tightest limit of the process's cgroup and those around it (version 2), or None if none of them has any."""
    tightest: Budget | None = None
    for folder in _folders(proc, cgroups):
        for name in ("memory.max", "memory.high"):
            limit = _number(folder / name)
            if limit is not None and (tightest is None or limit < tightest.limit_bytes):
                tightest = Budget(limit, lambda folder=folder: _charged(folder))  # type: ignore[misc]
    return tightest


def _folders(proc: Path, cgroups: Path) -> Iterator[Path]:
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    at = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
    if at is None:
        return
    folder = cgroups / at
    while folder.is_relative_to(cgroups):
        yield folder
        folder = folder.parent


def _charged(folder: Path) -> int:
    """What the kernel holds against a cgroup's limit, without what it would drop first: files nobody looked at."""
    dropped = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        rows = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        dropped = int(rows.get("inactive_file", 0))
    return (_number(folder / "memory.current") or 0) - dropped


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):  # `max` among them
        return None

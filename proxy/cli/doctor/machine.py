"""The doctor on what the machine gives: open files against connections, memory against workers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from proxy.cli.doctor.process import family_of, memory_limit, open_files_limit, resident_bytes
from proxy.cli.doctor.running import pid_of
from proxy.cli.finding import Check, Level
from proxy.config import Config

_FILES_A_CONNECTION: Final = 2
_OTHER_FILES: Final = 256
"""Workers' pipes, the audit log, the vault, libraries."""
_WORKER_BYTES: Final = 350 << 20
_NEARLY: Final = 0.9


def open_files(config: Config) -> Iterator[Check]:
    """Of the running proxy where it can be told, else of this shell, which may have other limits."""
    if os.name != "posix":
        return
    import resource

    running = pid_of(config)
    files = open_files_limit(running) if running is not None else None
    whose = "of the running proxy" if files is not None else "in this shell"
    if files is None:
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    wanted = config.limits.connections * _FILES_A_CONNECTION + _OTHER_FILES
    is_enough = files >= wanted or files == resource.RLIM_INFINITY
    advice = f"ulimit -n {wanted}, LimitNOFILE in a service, or a lower limits.connections: each takes two."
    yield Check("limits", Level.GOOD if is_enough else Level.WARN, f"{files} open files {whose}", advice)


def memory(config: Config) -> Iterator[Check]:
    """What is free where nothing runs; what is used of what is allowed where the proxy does."""
    running = pid_of(config)
    limit, available = memory_limit(running), _available_bytes()
    if running is not None:
        used = sum(map(resident_bytes, family_of(running)))
        yield _used(used, limit, available)
    elif available is not None:
        free = min(available, limit) if limit is not None else available
        wanted = config.workers * _WORKER_BYTES
        message = f"{free >> 20} MiB of memory free for {config.workers} scan workers"
        advice = "Set `workers` lower, or give the machine more."
        yield Check("memory", Level.GOOD if free > wanted else Level.WARN, message, advice)


def _used(used: int, limit: int | None, available: int | None) -> Check:
    advice = "Set `workers` or `limits` lower, or allow it more: the kernel ends what goes over."
    if limit is not None:
        level = Level.WARN if used > limit * _NEARLY else Level.GOOD
        return Check("memory", level, f"the proxy uses {used >> 20} of {limit >> 20} MiB that it may", advice)
    left = "" if available is None else f", {available >> 20} MiB are free"
    level = Level.WARN if available is not None and available < _WORKER_BYTES else Level.GOOD
    return Check("memory", level, f"the proxy uses {used >> 20} MiB{left}", advice)


def _available_bytes() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text()
    except OSError:
        return None
    lines = dict(line.split(":", 1) for line in text.splitlines())
    return int(lines["MemAvailable"].split()[0]) << 10

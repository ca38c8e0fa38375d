"""What processes take: memory and processor time, as the kernel tells. Nothing where it does not tell it in /proc."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from proxy.metrics.instrument import Values


def own() -> dict[str, int]:
    """This process by the name under which it is shown; what it tells another is shown under the name it has there."""
    return {"core": os.getpid()}


def resident_bytes(pid: int) -> float | None:
    """The resident set of a process; None when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def cpu_seconds(pid: int) -> float | None:
    """User and system time of a process (proc_pid_stat(5), fields 14 and 15); None when it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        ticks = int(after_name[11]) + int(after_name[12])
    except (OSError, IndexError, ValueError):
        return None
    return ticks / os.sysconf("SC_CLK_TCK")


class ProcessorTime:
    """The processor time of all processes that ever had a name: it never falls when one takes another's place."""

    def __init__(self) -> None:
        self._ended: dict[str, float] = {}
        self._last: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def __call__(self, processes: Mapping[str, int]) -> dict[Values, float]:
        with self._lock:
            for name, pid in processes.items():
                seconds = cpu_seconds(pid)
                if seconds is not None:
                    self._see(name, pid, seconds)
            return {(name,): self._ended.get(name, 0.0) + seconds for name, (_, seconds) in self._last.items()}

    def _see(self, name: str, pid: int, seconds: float) -> None:
        before = self._last.get(name)
        if before is not None and before[0] != pid:
            self._ended[name] = self._ended.get(name, 0.0) + before[1]
        self._last[name] = pid, seconds

"""What Linux tells of processes: who listens on a port, whose child one is, what bounds one. Elsewhere nothing.

Read from /proc (proc(5)) and the cgroup file system (cgroups(7)); of other users' processes only root sees all.
"""

import contextlib
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from proxy.configtype import Address

_PROC: Final = Path("/proc")
_CGROUPS: Final = Path("/sys/fs/cgroup")
_LISTENING: Final = "0A"


def holders_of(address: Address) -> frozenset[int]:
    """The processes that listen on a port of this address or of all, as far as this user may see."""
    inodes = set(_listening(address))
    if not inodes:
        return frozenset()
    return frozenset(pid for pid in _pids() if inodes & _sockets_of(pid))


def family_of(pid: int) -> frozenset[int]:
    """A process and all below it."""
    parents = {one: _parent_of(one) for one in _pids()}
    family = {pid}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return frozenset(family)


def named(pid: int) -> str:
    with contextlib.suppress(OSError):
        return f"{(_PROC / str(pid) / 'comm').read_text().strip()} (process {pid})"
    return f"process {pid}"


def open_files_limit(pid: int) -> int | None:
    """How many files a running process may have open; None when that is not told."""
    try:
        lines = (_PROC / str(pid) / "limits").read_text().splitlines()
        soft = next(line.split()[3] for line in lines if line.startswith("Max open files"))
    except (OSError, StopIteration, IndexError):
        return None
    return int(soft) if soft.isdecimal() else None


def resident_bytes(pid: int) -> int:
    """What a process has in memory; 0 when that is not told."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS"))
    except (OSError, StopIteration, ValueError, IndexError):
        return 0


def memory_limit(pid: int | None) -> int | None:
    """The least memory limit of the cgroups that a process is in, in bytes; None without one (cgroup v2)."""
    try:
        lines = (_PROC / (str(pid) if pid else "self") / "cgroup").read_text().splitlines()
    except OSError:
        return None
    path = next((line[3:] for line in lines if line.startswith("0::")), "/")
    folder = _CGROUPS / path.lstrip("/")
    above = [folder, *folder.parents]
    limits = [limit for one in above if one.is_relative_to(_CGROUPS) and (limit := _limit_in(one)) is not None]
    return min(limits, default=None)


def _limit_in(folder: Path) -> int | None:
    try:
        text = (folder / "memory.max").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _listening(address: Address) -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROC / "net" / name).read_text().splitlines()[1:]:
                fields = line.split()
                host, _, port = fields[1].rpartition(":")
                if fields[3] == _LISTENING and int(port, 16) == address.port and _overlap(_ip(host), address):
                    yield fields[9]


def _overlap(ip: str, address: Address) -> bool:
    """Whether one could get connections to the other; a name's addresses are not looked up."""
    named = not address.host.replace(".", "").isdecimal() and ":" not in address.host
    return named or address.is_wildcard or ip in (address.host, "0.0.0.0", "::")


def _ip(text: str) -> str:
    """From the kernel's hexadecimal words, each in the machine's own order."""
    words = [struct.pack("=I", int(text[at : at + 8], 16)) for at in range(0, len(text), 8)]
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, b"".join(words))


def _pids() -> list[int]:
    try:
        return [int(path.name) for path in _PROC.iterdir() if path.name.isdecimal()]
    except OSError:
        return []


def _sockets_of(pid: int) -> set[str]:
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for descriptor in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return found


def _parent_of(pid: int) -> int | None:
    try:
        # The name, in parentheses, may hold anything: what counts stands behind the last one.
        return int((_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None

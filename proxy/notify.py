"""What systemd is told: started, reloading, stopping, alive. Nothing where no service manager listens.

The protocol of sd_notify(3): datagrams of `KEY=VALUE` lines to the Unix socket that `NOTIFY_SOCKET` names. Telling it
never fails the proxy: whoever does not hear from a service restarts it.
"""

import contextlib
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """The one that started this process, or none."""

    address: str = ""
    watchdog_seconds: float | None = None
    """Without a sign of life for so long, it ends the process and starts another."""

    @classmethod
    def of(cls, env: Mapping[str, str], pid: int) -> Self:
        """From the environment of the process `pid`. What is meant for another process is not for this one."""
        address = env.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()
        meant = env.get("WATCHDOG_PID", str(pid)) == str(pid)
        microseconds = env.get("WATCHDOG_USEC", "")
        watched = meant and microseconds.isdecimal() and int(microseconds) > 0
        return cls(address, int(microseconds) / 1e6 if watched else None)

    def ready(self, status: str) -> None:
        """What was started or reloaded is in force; `status` is shown by `systemctl status`."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Until the next `ready`."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1", "STATUS=finishes what is running")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(1.0)
            sender.sendto("\n".join(lines).encode(), address)

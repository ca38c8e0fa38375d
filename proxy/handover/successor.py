"""The new proxy's side of a handover: says who it is, gets everything when it is ready, and opens the log."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from proxy import __version__
from proxy.audit import AuditLog, AuditUnavailable
from proxy.auditstart import Handed
from proxy.configfile import ConfigError
from proxy.control import Presence, running_pid
from proxy.handover.channel import PROTOCOL, Channel, connect
from proxy.handover.distance import Departing, take_counts
from proxy.handover.memory import Memory
from proxy.handover.pen import Pen


@dataclass(slots=True)
class Successor:
    """Made by `knock`. `listening` and `status` are empty where the predecessor listens elsewhere."""

    state_dir: Path
    channel: Channel
    listening: Sequence[socket.socket]
    status: Sequence[socket.socket]
    _still_open: Sequence[str] = ()
    _departing: asyncio.Task[None] | None = field(default=None)

    @classmethod
    async def knock(cls, state_dir: Path, listen: str, metrics: str) -> Self | None:
        """The line to the proxy that runs with this state folder; None when none runs. Raises ConfigError."""
        if running_pid(state_dir) is None:
            return None
        try:
            channel = await connect(state_dir)
        except OSError as err:
            raise ConfigError(
                f"{state_dir}: expected a running proxy that hands over, found one that does not; stop it first"
            ) from err
        if not channel.is_ours:
            channel.close()
            raise ConfigError(f"{state_dir}: expected a running proxy of this user, found another's")
        hello = {"protocol": PROTOCOL, "version": __version__, "listen": listen, "metrics": metrics}
        files = _files(channel, await _asked(channel, hello))
        listening, status = ([socket.socket(fileno=each) for each in files.get(n, ())] for n in ("listen", "metrics"))
        return cls(state_dir, channel, listening, status)

    async def take(self, pen: Pen) -> Presence:
        """Opens the log for the pen, which held records back. Raises ConfigError.

        Requests wait at both sides until `confirm` is called, so that must be soon. The predecessor goes on serving as
        if nothing had been when it is not, or when this process ends.
        """
        offer = await _asked(self.channel, {"take": True})
        files = _files(self.channel, offer)
        try:
            handed = Handed(
                files["lock"][0],
                str(offer["segment"]),
                int(offer["bytes"]),
                int(offer["next_seq"]),
                str(offer["previous_sha256"]),
                tuple(map(str, offer["still_open"])),
            )
            log = await asyncio.to_thread(AuditLog, self.state_dir / "audit", handed=handed)
        except (KeyError, ValueError, AuditUnavailable) as err:
            self.channel.close()
            raise ConfigError(f"{self.state_dir}: expected a proxy that hands its log over, found a fault") from err
        self._still_open = handed.still_open
        take_counts(offer.get("counts"))
        pen.give(log, handed.still_open)
        return Presence.of(self.state_dir, files["presence"][0])

    async def confirm(self, pen: Pen, memories: Sequence[Memory] = ()) -> None:
        """Tells the predecessor that it is over, and takes its last records from then on. Raises ConfigError."""
        try:
            await self.channel.send({"serves": True})
        except OSError as err:
            raise ConfigError(f"{self.state_dir}: the proxy that was to hand over has ended; start again") from err
        departing = Departing(self.channel, pen, self._still_open, memories)
        self._departing = asyncio.get_running_loop().create_task(departing.run())

    async def gone(self) -> None:
        """Returns once the predecessor has ended."""
        if self._departing is not None:
            await asyncio.wait([self._departing])

    async def close(self) -> None:
        """Waits for nobody. What the predecessor has not ended is `unknown`."""
        if self._departing is None:
            self.channel.close()
            return
        self._departing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._departing


def _files(channel: Channel, message: Mapping[str, Any]) -> Mapping[str, list[int]]:
    """The open files that came with a message, by name."""
    files: dict[str, list[int]] = {}
    for name, descriptor in zip(message.get("files", ()), channel.descriptors, strict=True):
        os.set_inheritable(descriptor, False)
        files.setdefault(name, []).append(descriptor)
    channel.descriptors.clear()
    return files


async def _asked(channel: Channel, message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer. Raises ConfigError when it is a refusal or none."""
    try:
        await channel.send(message)
        answer = await channel.receive()
    except (EOFError, OSError) as err:
        channel.close()
        raise ConfigError("the proxy that was to hand over has ended; start again") from err
    if refused := answer.get("refused"):
        channel.close()
        raise ConfigError(f"the running proxy does not hand over: {refused}")
    return answer

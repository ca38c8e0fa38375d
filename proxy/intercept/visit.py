"""One client's connection, as the bounds see it: what it waits for, since when, and which requests run on it."""

import time
from dataclasses import dataclass, field
from enum import Enum, auto

from mitmproxy.proxy.layers.http import HttpLayer


class Awaited(Enum):
    """What a connection waits for while no request runs on it."""

    HEADERS = auto()
    """A request's headers, of which the first byte has come; or the first ones, from the start."""
    HANDSHAKE = auto()
    """TLS, or whatever else is to follow a CONNECT that was let in."""
    REQUEST = auto()
    """Anything, at the client's leisure."""
    NOTHING = auto()
    """It is a tunnel or a WebSocket and for others to end."""


@dataclass(slots=True, eq=False)
class Visit:
    """`since` is monotonic, in seconds. `http` is the innermost layer of HTTP, once there is one."""

    address: str
    awaited: Awaited = Awaited.HEADERS
    since: float = field(default_factory=time.monotonic)
    http: HttpLayer | None = None

    def awaits(self, awaited: Awaited) -> None:
        """The time for it begins, unless it has begun."""
        if self.awaited is not awaited:
            self.awaited = awaited
            self.since = time.monotonic()

    def enter(self, http: HttpLayer) -> None:
        """HTTP begins, once more if it does so inside a tunnel."""
        self.http = http
        if self.awaited is Awaited.HANDSHAKE:
            self.awaits(Awaited.REQUEST)

    @property
    def is_served(self) -> bool:
        """Whether a request runs: nobody may cut it for taking long."""
        return self.awaited is not Awaited.HANDSHAKE and self.http is not None and bool(self.http.streams)

"""What all clients together may hold: connections, bytes of bodies, and frames that cost more than they weigh. Pure.

Whatever is refused here is refused before it costs anything. Each bound is counted where it grows, in one process.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from proxy.reason import Reason

REFILL_SECONDS = 10.0
"""An allowance that was spent whole is whole again after so long."""

LARGE_BODY_BYTES = 1 << 20
"""What is refused first when memory gets short: a hundred times a usual prompt, and seldom a conversation."""


class Bound(StrEnum):
    """Why a connection was refused or closed where there was no request to answer: a closed set, for metrics."""

    CONNECTIONS = "connections"
    CLIENT_CONNECTIONS = "client_connections"
    HEADER_SECONDS = "header_seconds"
    HEADERS = "headers"
    RESETS = "resets"
    CONTROL_FRAMES = "control_frames"
    PIPELINED = "pipelined"


class Pressure(IntEnum):
    """How short of memory the process is, and what it does about it. Each stage does what those below it do."""

    NONE = 0
    COLLECT = 1
    REFUSE_LARGE = 2
    REFUSE_ALL = 3


@dataclass(slots=True)
class Allowance:
    """So many at once, and as many again in every ten seconds. `now` is monotonic, in seconds."""

    burst: int
    _left: float = field(init=False)
    _counted_at: float = 0.0

    def __post_init__(self) -> None:
        self._left = float(self.burst)

    def spend(self, count: int, now: float) -> bool:
        """Whether `count` more are within it; then they are spent."""
        refilled = (now - self._counted_at) * self.burst / REFILL_SECONDS
        self._left = min(float(self.burst), self._left + refilled) - count
        self._counted_at = now
        return self._left >= 0


@dataclass(slots=True)
class Seats:
    """The connections that are open, by the address they come from.

    No address may have more than are free, so that however few hold however many, there is room for the next one.
    """

    total: int
    each: int
    taken: int = 0
    _by_address: Counter[str] = field(default_factory=Counter)

    def take(self, address: str) -> Bound | None:
        """Takes a seat, or tells why there is none. What was taken must be given back by `leave`."""
        held = self._by_address[address]
        if held >= self.each:
            return Bound.CLIENT_CONNECTIONS
        if held >= self.total - self.taken:
            return Bound.CONNECTIONS
        self._by_address[address] += 1
        self.taken += 1
        return None

    def leave(self, address: str) -> None:
        self.taken -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]


@dataclass(slots=True)
class InFlight:
    """Bytes of bodies that have arrived and were not sent on yet, and how short of memory the process is."""

    limit_bytes: int
    bytes: int = 0
    pressure: Pressure = Pressure.NONE

    def refusal(self, body_bytes: int, more_bytes: int) -> Reason | None:
        """Why `more_bytes` of a body that is `body_bytes` long, as far as one knows, can't be taken in."""
        if self.pressure >= Pressure.REFUSE_ALL:
            return Reason.OVERLOADED
        if self.pressure >= Pressure.REFUSE_LARGE and body_bytes > LARGE_BODY_BYTES:
            return Reason.OVERLOADED
        return Reason.BUSY if self.bytes + more_bytes > self.limit_bytes else None

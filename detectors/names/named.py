"""What a finder of names is, what it finds, and what it may cost in one request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self, get_args

from detectors.evidence import Evidence

Entity = Literal["PERSON", "LOCATION", "ORGANIZATION", "PUBLIC_PERSON"]
"""`PUBLIC_PERSON` is who put the name before the public: authors in git trailers, licence headers and package data, and
well-known figures. The name is theirs all the same; who sends it tells nobody anything."""

ENTITIES: Final[tuple[Entity, ...]] = get_args(Entity)

SCORE: Final = 0.6
"""Of a name whose finder says nothing of how sure it is."""


@dataclass(frozen=True, slots=True)
class Named:
    """One name: where it stands, in code points of the text, what it names, how sure that is (0..1), and why."""

    start: int
    end: int
    entity: Entity
    score: float = SCORE
    evidence: tuple[Evidence, ...] = ()


class Allowance:
    """How long one request's names may take, in processor seconds; only what passes within `with` counts.

    A finder asks between two pieces of a text, so what it takes may exceed this by one piece. When it leaves something
    unread for want of time it says so by `unread`.
    """

    __slots__ = ("_clock", "_seconds", "_started", "_used", "unread")

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._used = 0.0
        self._started: float | None = None
        self.unread = False

    def __enter__(self) -> Self:
        self._started = self._clock()
        return self

    def __exit__(self, *_: object) -> None:
        self._used = self.used
        self._started = None

    @property
    def used(self) -> float:
        """Seconds taken so far."""
        return self._used if self._started is None else self._used + self._clock() - self._started

    @property
    def share(self) -> float:
        """Which part of it is used: 1 when all of it is, more when it was exceeded."""
        return self.used / self._seconds if self._seconds else 1.0

    def is_spent(self) -> bool:
        return self.used >= self._seconds


def unlimited() -> Allowance:
    """An allowance that is never spent, for whoever has time."""
    return Allowance(float("inf"), lambda: 0.0)


class Finder(Protocol):
    """Finds names in texts. One per process; not thread-safe."""

    def load(self) -> None:
        """Reads what it finds by, before the first text needs it. Raises ValueError that tells the operator why not."""

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        """The names in `text`, in order of start; they may overlap. Sets `allowance.unread` when it had no time."""

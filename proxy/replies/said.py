"""What an assistant's message is made of, and the pieces that a stream of one comes in. Types only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

Members = Mapping[str, object]

Event = tuple[str, Members]
"""An event's name, "" where the API names none, and its data."""


@dataclass(frozen=True, slots=True)
class Said:
    """`time` is in seconds since 1970; `model` is what the request named, and known to hold no finding."""

    text: str
    reference: str
    model: str
    time: float

    @property
    def seconds(self) -> int:
        return int(self.time)

    @property
    def date(self) -> str:
        """The time as RFC 3339 says it, in UTC."""
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

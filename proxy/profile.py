"""Who asks, as far as policy may ask: plain values that any source of identities can give.

The users file gives them today (`identity.py`); whatever gives them tomorrow, the claims of a token say, makes the
same `Identity`. A profile crosses to the scan workers; no password and no hash is in it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from proxy.swift import swift

Training = tuple[tuple[str, date], ...]
"""Courses that somebody completed, and the last day on which each counts, by UTC."""


@swift
@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of the sender of one request beside the name. `address` is the client's, "" where there is none."""

    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    training: Training = ()
    address: str = ""

    def trained(self, now: datetime) -> frozenset[str]:
        """The courses that count at this moment (an aware datetime): a course's last day counts to its end."""
        today = now.astimezone(UTC).date()
        return frozenset(course for course, until in self.training if today <= until)


NOBODY = Profile()


@dataclass(frozen=True, slots=True)
class Identity:
    """A user who proved who they are. `proof` tells what it was proved by, so that it can be asked whether it holds."""

    name: str
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    training: Training = ()
    proof: str = field(default="", repr=False, compare=False)

    def profile(self, address: str) -> Profile:
        return Profile(self.groups, self.roles, self.training, address)

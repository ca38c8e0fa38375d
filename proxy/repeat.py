"""Which blocks only say again what another has just said: clients send one prompt several times over.

A prompt goes along with requests for a title, a route or a memory, and some clients try again. Blocks of the same
findings, for the same user and vendor within two minutes of the first, are one event. Bounded, and safe to lose. Holds
keyed hashes only.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

REPEAT_SECONDS = 120.0
MAX_USERS = 4096
MAX_EVENTS = 16


@dataclass(frozen=True, slots=True)
class _Event:
    since: float
    reference: str
    fingerprints: frozenset[str]


class Repeats:
    """The latest events of each user and vendor; who was quiet longest is forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._events: OrderedDict[tuple[str, str], list[_Event]] = OrderedDict()

    @property
    def entries(self) -> OrderedDict[tuple[str, str], list[_Event]]:
        return self._events

    def first(self, identity: str, vendor: str, fingerprints: frozenset[str], reference: str) -> str:
        """The reference of the event that blocked all of these findings before; "" if this one is new, and kept."""
        now = self._clock()
        known = self._events.setdefault((identity, vendor), [])
        self._events.move_to_end((identity, vendor))
        fresh = [event for event in known if now - event.since < REPEAT_SECONDS]
        first = next((event.reference for event in fresh if event.fingerprints >= fingerprints), "")
        known[:] = fresh if first else [*fresh, _Event(now, reference, fingerprints)][-MAX_EVENTS:]
        while len(self._events) > MAX_USERS:
            self._events.popitem(last=False)
        return first

    def forget(self, reference: str) -> None:
        """Takes an event back that did not come on record."""
        for known in self._events.values():
            known[:] = [event for event in known if event.reference != reference]

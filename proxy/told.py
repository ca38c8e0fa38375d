"""What each conversation's user has been told was blocked, so that one mistake does not poison the session.

Every client resends a blocked message with each later request. A value that was blocked and told once is redacted,
not blocked again, when it comes back as history; only new content blocks. Held in memory, bounded, and safe to lose:
without it, history blocks once more and is told anew. Holds keyed hashes only, never text.
"""

import itertools
from collections import OrderedDict
from dataclasses import dataclass

from proxy.justification import Offer
from proxy.swift import swift

MAX_CONVERSATIONS = 4096
MAX_HASHES = 8192


@swift
@dataclass(frozen=True, slots=True)
class Told:
    """What one conversation has been told: the blocked values' fingerprints and the hashes of the segments that
    stood in the requests in which they were blocked.

    Where policy asks what the vendor has had in clear: the hashes of the texts that were `sent`, and what was `cut` out
    of them, each as its text's hash and its fingerprint.

    `let` is what passed for a reason: a text's hash with a finding's fingerprint, or with the clause that the reason
    lifted. `warned` are the clauses that the user has read of in a reply; `offers` the codes that stand open.
    """

    fingerprints: frozenset[str] = frozenset()
    segments: frozenset[bytes] = frozenset()
    sent: frozenset[bytes] = frozenset()
    cut: frozenset[tuple[bytes, str]] = frozenset()
    let: frozenset[tuple[bytes, str]] = frozenset()
    warned: frozenset[str] = frozenset()
    offers: frozenset[Offer] = frozenset()

    def merged(self, other: "Told") -> "Told":
        return Told(
            _bounded(self.fingerprints, other.fingerprints),
            _bounded(self.segments, other.segments),
            _bounded(self.sent, other.sent),
            _bounded(self.cut, other.cut),
            _bounded(self.let, other.let),
            _bounded(self.warned, other.warned),
        )


NOTHING_TOLD = Told()


def _bounded[T](old: frozenset[T], new: frozenset[T]) -> frozenset[T]:
    """Both, or the newer alone when that is too much, or as much of it as there is room for."""
    both = old | new
    if len(both) <= MAX_HASHES:
        return both
    return frozenset(itertools.islice(new, MAX_HASHES))


class ToldStore:
    """Least recently used conversations are forgotten first."""

    def __init__(self, capacity: int = MAX_CONVERSATIONS) -> None:
        self._capacity = capacity
        self._told: OrderedDict[tuple[str, str], Told] = OrderedDict()

    @property
    def entries(self) -> OrderedDict[tuple[str, str], Told]:
        return self._told

    def recall(self, identity: str, conversation: str) -> Told:
        """What `identity` has been told in `conversation`; empty when nothing."""
        key = (identity, conversation)
        told = self._told.get(key)
        if told is None:
            return NOTHING_TOLD
        self._told.move_to_end(key)
        return told

    def remember(self, identity: str, conversation: str, told: Told) -> None:
        key = (identity, conversation)
        self._told[key] = self._told.get(key, NOTHING_TOLD).merged(told)
        self._told.move_to_end(key)
        while len(self._told) > self._capacity:
            self._told.popitem(last=False)

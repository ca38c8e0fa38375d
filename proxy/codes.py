"""Which codes stand open for whom: what a block offered, until it is used, or for a quarter of an hour.

Held in memory by the front process, bounded, and safe to lose: a code that is forgotten is one that was never given.
Knows fingerprints and keyed hashes only, and keeps no reason.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from proxy.justification import Justification, Offer
from proxy.repeat import REPEAT_SECONDS

OPEN_SECONDS: Final = 900.0
MAX_CONVERSATIONS: Final = 4096
MAX_CODES: Final = 16


@dataclass(slots=True)
class _Code:
    offer: Offer
    since: float
    used_at: float | None = None
    use: Justification | None = None

    def is_open(self, now: float) -> bool:
        if self.used_at is None:
            return now - self.since < OPEN_SECONDS
        return now - self.used_at < REPEAT_SECONDS

    def takes(self, use: Justification) -> bool:
        """Whether this is its first use, or the same again."""
        if self.use is None:
            return True
        return self.use.mark == use.mark and (None in (use.turn, self.use.turn) or use.turn == self.use.turn)


class Codes:
    """The codes of each user's conversations with a vendor; whose was quiet longest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._codes: OrderedDict[tuple[str, str], list[_Code]] = OrderedDict()

    @property
    def entries(self) -> OrderedDict[tuple[str, str], list[_Code]]:
        return self._codes

    def offer(self, identity: str, conversation: str, offer: Offer) -> None:
        known = self._codes.setdefault((identity, conversation), [])
        self._codes.move_to_end((identity, conversation))
        others = [code for code in known if code.offer.code != offer.code]
        known[:] = [*others, _Code(offer, self._clock())][-MAX_CODES:]
        while len(self._codes) > MAX_CONVERSATIONS:
            self._codes.popitem(last=False)

    def open(self, identity: str, conversation: str) -> frozenset[Offer]:
        """What can be let through now. A code stays in it for two minutes after its use: see `use`."""
        now = self._clock()
        known = self._codes.get((identity, conversation), ())
        return frozenset(code.offer for code in known if code.is_open(now))

    def use(self, identity: str, conversation: str, use: Justification) -> bool:
        """Whether the code could be used; then it, and all that were offered for no more than it was, are closed.

        Clients send one prompt several times over, with a request for a title and when they try again: what comes for
        the same reason at the same turn within two minutes is one use.
        """
        now = self._clock()
        known = self._codes.get((identity, conversation), [])
        found = next((each for each in known if each.offer.code == use.code and each.is_open(now)), None)
        if found is None or not found.takes(use):
            return False
        if found.used_at is None:
            found.used_at = now
            known[:] = [each for each in known if each is found or not _covers(found.offer, each.offer)]
        if found.use is None or found.use.turn is None:
            found.use = replace(use, reason="")
        return True


def _covers(used: Offer, other: Offer) -> bool:
    return other.fingerprints <= used.fingerprints and other.clause in ("", used.clause)

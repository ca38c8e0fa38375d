"""A developer's word for what policy blocks, weighed against one request: what it lets through, or why nothing.

Pure. A justification lets pass what policy itself asks to be justified, in this conversation and once; what was let
through stays so where it is only resent. No limit of the policy is ever lowered by it: `Ruling.lowered` sees to that.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from proxy.aside import Asides, Heard
from proxy.history import History
from proxy.judgement import JUSTIFIED, Judgement
from proxy.justification import NO_ROOM, REASON_CHARS, Justification, Offer, code_for
from proxy.policy import Action, Ruling
from proxy.reason import Reason
from proxy.scanner import Hit
from proxy.told import NOTHING_TOLD, Told

_NOTHING: Final = Offer("")


@dataclass(frozen=True, slots=True)
class Plea:
    """What one request's conversation says for it. `granted` is what its directive lets through; `fault` is why a
    directive counts for nothing, upon which the request is stopped. `fixed`: nothing can be taken out of it, so no
    directive could be kept from the vendor.
    """

    history: History | None = None
    told: Told = NOTHING_TOLD
    heard: Heard | None = None
    granted: Offer = _NOTHING
    fault: Reason | None = None
    fixed: bool = False

    def lift(self, judged: Sequence[Judgement]) -> list[Judgement]:
        """The judgements, lifted where that was granted now, or before and the text is only being resent."""
        return [item.justified() if self._lets(item) else item for item in judged]

    def lift_whole(self, asked: Ruling) -> Ruling:
        """The same for the request as such."""
        if asked.action is not Action.JUSTIFY:
            return asked
        was_let = self.history is not None and self.history.is_turn_let(asked.clause, self.told)
        if was_let or (self.granted.clause and self.granted.clause == asked.clause):
            return asked.lowered(Action.LOG, JUSTIFIED)
        return asked

    def _lets(self, item: Judgement) -> bool:
        fingerprint = item.finding.fingerprint
        if item.action is not Action.JUSTIFY:
            return False
        if fingerprint in self.granted.fingerprints:
            return True
        return self.history is not None and self.history.is_let(item.segment.home, fingerprint, self.told)

    def offer(self, judged: Sequence[Judgement], asked: Ruling, key: bytes, reference: str) -> Offer | None:
        """The code for a request that is stopped; None where a justification would not let all of it pass."""
        stopped = [item for item in judged if item.action.stops]
        lifted = [item.justified().action for item in stopped] + [asked.lowered(Action.LOG, JUSTIFIED).action]
        is_final = any(item.action is Action.BLOCK for item in stopped) or asked.action is Action.BLOCK
        if is_final or any(action.stops for action in lifted):
            return None
        if self.fixed or self.history is None or not self.history.conversation:
            return NO_ROOM
        fingerprints = self.granted.fingerprints | {item.finding.fingerprint for item in stopped}
        clause = asked.clause if asked.action is Action.JUSTIFY else self.granted.clause
        return Offer(code_for(key, reference), fingerprints, clause)

    def used(
        self, judged: Sequence[Judgement], asked: Ruling, key: bytes, *, is_main: bool
    ) -> tuple[Justification, Told] | None:
        """What goes on record when the lifted request leaves, and what is to be remembered; None if nothing was
        granted that it needed. `is_main`: its user waits for the reply.
        """
        heard, history = self.heard, self.history
        if heard is None or history is None:
            return None
        passed = [item for item in judged if item.waiver == JUSTIFIED and self._is_granted(item)]
        lifts_whole = asked.waiver == JUSTIFIED and self.granted.clause == asked.clause
        if not passed and not lifts_whole:
            return None
        places = [(item.segment.home, item.finding.fingerprint) for item in passed]
        places += [(heard.segment.pointer, asked.clause)] if lifts_whole else []
        clause = asked.clause if lifts_whole else passed[0].clause
        reason = heard.directive.reason
        mark = hashlib.blake2b(reason.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=16).hexdigest()
        turn = history.newest if is_main else None
        return Justification(self.granted.code, reason, clause, mark, turn), history.letting(places)

    def _is_granted(self, item: Judgement) -> bool:
        return item.finding.fingerprint in self.granted.fingerprints


NO_PLEA: Final = Plea()


def hear(history: History, told: Told, asides: Asides, hits: Collection[Hit], *, fixed: bool) -> Plea:
    """What the conversation says for a request in which `hits` were found."""
    plea, heard = Plea(history, told, fixed=fixed), asides.current(history, told)
    if heard is None:
        return plea
    offer = next((offer for offer in told.offers if offer.code == heard.directive.code), None)
    fault = _fault(heard, offer, hits, fixed)
    return replace(plea, heard=heard, granted=_NOTHING if fault or offer is None else offer, fault=fault)


def _fault(heard: Heard, offer: Offer | None, hits: Collection[Hit], fixed: bool) -> Reason | None:
    if fixed:
        return Reason.JUSTIFICATION_FIXED
    if _is_found_in(heard, hits):
        return Reason.JUSTIFICATION_FINDING
    if offer is None:
        return Reason.JUSTIFICATION_UNKNOWN
    reason = heard.directive.reason
    return None if len(reason) in REASON_CHARS and reason.isprintable() else Reason.JUSTIFICATION_REASON


def _is_found_in(heard: Heard, hits: Collection[Hit]) -> bool:
    """Whether anything was found in the reason, were it only a part: it goes on record as it stands."""
    start, end = heard.directive.because
    return any(
        finding.start < end and start < finding.end
        for segment, findings in hits
        if segment.pointer == heard.segment.pointer
        for finding in findings
    )

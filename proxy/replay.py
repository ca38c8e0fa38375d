"""Recorded decisions judged again: what a policy makes of what is on record. Pure.

A record holds who sent what kind of finding where, and no value; so this tells exactly what another policy would have
decided, and of other rules only what they would have called these findings. What a value's place forced (a signed part,
a file, history that its user was told about) is forced again; where policy had no say, all stays as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from detectors import Category, Severity
from detectors.ruleset import Findable
from proxy.auditsearch import Members
from proxy.comparison import Changed, Compared, Fate
from proxy.formats import FORMATS, GENERIC
from proxy.judgement import (
    ATTACHMENT_CLAUSE,
    CUT_ALONE,
    FIXED_CLAUSE,
    PSEUDONYM_CLAUSE,
    RESENT_CLAUSE,
    SENT_CLAUSE,
    UNMASKED,
)
from proxy.policy import Action, Context, Policy, Ruling
from proxy.reason import JUDGED, UNREAD, Reason
from proxy.segment import FIXED, Label
from proxy.vendor import Catalogue
from proxy.verdict import Decision

_DECISIONS: Final = {
    Action.ALLOW: Decision.ALLOW,
    Action.LOG: Decision.LOG,
    Action.WARN: Decision.WARN,
    Action.MASK: Decision.REDACT,
    Action.PSEUDONYMISE: Decision.REDACT,
    Action.REDACT: Decision.REDACT,
    Action.JUSTIFY: Decision.BLOCK,
    Action.BLOCK: Decision.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finding as it is on record; policy can judge it like one that was just made."""

    rule: str
    category: Category
    entity: str
    severity: Severity
    score: float
    verified: bool | None
    fingerprint: str
    pointer: str
    label: Label
    recorded: Fate
    waiver: str

    @property
    def is_in_file(self) -> bool:
        """Whether it stands in a part of a file, which a pointer names behind a `#`."""
        return "#" in self.pointer

    @classmethod
    def of(cls, finding: Members) -> Self:
        """Records of early versions tell no score and no severity: those count as certain, and grave."""
        return cls(
            rule=finding["rule"],
            category=Category(finding["category"]),
            entity=finding["entity"],
            severity=Severity[(finding.get("severity") or "critical").upper()],
            score=finding.get("score", 1.0),
            verified=finding.get("verified"),
            fingerprint=finding["fingerprint"],
            pointer=finding["pointer"],
            label=Label(finding.get("label") or Label.UNKNOWN),
            recorded=Fate(finding["action"], finding.get("clause", "")),
            waiver=finding.get("waiver") or "",
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """One side of a replay. `rules`, if given, tell what a recorded finding is now; those they don't know are none."""

    policy: Policy
    catalogue: Catalogue
    rules: Mapping[str, Findable] | None = None

    def decide(self, record: Members, context: Context, findings: Sequence[Replayed]) -> tuple[Fate, list[Fate]]:
        """The decision on a recorded request, and the fate of each of its findings; empty for one not made."""
        reason = record.get("reason", "")
        if reason and reason not in JUDGED:
            return Fate(record["decision"], reason), [one.recorded for one in findings]
        known = [self._as_found(one) for one in findings]
        made = [one for one in known if one is not None]
        rulings = iter(self.policy.judge(made, context))
        restorable = bool(FORMATS.get(record["format"], GENERIC).replies)
        judged = [None if one is None else self._forced(one, next(rulings), restorable) for one in known]
        whole = self.policy.judge_request(context)
        if record.get("waiver"):
            whole = whole.lowered(Action.LOG, record["waiver"])
        everything = [(whole.action, whole.clause), *self._beside(reason, record), *filter(None, judged)]
        action, clause = max(everything, key=lambda ruled: ruled[0])
        return _fate(_DECISIONS[action], clause), [Fate() if one is None else _fate(*one) for one in judged]

    def _as_found(self, one: Replayed) -> Replayed | None:
        if self.rules is None:
            return one
        rule = self.rules.get(one.rule)
        if rule is None:
            return None
        # Health context made it `phi` whatever its rule says.
        category = one.category if one.category is Category.PHI else rule.category
        return replace(one, category=category, entity=rule.entity, severity=rule.level)

    def _forced(self, one: Replayed, ruling: Ruling, restorable: bool) -> tuple[Action, str]:
        """What a ruling comes to at the place where the finding stands."""
        policy, before = self.policy, one.recorded
        if one.waiver:  # what let it pass then (an exception, a reason given) still does, as far as limits let it
            ruling = ruling.lowered(Action[before.action.upper()], one.waiver)
        action = ruling.action
        if action is Action.PSEUDONYMISE and (not restorable or one.label in CUT_ALONE):
            action = Action.REDACT
        if action is Action.MASK and (one.label in UNMASKED or before == Fate("redact", ruling.clause)):
            action = Action.REDACT
        if before.clause == PSEUDONYM_CLAUSE:
            return Action[before.action.upper()], before.clause
        if action.cuts and one.label in FIXED:
            return Action[policy.on_fixed.upper()], FIXED_CLAUSE
        if action.cuts and one.is_in_file:
            return (Action.REDACT if policy.on_attachment == "note" else Action.BLOCK), ATTACHMENT_CLAUSE
        if action.stops and before.clause == RESENT_CLAUSE:
            return Action.REDACT, RESENT_CLAUSE
        if action.cuts and before.clause == SENT_CLAUSE and policy.on_sent != "redact":
            return Action[policy.on_sent.upper()], SENT_CLAUSE
        return action, ruling.clause

    def _beside(self, reason: str, record: Members) -> Iterator[tuple[Action, str]]:
        """What is decided for what could not be read, and for what clients report about themselves."""
        if reason in UNREAD:
            yield self.policy.judge_incomplete(reason), reason
        vendor = self.catalogue.vendor_for(record["host"])
        is_report = vendor is not None and vendor.is_report(record["host"], record["path"])
        if is_report and self.policy.telemetry == "refuse":
            yield Action.BLOCK, Reason.TELEMETRY.value


def replay(record: Members, after: Judge, before: Judge | None = None) -> Compared:
    """A recorded decision beside what `after` makes of it; or with `before` what the two make of it."""
    context = Context.from_record(record)
    findings = [Replayed.of(one) for one in record.get("findings", ())]
    was = Fate(record["decision"], record.get("clause") or record.get("reason", "")), [one.recorded for one in findings]
    old, old_fates = was if before is None else before.decide(record, context, findings)
    new, new_fates = after.decide(record, context, findings)
    changed = tuple(
        Changed(one.rule, one.entity, one.pointer, one.fingerprint, earlier, later)
        for one, earlier, later in zip(findings, old_fates, new_fates, strict=True)
        if earlier.action != later.action
    )
    return Compared(record["request"], record["time"], record.get("user") or "", record["vendor"], old, new, changed)


def _fate(action: Action | Decision, clause: str) -> Fate:
    return Fate(action.value if isinstance(action, Decision) else action.label, clause)

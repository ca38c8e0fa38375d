"""Policy applied to one request's hits: a fate for every finding, and the edits that follow from it. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from detectors import Finding
from proxy.formats import Format
from proxy.mask import masked
from proxy.message import Place, place
from proxy.note import Notes, edits_in_files
from proxy.placeholder import placeholder
from proxy.policy import NO_WAIVERS, Action, Context, Policy, Ruling, Waivers
from proxy.pseudonym.pseudonymiser import Exhausted, Pseudonymiser
from proxy.rewrite import Edit
from proxy.scanner import Hit
from proxy.segment import FIXED, Label, Segment
from proxy.verdict import Judged
from proxy.wording import Wording

FIXED_CLAUSE = "on-fixed"
ATTACHMENT_CLAUSE = "on-attachment"
RESENT_CLAUSE = "resent"
SENT_CLAUSE = "on-sent"
PSEUDONYM_CLAUSE = "pseudonym"

JUSTIFIED = "justification"
"""The waiver of what passes because its user gave a reason."""

CUT_ALONE = frozenset({Label.HEADER, Label.QUERY, Label.ATTACHMENT})
"""Where a value is cut out even if policy would have a pseudonym: nothing of it comes back from there."""

UNMASKED = CUT_ALONE | {Label.NUMBER}
"""Where a value is cut out even if policy would have a mask: a masked number is none."""

_LEAD = re.compile(r"(?:part:[0-9]+/)?(?:form|header):")
"""What a pointer begins with that ends in a name as it came."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One finding, where it stands, what happens to it and by which clause."""

    segment: Segment
    finding: Finding
    action: Action
    clause: str
    pointer: str
    """The segment's pointer with any name that is itself a finding replaced by its placeholder."""
    fixed: bool
    """Whether nothing can be cut out here."""
    message: str = ""
    """What the clause says to the developer."""
    waiver: str = ""
    lifted: "Judgement | None" = None
    """What it comes to if its user gives a reason; None where none is asked for."""

    def justified(self) -> "Judgement":
        return self.lifted or self

    def resent(self) -> "Judgement":
        """The same as history of a conversation whose user has been told; stays blocked where nothing can be cut."""
        if self.fixed:
            return self
        return replace(self, action=Action.REDACT, clause=RESENT_CLAUSE)

    def sent_before(self, policy: Policy) -> "Judgement":
        """The same in a part of the conversation that the vendor has had in clear."""
        if not self.action.cuts or policy.on_sent == "redact":
            return self
        return replace(self, action=Action[policy.on_sent.upper()], clause=SENT_CLAUSE)

    def recorded(self) -> Judged:
        finding = self.finding
        return Judged(
            rule=finding.rule,
            category=finding.category.value,
            entity=finding.entity,
            severity=finding.severity.label,
            pointer=self.pointer,
            label=self.segment.label.value,
            start=finding.start,
            end=finding.end,
            score=round(finding.score, 3),
            verified=finding.verified,
            fingerprint=finding.fingerprint,
            action=self.action.label,
            clause=self.clause,
            waiver=self.waiver,
        )

    def place(self, fmt: Format, wording: Wording) -> Place:
        """For the message to the user."""
        segment, finding = self.segment, self.finding
        where = place(fmt, self.pointer, segment.label, segment.text, finding.start, segment.part, wording)
        return Place(finding.entity, where)


def judge(
    hits: Sequence[Hit],
    policy: Policy,
    context: Context,
    *,
    all_fixed: bool = False,
    restorable: bool = False,
    pseudonyms: Pseudonymiser | None = None,
    notes: Notes | None = None,
    waivers: Waivers = NO_WAIVERS,
) -> list[Judgement]:
    """A judgement for each finding.

    `all_fixed`: the request is signed, so nothing in it can be rewritten. `restorable`: this API's replies can be
    restored; where they can't, what would get a pseudonym is redacted. What is a pseudonym of `pseudonyms` passes.
    `notes` tells which files can be cut out; none can without it.
    """
    names = _found_names(hits)
    rulings = _rulings(hits, policy, context, waivers, pseudonyms)
    judged = []
    for segment, findings in hits:
        pointer = _clean_pointer(segment, findings, names)
        site = _Site(segment, pointer, policy, all_fixed, restorable, pseudonyms, notes)
        judged += [site.judged(finding, next(rulings)) for finding in findings]
    return judged


@dataclass(frozen=True, slots=True)
class _Site:
    """Where findings stand, and what of a ruling can be done there."""

    segment: Segment
    pointer: str
    policy: Policy
    all_fixed: bool
    restorable: bool
    pseudonyms: Pseudonymiser | None
    notes: Notes | None

    def judged(self, finding: Finding, ruling: Ruling) -> Judgement:
        item = self._settled(finding, ruling)
        if ruling.action is not Action.JUSTIFY:
            return item
        return replace(item, lifted=self._settled(finding, ruling.lowered(Action.LOG, JUSTIFIED)))

    def _settled(self, finding: Finding, ruling: Ruling) -> Judgement:
        segment, action, clause = self.segment, ruling.action, ruling.clause
        is_signed = self.all_fixed or segment.label in FIXED
        can_be_cut = segment.opened is None or (self.notes is not None and self.notes.fit(segment))
        fixed = is_signed or not can_be_cut
        if action is Action.PSEUDONYMISE and (not self.restorable or segment.label in CUT_ALONE):
            action = Action.REDACT
        if action is Action.MASK and not _can_be_masked(segment, finding):
            action = Action.REDACT
        if action is Action.PSEUDONYMISE and not self.all_fixed and _came_back(segment, finding, self.pseudonyms):
            fixed = False
        elif action.cuts and is_signed:
            action, clause = Action[self.policy.on_fixed.upper()], FIXED_CLAUSE
        elif action is Action.REDACT and segment.opened is not None and not segment.opened.is_plain:
            noted = self.policy.on_attachment == "note" and not fixed
            action, clause = (Action.REDACT if noted else Action.BLOCK), ATTACHMENT_CLAUSE
        elif action is Action.REDACT and fixed:
            action, clause = Action.BLOCK, ATTACHMENT_CLAUSE
        return Judgement(segment, finding, action, clause, self.pointer, fixed, ruling.message, ruling.waiver)


def _rulings(
    hits: Sequence[Hit], policy: Policy, context: Context, waivers: Waivers, pseudonyms: Pseudonymiser | None
) -> Iterator[Ruling]:
    """One for each finding, in order. What is a pseudonym already is not asked about, and not counted."""
    found = [(segment, finding) for segment, findings in hits for finding in findings]
    known = [
        pseudonyms is not None and pseudonyms.stands_in(segment.text, finding.start, finding.end)
        for segment, finding in found
    ]
    asked = [finding for (_, finding), is_known in zip(found, known, strict=True) if not is_known]
    rulings = iter(policy.judge(asked, context, waivers))
    return (Ruling(Action.ALLOW, PSEUDONYM_CLAUSE) if is_known else next(rulings) for is_known in known)


def _came_back(segment: Segment, finding: Finding, pseudonyms: Pseudonymiser | None) -> bool:
    """Whether a value in a signed part was a pseudonym when the vendor signed it: then it must be one again."""
    if segment.label is not Label.OPAQUE or pseudonyms is None:
        return False
    return pseudonyms.was_given(finding.entity, segment.text[finding.start : finding.end])


def _can_be_masked(segment: Segment, finding: Finding) -> bool:
    if segment.label in UNMASKED or segment.opened is not None:
        return False
    return masked(finding, segment.text[finding.start : finding.end]) is not None


def cut_out(judged: Iterable[Judgement], hits: Sequence[Hit]) -> list[tuple[Segment, list[Judgement]]]:
    """Those of `hits` that have findings to be cut out, with the judgements of these."""
    wanted: dict[int, list[Judgement]] = {}
    for item in judged:
        if item.action.cuts:
            wanted.setdefault(id(item.segment), []).append(item)
    return [(segment, wanted[id(segment)]) for segment, _ in hits if id(segment) in wanted]


class Editor:
    """Turns judgements into edits. `pseudonyms` gives the stand-ins; those of categories in `restored` come back."""

    def __init__(self, pseudonyms: Pseudonymiser | None = None, restored: Iterable[str] = ()) -> None:
        self._pseudonyms = pseudonyms
        self._restored = frozenset(restored)

    def edits(self, judged: Iterable[Judgement], hits: Sequence[Hit]) -> list[tuple[Segment, list[Edit]]]:
        """The edits for those of `hits` that have findings to redact, overlapping ones made one."""
        found = cut_out(judged, hits)
        edits = [(segment, self._merged(items)) for segment, items in found if segment.opened is None]
        return edits + edits_in_files(found, self._merged)

    def _merged(self, judged: Sequence[Judgement]) -> list[Edit]:
        """One edit per run of overlapping findings, named after the gravest of them."""
        runs: list[list[Judgement]] = []
        end = -1
        for item in sorted(judged, key=lambda item: item.finding.start):
            if runs and item.finding.start < end:
                runs[-1].append(item)
            else:
                runs.append([item])
            end = max(end, item.finding.end)
        return [self._edit(run) for run in runs]

    def _edit(self, run: Sequence[Judgement]) -> Edit:
        start, end = run[0].finding.start, max(item.finding.end for item in run)
        gravest = max((item.finding for item in run), key=lambda finding: (finding.severity, finding.score))
        if self._pseudonyms is not None and all(item.action is Action.PSEUDONYMISE for item in run):
            text = run[0].segment.text[start:end]
            try:
                from_, to, surrogate = self._pseudonyms.stand_in(
                    gravest.category, gravest.entity, text, restored=gravest.category.value in self._restored
                )
            except Exhausted:
                return Edit(start, end, placeholder(gravest))
            return Edit(start + from_, start + to, surrogate)
        if all(item.action is Action.MASK and item.finding.start == start and item.finding.end == end for item in run):
            masks = {masked(item.finding, run[0].segment.text[start:end]) for item in run}
            if len(masks) == 1 and (mask := masks.pop()) is not None:
                return Edit(start, end, mask)
        return Edit(start, end, placeholder(gravest))


def _found_names(hits: Sequence[Hit]) -> dict[str, str]:
    """Names that are findings themselves and what stands for them in a pointer.

    By their own text, escaped as in a pointer, for a JSON object's key has others below it; and by the whole pointer
    for the names of forms and headers, which stand there as they came.
    """
    names: dict[str, str] = {}
    for segment, findings in hits:
        if segment.label is Label.KEY:
            name = placeholder(findings[0])
            names[_escaped(segment.text)] = name
            if (lead := _LEAD.match(segment.pointer)) is not None:
                names[segment.pointer] = lead.group() + name
    return names


def _clean_pointer(segment: Segment, findings: Sequence[Finding], names: dict[str, str]) -> str:
    if segment.label is Label.QUERY and any(finding.start < len(segment.field) for finding in findings):
        return "query"
    if not names:
        return segment.pointer
    home, part = segment.home, segment.pointer[len(segment.home) :]
    if _LEAD.match(home):
        return names.get(home, home) + part
    return "/".join(names.get(token, token) for token in home.split("/")) + part


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")

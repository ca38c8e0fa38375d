"""One request's way through the core: judged by policy, then let go, cut, answered.

`pipeline.py` holds what lasts from request to request and makes one of these for each.
"""

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from proxy import formats
from proxy.answering import Answering
from proxy.aside import NO_ASIDES, joined
from proxy.binary.coding import encode_body
from proxy.body import Kind
from proxy.charter import Charter
from proxy.head import edit_headers, edit_target
from proxy.history import History
from proxy.judgement import Editor, Judgement, cut_out, judge
from proxy.note import Notes
from proxy.plea import NO_PLEA, hear
from proxy.policy import Action, Ruling
from proxy.pseudonym.note import note_edits
from proxy.pseudonym.pseudonymiser import Known
from proxy.reason import Reason
from proxy.rewrite import Edit, splice
from proxy.scanner import NOTHING_READ, Hit, Reading
from proxy.segment import Label, Segment
from proxy.signing import can_resign, is_signed
from proxy.swap import Swap
from proxy.told import NOTHING_TOLD, Told
from proxy.verdict import Decision, Request, Verdict

if TYPE_CHECKING:
    from proxy.pipeline import Inspector

REDACTION_ROUNDS = 3
"""A redaction may bring two halves of something else together; what still shows after this many is blocked."""

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}")


@dataclass(frozen=True, slots=True)
class Content:
    """A request's body, decoded, and what was found in it."""

    data: bytes = b""
    kind: Kind = Kind.EMPTY
    reading: Reading = NOTHING_READ


class Inspection:
    """One request's way through the core; made, asked for its verdict once, and dropped."""

    def __init__(self, inspector: "Inspector", charter: Charter, request: Request, told: Told, known: Known) -> None:
        self._inspector = inspector
        self._charter = charter
        self._request = request
        self._told = told
        self._vendor = charter.catalogue.vendor_for(request.host)
        self._vendor_id = self._vendor.id if self._vendor else "other"
        self._fmt = formats.identify(request.method, request.host, request.target, self._vendor)
        self.content = inspector.read_body(request, self._fmt, origins=charter.reads_code)
        self._context = charter.context(request, self._vendor, self.content.reading.evidence)
        self._head = inspector.read_head(request, self._vendor)
        self._history: History | None = None  # read when it matters
        self._pseudonyms = inspector.pseudonymiser(charter.policy, known, self.content)
        self._notes = Notes(self._fmt, self.content.kind)
        self._may_be_told = self.content.kind is Kind.JSON and self.content.reading.asides
        self._plea = NO_PLEA
        self._asides: tuple[tuple[Segment, list[Edit]], ...] = ()

    def verdict(self) -> Verdict:
        policy = self._charter.policy
        judged, asked = self._judge(), policy.judge_request(self._context, self._charter.waivers)
        if policy.telemetry == "refuse" and self._is_report:
            return self._refused(self._base(judged, asked), Reason.TELEMETRY)
        if policy.on_sent != "redact" or self._may_be_told or asked.action.tells or _tell(judged):
            self._look_back()
        judged, asked = self._forgive(judged), self._plea.lift_whole(asked)
        base = self._base(judged, asked)
        if asked.action.stops and self._plea.fault is None:
            return self._stopped(base, judged, asked)
        reason = self._unread()
        if reason is not None and policy.judge_incomplete(reason).stops:
            return self._refused(base, reason)
        blocked = [item for item in judged if item.action.stops]
        if self._plea.fault is not None:
            return self._told_of(self._refused(base, self._plea.fault), blocked)
        if blocked:
            return self._blocked(base, blocked, asked)
        return self._let_go(base, judged, asked)

    def _look_back(self) -> None:
        """Reads the conversation, and what Tightlip and its user have said to each other in it."""
        inspector, content = self._inspector, self.content
        history = inspector.history(content, self._fmt)
        if history is None:
            return
        self._history = history
        asides = inspector.asides(content, self._fmt, history) if self._may_be_told else NO_ASIDES
        self._plea = hear(history, self._told, asides, content.reading.hits, fixed=self._is_fixed)
        self._asides = () if self._is_fixed else asides.edits

    @property
    def _is_report(self) -> bool:
        path = self._request.target.partition("?")[0]
        return self._vendor is not None and self._vendor.is_report(self._request.host, path)

    @property
    def _is_explained(self) -> bool:
        """Whether the model is told about pseudonyms: wherever it could be given any, from the start."""
        can_be = bool(self._fmt.replies) and self.content.kind is Kind.JSON and not is_signed(self._request)
        return can_be and self._charter.policy.explain_pseudonyms

    @property
    def _is_fixed(self) -> bool:
        """Whether nothing of the request can be changed: it is signed, and can't be signed anew."""
        can_be_signed = self._inspector.resigns and can_resign(self._request, self._vendor_id)
        return is_signed(self._request) and not can_be_signed

    def _judge(self) -> list[Judgement]:
        return self._judged([*self._head.hits, *self.content.reading.hits], all_fixed=self._is_fixed)

    def _judged(self, hits: Sequence[Hit], *, all_fixed: bool = False) -> list[Judgement]:
        return judge(
            hits,
            self._charter.policy,
            self._context,
            all_fixed=all_fixed,
            restorable=bool(self._fmt.replies),
            pseudonyms=self._pseudonyms,
            notes=self._notes,
            waivers=self._inspector.waivers(self._charter, hits),
        )

    def _forgive(self, judged: Sequence[Judgement]) -> list[Judgement]:
        """Leaves what the vendor has had or a reason was given for, and redacts what the user was told about and the
        client only resends.
        """
        history, judged = self._history, self._plea.lift(judged)
        if history is None or self._told == NOTHING_TOLD:
            return judged
        judged = [
            item.sent_before(self._charter.policy)
            if history.is_sent(item.segment.home, item.finding.fingerprint, self._told)
            else item
            for item in judged
        ]
        return [
            item.resent()
            if item.action.stops and history.is_told(item.segment.home, item.finding.fingerprint, self._told)
            else item
            for item in judged
        ]

    def _unread(self) -> str | None:
        """The reason with the strictest consequence for which part of the request could not be read, or None."""
        reasons = [*self.content.reading.incomplete, *self._head.incomplete]
        policy = self._charter.policy
        return max(reasons, key=lambda reason: (policy.judge_incomplete(reason), reason), default=None)

    def _base(self, judged: Sequence[Judgement], asked: Ruling) -> Verdict:
        """What every verdict of this request says, before a decision is put in."""
        history, remembers = self._history, self._charter.policy.on_sent != "redact"
        model = self.content.reading.model
        hidden = any(item.segment.pointer == "/model" for item in judged)
        in_path = [item for item in judged if item.segment.label is Label.TARGET]
        return Verdict(
            Decision.BLOCK,
            self._vendor_id,
            self._fmt.id,
            model=model if _MODEL.fullmatch(model) and not hidden else "",
            path="" if in_path else self._request.target.partition("?")[0],
            reason=self._unread(),
            findings=tuple(item.recorded() for item in judged),
            clause=_deciding(asked, judged),
            waiver=asked.waiver,
            context=self._context.withholding(self._found_values()),
            conversation=history.conversation if history else "",
            telling=history.sending(_places(judged)) if history and remembers else NOTHING_TOLD,
            received_sha256=self._inspector.sha256(self._request.body),
        )

    def _found_values(self) -> Iterator[str]:
        """Every value that was found, while there is a name that one could stand in."""
        if self._context.code.repositories:
            for segment, findings in (*self._head.hits, *self.content.reading.hits):
                yield from (segment.text[finding.start : finding.end] for finding in findings)

    def _refused(self, base: Verdict, reason: str) -> Verdict:
        return replace(
            base, reason=reason, reply=self._answering.refused(reason), conversation="", telling=NOTHING_TOLD
        )

    def _stopped(self, base: Verdict, judged: Sequence[Judgement], asked: Ruling) -> Verdict:
        """Stopped by a clause about whole requests."""
        offer = self._plea.offer(judged, asked, self._inspector.key, self._request.reference)
        reply = self._answering.stopped(asked, base.model, offer)
        return self._told_of(replace(base, reason=Reason.POLICY, reply=reply, offer=offer), ())

    def _blocked(self, base: Verdict, blocked: Sequence[Judgement], asked: Ruling) -> Verdict:
        offer = self._plea.offer(blocked, asked, self._inspector.key, self._request.reference)
        reply = self._answering.blocked(blocked, base.model, offer)
        return self._told_of(replace(base, reply=reply, offer=offer), blocked)

    def _told_of(self, verdict: Verdict, blocked: Sequence[Judgement]) -> Verdict:
        """With what is to be remembered of the answer."""
        if self._history is None:
            return replace(verdict, telling=NOTHING_TOLD)
        told = self._history.telling(_places(blocked))
        return replace(verdict, conversation=self._history.conversation, telling=told)

    @property
    def _answering(self) -> Answering:
        found_at = [segment.pointer for segment, _ in self.content.reading.hits]
        return Answering(
            self._charter, self._request, self._fmt, self.content.kind, self.content.data, found_at, time.time()
        )

    def _let_go(self, base: Verdict, judged: Sequence[Judgement], asked: Ruling) -> Verdict:
        """The verdict for a request that leaves, as it came or with parts of it cut out."""
        key, strictest = self._inspector.key, max([asked.action, *(item.action for item in judged)])
        verdict = replace(base, decision=_decision(strictest, base.reason), sent_sha256=base.received_sha256)
        warned = [item.clause for item in judged if item.action is Action.WARN]
        warned += [asked.clause] if asked.action is Action.WARN else []
        if warned:
            notice = self._answering.warned(judged, asked, key)
            verdict = replace(verdict, warned=tuple(dict.fromkeys(warned)), notice=notice)
        used = self._plea.used(judged, asked, key, is_main=self._answering.is_read) if self._plea.heard else None
        if used is not None:
            verdict = replace(verdict, justification=used[0], telling=verdict.telling.merged(used[1]))
        if self._is_explained or self._asides or strictest.cuts:
            return self._rewritten(verdict, judged)
        return verdict

    def _rewritten(self, verdict: Verdict, judged: Sequence[Judgement]) -> Verdict:
        """Cuts the values out, then reads the result again: what is sent is what was found clean."""
        request, editor = self._request, Editor(self._pseudonyms, self._charter.policy.restore)
        head = editor.edits(judged, self._head.hits)
        target = edit_target(request.target, [(s, e) for s, e in head if s.label is Label.QUERY])
        headers = edit_headers(request.headers, [(s, e) for s, e in head if s.label is Label.HEADER])
        data = self.content.data
        edits = joined(editor.edits(judged, self.content.reading.hits), self._asides)
        swaps = self._notes.swaps(cut_out(judged, self.content.reading.hits), data)
        self._inspector.close_names()
        for _ in range(REDACTION_ROUNDS):
            if not edits and not swaps:
                break
            data = splice(data, self.content.kind, edits, swaps)
            edits, swaps = self._left_in(data)
        if edits or swaps or (head and self._head_still_holds(replace(request, target=target, headers=headers))):
            return self._refused(replace(verdict, decision=Decision.BLOCK, sent_sha256=None), Reason.SCAN_FAILED)
        if self._is_explained:
            verdict = replace(verdict, decision=Decision.REDACT)
            data = splice(data, self.content.kind, note_edits(data, self._fmt, self._inspector.limits))
        encoded = request.body
        if data is not self.content.data:
            encoded = encode_body(request, data, self._inspector.limits)
        return replace(
            verdict,
            body=encoded,
            target=target,
            headers=headers,
            sent_sha256=hashlib.sha256(encoded).hexdigest(),
            pseudonyms=tuple(self._pseudonyms.given.values()) if self._pseudonyms else (),
        )

    def _head_still_holds(self, edited: Request) -> bool:
        hits = self._inspector.read_head(edited, self._vendor).hits
        return any(item.action > Action.WARN for item in self._plea.lift(self._judged(hits)))

    def _left_in(self, data: bytes) -> tuple[list[tuple[Segment, list[Edit]]], list[Swap]]:
        """What a redacted body still holds that may not leave, as edits and swaps.

        Raises ValueError if redacting broke it, or if it can't be cut.
        """
        origins = self._charter.reads_code  # the turns that are not cut are known by it
        reading = self._inspector.read(data, self.content.kind, self._fmt, self._request, origins=origins)
        if set(reading.incomplete) - {*self.content.reading.incomplete, Reason.NAMES_BUDGET}:
            raise ValueError("redaction broke the body")
        judged = self._forgive(self._judged(reading.hits))
        left = [replace(item, action=Action.REDACT) for item in judged if item.action > Action.WARN]
        return Editor().edits(left, reading.hits), self._notes.swaps(cut_out(left, reading.hits), data)


def _tell(judged: Sequence[Judgement]) -> bool:
    return any(item.action.tells for item in judged)


def _decision(strictest: Action, reason: str | None) -> Decision:
    """The decision for a request that leaves, whose strictest action this is; `reason`: a part could not be read."""
    if strictest.cuts:
        return Decision.REDACT
    if strictest is Action.WARN:
        return Decision.WARN
    return Decision.ALLOW if strictest is Action.ALLOW and reason is None else Decision.LOG


def _deciding(asked: Ruling, judged: Sequence[Judgement]) -> str:
    """The clause with the strictest action, the request's before those of its findings."""
    said = [(asked.action, asked.clause), *((item.action, item.clause) for item in judged)]
    return max(said, key=lambda ruling: ruling[0])[1]


def _places(judged: Sequence[Judgement]) -> list[tuple[str, str]]:
    """Where it stands and the fingerprint of what doesn't leave."""
    return [(item.segment.home, item.finding.fingerprint) for item in judged if item.action > Action.WARN]

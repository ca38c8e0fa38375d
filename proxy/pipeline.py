"""The core: one request in, one verdict out. No network, no clock but a stopwatch, no state but caches.

target, headers, body -> segments -> findings -> actions -> the bytes to send, or the answer to give
"""

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from detectors import Engine, RuleSet, load_rules
from detectors.names import NameFinder
from proxy import body, document, formats, message, respond
from proxy.binary.coding import decode_body, encode_body
from proxy.binary.doubt import settled
from proxy.body import BINARY_KINDS, Kind, Limits
from proxy.formats import Format
from proxy.head import edit_headers, edit_target, head_segments, is_signed
from proxy.history import History, read_history
from proxy.jsontext import leaves
from proxy.judgement import Editor, Judgement, cut_out, judge
from proxy.note import Notes
from proxy.policy import Action, Policy, load_policy
from proxy.pseudonym.note import note_edits
from proxy.pseudonym.pseudonymiser import NOTHING_KNOWN, Known, Pseudonymiser
from proxy.reason import Reason, RequestError, status_of
from proxy.rewrite import Edit, splice
from proxy.scanner import NOTHING_READ, Hit, Reading, Scanner
from proxy.segment import Label, Segment
from proxy.swap import Swap
from proxy.task import Ready, Settings
from proxy.told import NOTHING_TOLD, Told
from proxy.vendor import Catalogue, Vendor, load_catalogue
from proxy.verdict import Decision, Reply, Request, Stats, Verdict

REDACTION_ROUNDS = 3
"""A redaction may bring two halves of something else together; what still shows after this many is blocked."""

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}")


@dataclass(frozen=True, slots=True)
class _Content:
    """A request's body, decoded, and what was found in it."""

    data: bytes = b""
    kind: Kind = Kind.EMPTY
    reading: Reading = NOTHING_READ


class Inspector:
    """Everything a verdict depends on besides the request. One per process; not thread-safe."""

    def __init__(
        self, settings: Settings, engine: Engine, policy: Policy, catalogue: Catalogue, rules: RuleSet
    ) -> None:
        self.limits = settings.limits
        self._key = settings.key[:64]
        self._engine = engine
        self._policy = policy
        self._catalogue = catalogue
        self._rules = rules
        self._scanner = Scanner(engine, settings.key, settings.limits)

    def warm(self) -> None:
        """Loads what is loaded lazily, so that the first request doesn't pay for it."""
        self._engine.warm()

    def ready(self) -> Ready:
        return Ready(self._rules.digest, self._policy.digest, self._policy.pseudonymises)

    def inspect(self, request: Request, told: Told = NOTHING_TOLD, known: Known = NOTHING_KNOWN) -> Verdict:
        """The verdict for one request.

        `told` is what its user has been told of this conversation before, `known` which pseudonyms he has been given.
        """
        started = time.perf_counter()
        tally = self._scanner.tally
        before = (tally.hits, tally.misses)
        inspection = _Inspection(self, request, told, known)
        verdict = inspection.verdict()
        stats = Stats(
            tally.hits - before[0],
            tally.misses - before[1],
            len(inspection.content.data),
            time.perf_counter() - started,
        )
        return replace(verdict, stats=stats)

    def read_body(self, request: Request, fmt: Format) -> _Content:
        try:
            data = decode_body(request, self.limits)
            kind = body.sniff(request.header(b"content-type"), data)
        except RequestError as err:
            return _Content(reading=Reading(incomplete=(err.reason,)))
        return _Content(data, kind, self.read(data, kind, fmt, request))

    def read(self, data: bytes, kind: Kind, fmt: Format, request: Request) -> Reading:
        """Scans a decoded body of the given kind."""
        if kind is Kind.JSON:
            return self._scanner.read_json(data, fmt)
        content_type = request.header(b"content-type")
        reading = self._scanner.read_segments(
            document.segments(data, kind, fmt.label, content_type=content_type, limits=self.limits)
        )
        return replace(reading, hits=settled(reading.hits)) if kind in BINARY_KINDS else reading

    def read_head(self, request: Request, vendor: Vendor | None) -> Reading:
        return self._scanner.read_segments(head_segments(request, vendor))

    def history(self, content: _Content, fmt: Format) -> History | None:
        """The conversation in a body, or None when it is no JSON that can be read: then nothing in it is history."""
        if content.kind is not Kind.JSON:
            return None
        try:
            found = list(leaves(content.data, max_depth=self.limits.depth))
        except RequestError:
            return None
        return read_history(fmt, found, self._key)

    def pseudonymiser(self, known: Known, content: _Content) -> Pseudonymiser | None:
        """What gives the pseudonyms of one request, if the policy wants any or any were given before."""
        if not (self._policy.pseudonymises or known.values):
            return None
        return Pseudonymiser(self._key, known, content.data)

    @property
    def policy(self) -> Policy:
        return self._policy

    @property
    def catalogue(self) -> Catalogue:
        return self._catalogue


class _Inspection:
    """One request's way through the core; made, asked for its verdict once, and dropped."""

    def __init__(self, inspector: Inspector, request: Request, told: Told, known: Known) -> None:
        self._inspector = inspector
        self._request = request
        self._told = told
        self._vendor = inspector.catalogue.vendor_for(request.host)
        self._vendor_id = self._vendor.id if self._vendor else "other"
        self._fmt = formats.identify(request.method, request.host, request.target, self._vendor)
        self.content = inspector.read_body(request, self._fmt)
        self._head = inspector.read_head(request, self._vendor)
        self._history: History | None = None  # read when it matters
        self._pseudonyms = inspector.pseudonymiser(known, self.content)
        self._notes = Notes(self._fmt, self.content.kind)

    def verdict(self) -> Verdict:
        policy = self._inspector.policy
        judged = self._judge()
        if policy.on_sent != "redact" or any(item.action is Action.BLOCK for item in judged):
            self._history = self._inspector.history(self.content, self._fmt)
            judged = self._forgive(judged)
        base = self._base(judged)
        reason = self._unread()
        if reason is not None and policy.judge_incomplete(reason) is Action.BLOCK:
            return self._refused(base, reason)
        blocked = [item for item in judged if item.action is Action.BLOCK]
        if blocked:
            return self._blocked(base, blocked)
        if self._is_explained or any(Action.LOG < item.action < Action.BLOCK for item in judged):
            return self._redacted(base, judged)
        quiet = all(item.action is Action.ALLOW for item in judged) and reason is None
        decision = Decision.ALLOW if quiet else Decision.LOG
        return replace(base, decision=decision, sent_sha256=base.received_sha256)

    @property
    def _is_explained(self) -> bool:
        """Whether the model is told about pseudonyms: wherever it could be given any, from the start."""
        can_be = bool(self._fmt.replies) and self.content.kind is Kind.JSON and not is_signed(self._request)
        return can_be and self._inspector.policy.explain_pseudonyms

    def _judge(self) -> list[Judgement]:
        return self._judged([*self._head.hits, *self.content.reading.hits], all_fixed=is_signed(self._request))

    def _judged(self, hits: Sequence[Hit], *, all_fixed: bool = False) -> list[Judgement]:
        return judge(
            hits,
            self._inspector.policy,
            self._vendor_id,
            all_fixed=all_fixed,
            restorable=bool(self._fmt.replies),
            pseudonyms=self._pseudonyms,
            notes=self._notes,
        )

    def _forgive(self, judged: Sequence[Judgement]) -> list[Judgement]:
        """Leaves what the vendor has had, and redacts what the user was told about and the client only resends."""
        history = self._history
        if history is None or self._told == NOTHING_TOLD:
            return list(judged)
        judged = [
            item.sent_before(self._inspector.policy)
            if history.is_sent(item.segment.home, item.finding.fingerprint, self._told)
            else item
            for item in judged
        ]
        return [
            item.resent()
            if item.action is Action.BLOCK and history.is_told(item.segment.home, item.finding.fingerprint, self._told)
            else item
            for item in judged
        ]

    def _unread(self) -> str | None:
        """The reason with the strictest consequence for which part of the request could not be read, or None."""
        reasons = [*self.content.reading.incomplete, *self._head.incomplete]
        policy = self._inspector.policy
        return max(reasons, key=lambda reason: (policy.judge_incomplete(reason), reason), default=None)

    def _base(self, judged: Sequence[Judgement]) -> Verdict:
        """What every verdict of this request says, before a decision is put in."""
        history = self._history if self._inspector.policy.on_sent != "redact" else None
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
            conversation=history.conversation if history else "",
            telling=history.sending(_places(judged)) if history else NOTHING_TOLD,
            received_sha256=hashlib.sha256(self._request.body).hexdigest(),
        )

    def _refused(self, base: Verdict, reason: str) -> Verdict:
        text = message.refusal_message(reason, self._request.reference)
        reply = self._reply(text, status_of(reason))
        return replace(base, reason=reason, reply=reply, conversation="", telling=NOTHING_TOLD)

    def _reply(self, text: str, status: int = 400) -> Reply:
        content_type = self._request.header(b"content-type")
        return respond.blocked(self._fmt.error_shape, text, self._request.reference, status, content_type=content_type)

    def _blocked(self, base: Verdict, blocked: Sequence[Judgement]) -> Verdict:
        places = [item.place(self._fmt) for item in blocked]
        text = message.block_message(places, self._request.reference, self._inspector.policy.id)
        reply = self._reply(text)
        history = self._history
        if history is None:
            return replace(base, reply=reply)
        told = history.telling(_places(blocked))
        return replace(base, reply=reply, conversation=history.conversation, telling=told)

    def _redacted(self, base: Verdict, judged: Sequence[Judgement]) -> Verdict:
        """Cuts the values out, then reads the result again: what is sent is what was found clean."""
        request, editor = self._request, Editor(self._pseudonyms, self._inspector.policy.restore)
        head = editor.edits(judged, self._head.hits)
        target = edit_target(request.target, [(s, e) for s, e in head if s.label is Label.QUERY])
        headers = edit_headers(request.headers, [(s, e) for s, e in head if s.label is Label.HEADER])
        data = self.content.data
        edits = editor.edits(judged, self.content.reading.hits)
        swaps = self._notes.swaps(cut_out(judged, self.content.reading.hits), data)
        for _ in range(REDACTION_ROUNDS):
            if not edits and not swaps:
                break
            data = splice(data, self.content.kind, edits, swaps)
            edits, swaps = self._left_in(data)
        if edits or swaps or (head and self._head_still_holds(replace(request, target=target, headers=headers))):
            return self._refused(base, Reason.SCAN_FAILED)
        if self._is_explained:
            data = splice(data, self.content.kind, note_edits(data, self._fmt, self._inspector.limits))
        encoded = request.body
        if data is not self.content.data:
            encoded = encode_body(request, data, self._inspector.limits)
        return replace(
            base,
            decision=Decision.REDACT,
            body=encoded,
            target=target,
            headers=headers,
            sent_sha256=hashlib.sha256(encoded).hexdigest(),
            pseudonyms=tuple(self._pseudonyms.given.values()) if self._pseudonyms else (),
        )

    def _head_still_holds(self, edited: Request) -> bool:
        hits = self._inspector.read_head(edited, self._vendor).hits
        return any(item.action > Action.LOG for item in self._judged(hits))

    def _left_in(self, data: bytes) -> tuple[list[tuple[Segment, list[Edit]]], list[Swap]]:
        """What a redacted body still holds that may not leave, as edits and swaps.

        Raises ValueError if redacting broke it, or if it can't be cut.
        """
        reading = self._inspector.read(data, self.content.kind, self._fmt, self._request)
        if set(reading.incomplete) - set(self.content.reading.incomplete):
            raise ValueError("redaction broke the body")
        judged = self._forgive(self._judged(reading.hits))
        left = [replace(item, action=Action.REDACT) for item in judged if item.action > Action.LOG]
        return Editor().edits(left, reading.hits), self._notes.swaps(cut_out(left, reading.hits), data)


def _places(judged: Sequence[Judgement]) -> list[tuple[str, str]]:
    """Where it stands and the fingerprint of what doesn't leave."""
    return [(item.segment.home, item.finding.fingerprint) for item in judged if item.action > Action.LOG]


def build(settings: Settings) -> Inspector:
    """An inspector from files. Raises RuleError, PolicyError or a catalogue's error, which name file and line."""
    rules = load_rules(settings.rules, cache_dir=settings.cache_dir)
    names = NameFinder(settings.names) if settings.names else None
    engine = Engine(rules, settings.key, cache_dir=settings.cache_dir, names=names)
    policy = load_policy(settings.policy, settings.policies)
    catalogue = load_catalogue(settings.vendors, settings.hosts)
    return Inspector(settings, engine, policy, catalogue, rules)

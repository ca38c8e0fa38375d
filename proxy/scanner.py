"""Scanning with a memory: the same text, or the same bytes of a resent turn, is looked at once per worker.

Texts are remembered by keyed hashes. The last bodies themselves are kept too, in this process's memory alone and
bounded: comparing bytes is five times as fast as hashing them. Only `pipeline.py` uses this.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from detectors import Engine, Finding, Scan
from detectors.names.named import unlimited
from proxy.aside import may_hold_asides
from proxy.body import Limits
from proxy.cache import GenerationCache, SizedCache
from proxy.document import json_segments, pointer_of
from proxy.evidence import Evidence, Gathering
from proxy.formats import Format
from proxy.jsonsplit import NOTHING_KNOWN, Chunk, Known, Split, known_from, split
from proxy.jsontext import Path
from proxy.opener import Opener
from proxy.origin import MUTE, gather, look
from proxy.reason import RequestError, unread_in
from proxy.record import Records
from proxy.seam import Seams
from proxy.segment import Label, Segment

LEAF_ENTRIES = 50_000
TURN_ENTRIES = 20_000
DOCUMENT_BYTES = 40 << 20
HEAD_BYTES = 512
"""Enough to tell conversations apart, mostly; two that begin alike only lose time over it."""

LONG_CHARS = 4_000
"""What longer texts show of code is remembered: those that stand in no turn, system prompts, come with each request."""

SHORT_CHARS = 48
"""Shorter texts are their own cache key: hashing one costs more than keeping it."""

_NO_GENERIC = frozenset({Label.KEY, Label.ID, Label.OPAQUE, Label.NUMBER, Label.HEADER, Label.TARGET})
"""Labels under which guessing makes nothing but noise, at `name = value` and at names of people; every rule with a
format of its own runs."""

MOSTLY_OWN = 0.5
"""A text that names take longer for than this part of a whole allowance will not be read to its end by another try."""

_VAGUE = frozenset("name first last middle full family given value number no code date line line1 street city".split())
"""Names that mean something only together with what they belong to: a patient's, a file's, a function's."""


class Hit(NamedTuple):
    """A segment in which something was found."""

    segment: Segment
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a body, and for which closed reasons parts of it could not be read.

    `evidence` is what it shows of the code that it is about, turn by turn, where that was asked for.
    `asides`: whether a JSON body may hold any (`aside.py`). `unfinished`: names were left unread, and another request
    may have time for them.
    """

    hits: tuple[Hit, ...] = ()
    incomplete: tuple[str, ...] = ()
    model: str = ""
    evidence: tuple[Evidence, ...] = ()
    asides: bool = False
    unfinished: bool = False


NOTHING_READ = Reading()


@dataclass(frozen=True, slots=True)
class _Document:
    """The last body that began like this: its bytes in pieces, and what was found in each turn, by its path."""

    known: Known
    turns: dict[Path, Reading]


_NO_DOCUMENT = _Document(NOTHING_KNOWN, {})


@dataclass(slots=True)
class Tally:
    hits: int = 0
    misses: int = 0


class Scanner:
    """One engine with its caches. Not thread-safe; a worker has one."""

    def __init__(self, engine: Engine, key: bytes, limits: Limits) -> None:
        self._engine = engine
        self._key = key[:64]
        self._limits = limits
        self._texts: GenerationCache[object, Scan] = GenerationCache(LEAF_ENTRIES)
        self._turns: GenerationCache[object, Reading] = GenerationCache(TURN_ENTRIES)
        self._shown: GenerationCache[object, Evidence] = GenerationCache(TURN_ENTRIES)
        self._documents: SizedCache[object, _Document] = SizedCache(DOCUMENT_BYTES)
        self._opener = Opener(self._scan_part, self._digest, limits.attachments, self._is_worth_another_look)
        self._unfinished: GenerationCache[object, Scan] = GenerationCache(LEAF_ENTRIES)
        self._left = 0  # how many unfinished texts were met
        self.allowance = unlimited()
        """What names may still take of the request that is being read. Whoever begins a request puts in its own."""
        self.tally = Tally()

    def read_json(self, data: bytes, fmt: Format, *, origins: bool = False) -> Reading:
        """Scans every leaf of a JSON document; with `origins`, also for which code it is about."""
        name = (fmt.id, origins, zlib.crc32(data[:HEAD_BYTES]))
        before = self._documents.get(name) or _NO_DOCUMENT
        parts = split(data, before.known)
        if parts is None:
            return replace(self._read(data, (), fmt, origins), asides=may_hold_asides(data))
        outer = self._read(parts.skeleton, (), fmt, origins)
        hits, incomplete = [_outside(hit, parts) for hit in outer.hits], list(outer.incomplete)
        evidence, asides = list(outer.evidence), may_hold_asides(parts.skeleton)
        turns: dict[Path, Reading] = {}
        for array in parts.arrays:
            self.tally.hits += array.same
            for number, chunk in enumerate(parts.chunks[array.first : array.end]):
                turn = before.turns[chunk.path] if number < array.same else None
                if turn is None or self._is_worth_another_look(turn.unfinished):
                    turn = self._turn(data, chunk, fmt, before, origins)
                turns[chunk.path] = turn
                incomplete += turn.incomplete
                evidence += turn.evidence
                asides |= turn.asides
                if turn.hits:
                    prefix = pointer_of(chunk.path)
                    hits += [_moved(hit, prefix, chunk.start) for hit in turn.hits]
        self._documents.put(name, _Document(known_from(data, parts), turns), 2 * len(data))
        return Reading(tuple(hits), tuple(incomplete), outer.model, tuple(evidence), asides)

    def read_segments(self, segments: Iterable[Segment], *, origins: bool = False) -> Reading:
        """Scans segments of any kind, in order. What raises while they are read makes the reading incomplete."""
        hits: dict[int, Hit] = {}  # by the segment's identity, which its hit keeps from being given to another
        incomplete: list[str] = []

        def scan_names(text: str) -> Scan:
            scan = self._engine.scan(text, names_in_runs=False, allowance=self.allowance)
            self._left += scan.names_unread
            incomplete.extend(unread_in(scan))
            return scan

        seams = Seams(partial(self._engine.scan, generic=False), scan_names)
        shown = Gathering()
        records = Records(self._engine.scan_own) if self._engine.own else None
        so_far = partial(_findings, hits)
        try:
            for segment in segments:
                if origins and segment.label not in MUTE:
                    self._look(segment, shown)
                scan = self._scan(segment)
                own = scan.findings if segment.opened is None else _unshown(scan.findings, segment, hits.values())
                found, unread = self._opener.read(segment, own)
                incomplete += unread
                hits.update((id(one), Hit(one, findings)) for one, findings in found)
                for half, findings in seams.crossing(segment, so_far):
                    hits[id(half)] = Hit(half, tuple(findings))
                if records is not None:
                    hits |= {id(one): Hit(one, tuple(own)) for one, own in records.ended(segment, so_far)}
                incomplete += unread_in(scan)
            if records is not None:
                hits |= {id(one): Hit(one, tuple(own)) for one, own in records.ended(None, so_far)}
        except RequestError as err:
            incomplete.append(err.reason)
        evidence = shown.evidence()
        return Reading(tuple(hits.values()), tuple(incomplete), evidence=(evidence,) if evidence else ())

    def _look(self, segment: Segment, shown: Gathering) -> None:
        if len(segment.text) < LONG_CHARS:
            look(segment, shown)
            return
        key = (segment.label, segment.field, self._digest(segment.text.encode("utf-8", "surrogatepass")))
        evidence = self._shown.get(key)
        if evidence is None:
            evidence = gather((segment,))
            self._shown.put(key, evidence)
        shown.add_all((evidence,))

    def _read(self, data: bytes, prefix: Path, fmt: Format, origins: bool) -> Reading:
        try:
            segments = list(json_segments(data, fmt.label, prefix=prefix, limits=self._limits))
        except RequestError as err:
            return Reading(incomplete=(err.reason,))
        named = (segment for segment in segments if segment.pointer == "/model")
        model = next((segment.text for segment in named if segment.label is not Label.KEY), "")
        return replace(self.read_segments(fmt.refine(segments), origins=origins), model=model)

    def _turn(self, data: bytes, chunk: Chunk, fmt: Format, before: "_Document", origins: bool) -> Reading:
        """A turn's findings, from memory when the same bytes stood at the same kind of place before.

        Pointers and offsets are relative to the turn, for it may come to stand elsewhere in a conversation.
        """
        raw = data[chunk.start : chunk.end]
        if before.known.chunks.get(chunk.path) == raw:
            turn = before.turns[chunk.path]
            if not self._is_worth_another_look(turn.unfinished):
                self.tally.hits += 1
                return turn
        return self._remembered(raw, chunk.path, fmt, origins)

    def _remembered(self, raw: bytes, path: Path, fmt: Format, origins: bool) -> Reading:
        place = tuple(token if type(token) is str else 0 for token in path)
        key = (fmt.id, place, origins, self._digest(raw))
        turn = self._turns.get(key)
        if turn is not None and not self._is_worth_another_look(turn.unfinished):
            self.tally.hits += 1
            return turn
        self.tally.misses += 1
        left = self._left
        reading = self._read(raw, path, fmt, origins)
        above = len(pointer_of(path))
        hits = (hit._replace(segment=replace(hit.segment, pointer=hit.segment.pointer[above:])) for hit in reading.hits)
        turn = Reading(
            tuple(hits),
            reading.incomplete,
            evidence=reading.evidence,
            asides=may_hold_asides(raw),
            unfinished=self._left > left,
        )
        self._turns.put(key, turn)
        return turn

    def _scan(self, segment: Segment) -> Scan:
        text = segment.text
        generic = segment.label not in _NO_GENERIC
        name = _name_of(segment)
        content = text if len(text) <= SHORT_CHARS else self._digest(text.encode("utf-8", "surrogatepass"))
        named = segment.label is not Label.TOOL_SCHEMA  # words of the client's makers, the same in every request
        in_runs = segment.label is not Label.ATTACHMENT  # a file is opened, and its text read as its own
        key = (content, name, generic, named, in_runs)
        scan = self._texts.get(key)
        if scan is not None:
            return scan
        return self._scan_unfinished(
            key, partial(self._engine.scan, text, name, generic=generic, names=named, names_in_runs=in_runs)
        )

    def _scan_unfinished(self, key: object, look: Callable[..., Scan]) -> Scan:
        """Scans a text that was not scanned before, or not to the end of its names while there is time for them."""
        scan = self._unfinished.get(key)
        if scan is None or self._is_worth_another_look(True):
            share = self.allowance.share
            scan = look(allowance=self.allowance)
            if not scan.names_unread or self.allowance.share - share > MOSTLY_OWN:
                self._texts.put(key, scan)
                return scan
            self._unfinished.put(key, scan)
        self._left += 1
        return scan

    def _scan_part(self, segment: Segment) -> tuple[Scan, bool]:
        """The same of a part of a file, and whether its names are unfinished."""
        left = self._left
        scan = self._scan(segment)
        return scan, self._left > left

    def _is_worth_another_look(self, unfinished: bool) -> bool:
        return unfinished and not self.allowance.is_spent()

    def _digest(self, content: bytes) -> bytes:
        return hashlib.blake2b(content, key=self._key, digest_size=16).digest()


def _name_of(segment: Segment) -> str:
    """The name a segment's text stands under; of names that say little alone, with the one above: `patient name`."""
    if segment.field not in _VAGUE:
        return segment.field
    names = (part for part in reversed(segment.pointer.split("/")) if not part.isdecimal() and part != segment.field)
    above = next(names, "")
    return f"{above} {segment.field}" if above else segment.field


def _unshown(findings: Sequence[Finding], segment: Segment, hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """Of the findings in a part of a file those that do not show in its bytes as well, where they can be cut."""
    if not findings:
        return ()
    inside = (hit for hit in hits if hit.segment.opened is None and segment.start <= hit.segment.start < segment.end)
    shown = {one.fingerprint for hit in inside for one in hit.findings}
    return tuple(one for one in findings if one.fingerprint not in shown)


def _findings(hits: Mapping[int, Hit], segment: Segment) -> tuple[Finding, ...]:
    hit = hits.get(id(segment))
    return hit.findings if hit is not None else ()


def _outside(hit: Hit, parts: Split) -> Hit:
    """A skeleton's hit as one of the document."""
    segment = hit.segment
    return Hit(replace(segment, start=parts.offset(segment.start), end=parts.offset(segment.end)), hit.findings)


def _moved(hit: Hit, prefix: str, offset: int) -> Hit:
    """A turn's hit as one of the document in which the turn stands."""
    segment = hit.segment
    moved = Segment(
        prefix + segment.pointer,
        segment.label,
        segment.text,
        segment.field,
        segment.start + offset,
        segment.end + offset,
        segment.opened,
    )
    return Hit(moved, hit.findings)

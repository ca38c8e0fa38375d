"""Events of a reply, in at one end and out at the other in the same order, with values in the place of pseudonyms.

An event waits as long as its last words may be a pseudonym's beginning, and those behind it with it. So none is ever
added, cut or changed for nothing, and the numbers that the vendor gave them stay right. Knows no framing: see `frame`.
"""

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from proxy.formats import Format, Writing
from proxy.jsontext import LeafKind, leaves
from proxy.reason import RequestError
from proxy.restore.frame import Frame
from proxy.restore.lexicon import Lexicon
from proxy.restore.passage import Edit, Passage
from proxy.restore.plan import Key, Place, plan_of
from proxy.restore.remark import Remark
from proxy.restore.surrounding import as_token

MAX_EVENT_BYTES: Final = 16 << 20
"""One event, or all that wait together."""

_decode: Final = json.JSONDecoder().decode


class TooMuch(Exception):
    """More events wait than memory is given for."""


@dataclass(slots=True, eq=False)
class _Slot:
    """One leaf of a waiting event: where its text begins and ends in the passage, and what becomes of it."""

    place: Place
    start: int
    end: int
    edits: list[Edit] = field(default_factory=list)
    is_settled: bool = False
    front: str = ""

    def text(self) -> str:
        """A value stands where its pseudonym ended: some clients take a reply whose end is empty for a broken one."""
        own, pieces, done = self.place.text, [self.front], self.start
        for edit in self.edits:
            pieces.append(own[done - self.start : max(edit.start - self.start, 0)])
            if edit.end <= self.end:
                pieces.append(edit.text)
            done = edit.end
        return "".join((*pieces, own[done - self.start :]))


class _Text:
    """A passage, and the leaves that its pieces stand in."""

    def __init__(self, lexicon: Lexicon, writing: Writing) -> None:
        self._passage = Passage(lexicon, writing)
        self._slots: deque[_Slot] = deque()
        self._fed = 0

    def feed(self, text: str, place: Place) -> _Slot | None:
        """Take the next piece, and where it stands. None if nothing becomes of it."""
        edits = self._passage.feed(text)
        start, self._fed = self._fed, self._fed + len(text)
        if not edits and not self._slots and self._passage.settled == self._fed:
            return None
        slot = _Slot(place._replace(text=text), start, self._fed)
        self._slots.append(slot)
        self._apply(edits)
        return slot

    def end(self) -> None:
        self._apply(self._passage.end())

    def _apply(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            for slot in self._slots:
                if slot.start < edit.end and edit.start < slot.end:
                    slot.edits.append(edit)
        settled = self._passage.settled
        while self._slots and self._slots[0].end <= settled:
            self._slots.popleft().is_settled = True


@dataclass(slots=True, eq=False)
class _Event:
    frame: Frame
    slots: list[_Slot]


class _Pattern(NamedTuple):
    """The bytes around the text of a delta event. Most streams repeat them, and needn't be parsed each time."""

    before: bytes
    behind: bytes
    place: Place

    def text_of(self, raw: bytes) -> str | None:
        """The text of another event, if all else in it is the same."""
        before, behind = len(self.before), len(self.behind)
        if len(raw) < before + behind or not (raw.startswith(self.before) and raw.endswith(self.behind)):
            return None
        inner = raw[before:-behind]
        if b'"' in inner or b"\\" in inner:
            return None
        try:
            return inner.decode()
        except UnicodeDecodeError:
            return None


class Stream:
    """The events of one reply, or of one connection. `restored` counts the pseudonyms that were replaced.

    A `remark` is put in front of what is said first from now on.
    """

    def __init__(self, fmt: Format, lexicon: Lexicon, remark: Remark | None = None) -> None:
        self.restored = 0
        self.lexicon = lexicon
        self.remark = remark
        self._plan = plan_of(fmt)
        self._pattern: _Pattern | None = None
        self._texts: dict[Key, _Text] = {}
        self._waiting: deque[_Event] = deque()
        self._waiting_bytes = 0

    @property
    def has_work(self) -> bool:
        """False if nothing waits, and nothing could ever be restored or said."""
        has_words = bool(self.lexicon) or self.remark is not None
        return bool(self._waiting) or (self._plan.has_channels and has_words)

    def push(self, frame: Frame) -> list[bytes]:
        """Take an event and return those that can go on. Raises TooMuch: then the event was not taken."""
        slots = self._slots_of(frame)
        if not self._waiting and all(slot.is_settled for slot in slots):
            return [self._written(frame, slots)]
        if self._waiting_bytes + len(frame.raw) > MAX_EVENT_BYTES:
            raise TooMuch
        self._waiting.append(_Event(frame, slots))
        self._waiting_bytes += len(frame.raw)
        return self._settled()

    def end(self) -> list[bytes]:
        """Return what waited: the reply is over."""
        self._end(())
        return self._settled()

    def abandon(self) -> list[bytes]:
        """Return what waited with what is known of it. Nothing more can be pushed."""
        return [self._written(event.frame, event.slots) for event in self._waiting]

    def _slots_of(self, frame: Frame) -> list[_Slot]:
        pattern = self._pattern
        text = pattern.text_of(frame.raw) if pattern is not None else None
        if text is None:
            return self._read(frame)
        assert pattern is not None
        if self.remark is not None:
            self.remark.go_on(pattern.place.key, text)
        slot = self._feed(text, pattern.place)
        return [] if slot is None else [slot]

    def _read(self, frame: Frame) -> list[_Slot]:
        payload = frame.payload
        try:
            event = _decode(payload.decode())
        except ValueError:
            if payload.strip() == b"[DONE]":
                self._end(())
            return []
        if type(event) is not dict:
            return []
        name = event.get("type")
        reading = self._plan.read(event, name if isinstance(name, str) else frame.name)
        slots = [slot for place in reading.places if (slot := self._slot(event, place)) is not None]
        for key in reading.ends:
            self._end(key)
        if len(reading.places) == 1 and not reading.ends and not reading.places[0].is_whole:
            self._pattern = _pattern(frame.raw, reading.places[0])
        return slots

    def _slot(self, event: dict[str, object], place: Place) -> _Slot | None:
        slot = self._feed(place.text, place)
        front = "" if self.remark is None else self.remark.before(event, place)
        if front:
            slot = slot or _Slot(place, 0, len(place.text), is_settled=True)
            slot.front = front
        return slot

    def _feed(self, text: str, place: Place) -> _Slot | None:
        if place.channel.closes and text:
            self._close(place.channel.closes, place.key)
        if place.is_whole:
            whole = _Text(self.lexicon, Writing.TEXT if place.leaf is LeafKind.NUMBER else place.channel.writing)
            slot = whole.feed(text, place)
            whole.end()
            return slot
        known = self._texts.get(place.key)
        if known is None:
            known = self._texts[place.key] = _Text(self.lexicon, place.channel.writing)
        return known.feed(text, place)

    def _end(self, key: Key) -> None:
        for known in [known for known in self._texts if known[1 : len(key) + 1] == key]:
            self._texts.pop(known).end()

    def _close(self, names: frozenset[str], key: Key) -> None:
        for known in list(self._texts):
            if known[0] in names and all(a == b for a, b in zip(known[1:], key[1:], strict=False)):
                self._texts.pop(known).end()

    def _settled(self) -> list[bytes]:
        written = []
        while self._waiting and all(slot.is_settled for slot in self._waiting[0].slots):
            event = self._waiting.popleft()
            self._waiting_bytes -= len(event.frame.raw)
            written.append(self._written(event.frame, event.slots))
        return written

    def _written(self, frame: Frame, slots: Sequence[_Slot]) -> bytes:
        changed = [slot for slot in slots if slot.edits or slot.front]
        if not changed:
            return frame.raw
        try:
            written = frame.around(_spliced(frame.payload, changed))
        except RequestError:  # JSON that two readers take in two ways: it goes on as it came
            return frame.raw
        self.restored += sum(edit.end <= slot.end for slot in changed for edit in slot.edits)
        return written


def _pattern(raw: bytes, place: Place) -> _Pattern | None:
    """None if it can't be told where in the bytes the text stands."""
    token = f'"{place.text}"'.encode(errors="replace")
    at = raw.find(token)
    if at < 0 or not place.text or raw.find(token, at + 1) >= 0:
        return None
    return _Pattern(raw[: at + 1], raw[at + len(token) - 1 :], place)


def _spliced(payload: bytes, slots: Iterable[_Slot]) -> bytes:
    """The payload with other texts in some of its leaves. RequestError if it isn't JSON as strict as requests'."""
    changed = {(slot.place.path, slot.place.leaf): slot for slot in slots}
    pieces: list[bytes] = []
    done = 0
    for leaf in leaves(payload):
        slot = changed.get((leaf.path, leaf.kind))
        if slot is None:
            continue
        if slot.edits:
            pieces += payload[done : leaf.start], _token(leaf.kind, slot.text(), payload.isascii())
            done = leaf.end
        else:  # the vendor's own bytes stay as they are written
            front = _token(LeafKind.STRING, slot.front, payload.isascii())
            pieces += payload[done : leaf.start + 1], front[1:-1]
            done = leaf.start + 1
    return b"".join((*pieces, payload[done:]))


def _token(kind: LeafKind, text: str, ascii_only: bool) -> bytes:
    if kind is LeafKind.NUMBER:
        return as_token(text).encode()
    try:
        return json.dumps(text, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:  # half of a character, whose other half is in another event
        return json.dumps(text).encode()

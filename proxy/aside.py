"""What Tightlip and its user say to each other within a conversation, and the vendor is not shown.

The user's directives (`justification.py`) in what he wrote, Tightlip's notices (`notice.py`) in what the model is said
to have written. Both are cut out wherever clients resend them, so that the vendor's bytes stay what they were. A code
is for its user's eyes: a model that reads a block's message could use it in the prompt of an agent, so it sees none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from proxy.body import Limits
from proxy.document import json_segments
from proxy.formats import Format
from proxy.history import History
from proxy.justification import Directive, directives, shown_codes
from proxy.mask import MASK
from proxy.notice import notices
from proxy.rewrite import Edit
from proxy.segment import FIXED, Label, Segment
from proxy.told import Told

Change = tuple[Segment, list[Edit]]

GO_ON: Final = "Go on."
"""In the place of a message that was nothing but directives: APIs refuse empty ones."""

_WORDS: Final = (b"tightlip:", b"Tightlip:", b"TIGHTLIP:")
_BEHIND: Final = re.compile(rb"(?:[ ]|\\t)*+(?i:allow)|(?<=\[Tightlip:) ")
"""What follows one of the words in raw JSON where an aside begins."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A directive, and the text that it stands in."""

    segment: Segment
    directive: Directive


@dataclass(frozen=True, slots=True)
class Asides:
    """The asides of one body: what is cut out, and the directives in the order in which they were said."""

    edits: tuple[Change, ...] = ()
    heard: tuple[Heard, ...] = ()

    def current(self, history: History, told: Told) -> Heard | None:
        """The last directive, unless it is only being resent: the one that is about this request."""
        last = self.heard[-1] if self.heard else None
        return None if last is None or history.is_resent(last.segment.pointer, told) else last


NO_ASIDES: Final = Asides()


def may_hold_asides(data: bytes) -> bool:
    """Whether a JSON body is worth being looked at; says yes too often rather than too seldom."""
    return any(_BEHIND.match(data, end) for word in _WORDS for end in _ends(data, word))


def _ends(data: bytes, word: bytes) -> Iterator[int]:
    """Where a word ends, each time: much faster than an expression, which would try every byte."""
    at = data.find(word)
    while at >= 0:
        yield at + len(word)
        at = data.find(word, at + len(word))


def read_asides(data: bytes, fmt: Format, limits: Limits, history: History, key: bytes) -> Asides:
    """The asides of a JSON body. Raises RequestError for one that is no JSON after all."""
    edits: list[Change] = []
    heard: list[Heard] = []
    for segment in fmt.refine(list(json_segments(data, fmt.label, limits=limits))):
        if segment.opened is not None or segment.label in FIXED:
            continue
        cuts: list[Edit] = []
        if segment.label is Label.PROMPT and history.is_users(segment.pointer):
            found = list(directives(segment.text))
            heard += (Heard(segment, directive) for directive in found)
            cuts = _cuts(segment.text, ((each.start, each.end) for each in found), GO_ON)
        elif segment.label is Label.PROMPT and history.is_models(segment.pointer):
            cuts = _cuts(segment.text, notices(segment.text, key), " ")
        cuts = cuts or [Edit(start, end, MASK * (end - start)) for start, end in shown_codes(segment.text)]
        if cuts:
            edits.append((segment, cuts))
    heard.sort(key=lambda each: (*history.order(each.segment.pointer), each.directive.start))
    return Asides(tuple(edits), tuple(heard))


def joined(changes: Iterable[Change], more: Iterable[Change]) -> list[Change]:
    """Both, with one list of edits for each place in the body."""
    by_start: dict[tuple[int, bool], Change] = {}
    for segment, edits in (*changes, *more):
        at = (segment.start, segment.opened is None)
        known = by_start.get(at)
        by_start[at] = (segment, edits) if known is None else (known[0], [*known[1], *edits])
    return list(by_start.values())


def _cuts(text: str, spans: Iterable[tuple[int, int]], instead: str) -> list[Edit]:
    """Edits that take the spans out; `instead` stands for all of a text of which nothing would be left."""
    edits = [Edit(start, end, "") for start, end in spans]
    left, done = "", 0
    for edit in edits:
        left += text[done : edit.start]
        done = max(done, edit.end)
    left += text[done:]
    return edits if not edits or left.strip("\"' \t\r\n>") else [Edit(0, len(text), instead)]

"""What may be a name, and the parts that speak for and against it: they add up to a score between 0 and 1.

Parts are logarithms of odds. Those of lists are worked out by each script's reader; those of surroundings are `Cues`.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from detectors.evidence import Evidence

SEEN_CHARS: Final = 24
"""How far on either side a cue is looked for."""


_BEFORE: Final = (
    (
        "a header before the name",
        3.2,
        r"(?i:(?:^|\n|[\[(])\s?(?:from|to|cc|author|committer|[a-z-]{2,16}-by)\s?:\s?|\bby\s|@author\s)",
    ),
    (
        "a label before the name",
        2.4,
        r"(?i:(?:[a-z_]*name|user|customer|patient|contact|owner|operator|assignee|reporter|doctor|employee)[\"']?\s?[:=]\s?[\"'\[]?)",
    ),
)
_AFTER: Final = (("a mailbox behind the name", 2.5, r"[\"']?\s{0,2}<[^<>\s@]{1,40}@"),)
"""In whatever language the text is, these are in English."""


LIKELY: Final = 0.62
_JOINING = r"(?:[和与與及跟、,，،]|\s?[とや]|(?:와|과|이랑|랑|하고|및)\s|\s?و\s?|\s(?:और|एवं|এবং|ও|და)\s|\sו|[,、，،]\s)"
_JOINS_BEFORE: Final = re.compile(rf"{_JOINING}$")
_JOINS_AFTER: Final = re.compile(_JOINING)
_JOINED: Final = Evidence("context", "in a row with a name", 2.0)


class Candidate(NamedTuple):
    """text[start:end] may be a person's name; `parts` say why."""

    start: int
    end: int
    parts: tuple[Evidence, ...]

    @property
    def score(self) -> float:
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(part.weight for part in self.parts)))))


class Reader(Protocol):
    """Finds candidates of a script."""

    def candidates(self, text: str, start: int, end: int) -> Iterable[Candidate]:
        """Those that begin in text[start:end], in any order; they may overlap and look beyond the bounds."""


class Cues:
    """What stands before and behind names, as (what it is, its weight, a pattern); on each side the best counts.

    Patterns of `before` end where the name begins, those of `after` begin where it ends.
    """

    def __init__(
        self, before: Sequence[tuple[str, float, str]] = (), after: Sequence[tuple[str, float, str]] = ()
    ) -> None:
        self._before = _compiled((what, weight, rf"(?:{pattern})$") for what, weight, pattern in (*before, *_BEFORE))
        self._after = _compiled((*after, *_AFTER))

    def before(self, text: str, start: int) -> Evidence | None:
        """The strongest cue that ends at `start`."""
        low = max(0, start - SEEN_CHARS)
        return next((told for told, pattern in self._before if pattern.search(text, low, start)), None)

    def after(self, text: str, end: int) -> Evidence | None:
        """The strongest cue that begins at `end`."""
        high = min(len(text), end + SEEN_CHARS)
        return next((told for told, pattern in self._after if pattern.match(text, end, high)), None)

    def around(self, text: str, start: int, end: int) -> tuple[Evidence, ...]:
        """Both, where there are some."""
        return tuple(told for told in (self.before(text, start), self.after(text, end)) if told is not None)


def _compiled(cues: Iterable[tuple[str, float, str]]) -> list[tuple[Evidence, re.Pattern[str]]]:
    ordered = sorted(cues, key=lambda cue: -cue[1])
    return [(Evidence("context", what, weight), re.compile(pattern)) for what, weight, pattern in ordered]


def joined(text: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The same, those that `and` or a comma joins to a likely name with one part more: names are told in rows."""
    found = list(candidates)
    likely = [one for one in found if one.score >= LIKELY]
    ends, starts = {one.end for one in likely}, {one.start for one in likely}
    made = []
    for one in found:
        before = _JOINS_BEFORE.search(text, max(0, one.start - 6), one.start)
        after = _JOINS_AFTER.match(text, one.end, one.end + 6)
        is_joined = (before is not None and before.start() in ends) or (after is not None and after.end() in starts)
        made.append(one._replace(parts=(*one.parts, _JOINED)) if is_joined else one)
    return made


def best(candidates: Iterable[Candidate], least: float) -> list[Candidate]:
    """Those of at least this score, without such as overlap a better one; in order."""
    kept: list[Candidate] = []
    ranked = sorted(
        (one for one in candidates if one.score >= least), key=lambda one: (-one.score, one.start - one.end, one.start)
    )
    taken: set[int] = set()
    for one in ranked:
        if taken.isdisjoint(range(one.start, one.end)):
            taken.update(range(one.start, one.end))
            kept.append(one)
    return sorted(kept)

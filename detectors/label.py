"""A labelled value: a stretch of text of which the format around it says what it is.

Made by the readers of `structure/` (a field of an HL7 segment, a column of a table, a member of a JSON object), used by
rules with `fields`, and as context by all others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

CLINICAL_FORMS = frozenset({"hl7", "fhir", "cda", "x12", "ncpdp", "dicom"})
"""Formats that carry health data and nothing else: an identifier in one is PHI."""

PAIR_FORM = "pair"
"""A name and its value, in code, configuration or prose: the form that says least of what its text is about."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """text[start:end] stands under `entry`, a name or position that some rule knows, in text of the kind `form`.

    `entry` is the rule's spelling, never the text's, so it may be shown and logged.
    """

    start: int
    end: int
    entry: str
    form: str


class Reader(Protocol):
    """Reads one kind of structured text, wherever in a text it stands.

    `gates` are first-pass expressions (see `prefilter.py`): hits of one are what `read` gets as (index of the gate,
    offset just after its match), in order of offset. Nothing is read without a hit, so they should be rare elsewhere.
    Reading is linear in the text, never raises, and skips what it can't make sense of.
    """

    @property
    def gates(self) -> Sequence[bytes]: ...

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterable[Labelled]: ...


class Labels:
    """The labelled values of one text, found by place."""

    def __init__(self, labelled: Iterable[Labelled]) -> None:
        self._all = sorted(set(labelled), key=lambda one: (one.start, one.end, one.entry))
        self._starts = [one.start for one in self._all]
        self._widest = max((one.end - one.start for one in self._all), default=0)

    def __iter__(self) -> Iterator[Labelled]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def meeting(self, start: int, end: int) -> Iterator[Labelled]:
        """Those that share a character with text[start:end]."""
        low = bisect_left(self._starts, start - self._widest)
        for one in self._all[low : bisect_right(self._starts, max(start, end - 1))]:
            if one.end > start:
                yield one


NO_LABELS = Labels(())

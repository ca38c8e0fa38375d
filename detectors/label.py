"""A labelled value: a stretch of text of which the format around it says what it is.

Made by the readers of `structure/` (a field of an HL7 segment, a column of a table, a member of a JSON object), used by
rules with `fields`, and as context by all others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


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

    gates: Sequence[bytes]

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterable[Labelled]: ...

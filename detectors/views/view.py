"""A decoded view of a text: another text with a way back. And the bounds all views of one scan share."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

MAX_DEPTH = 4
"""Views in views. At the last depth escapes are undone to the bottom; a run that would go deeper is `incomplete`."""

GROWTH = 12
"""A text's views may hold this many times its own characters: five kinds of view, some twice, fit well within."""

GROWTH_FLOOR = 32 * 1024


@dataclass(slots=True)
class Budget:
    """How many characters of views one scan may still make, and what went over."""

    characters: int
    exceeded: str | None = None

    @classmethod
    def for_text(cls, text: str) -> "Budget":
        return cls(len(text) * GROWTH + GROWTH_FLOOR)

    def take(self, characters: int) -> bool:
        self.characters -= characters
        if self.characters < 0:
            self.exceeded = "view_growth"
        return self.characters >= 0


Piece = tuple[int, int, str]
"""A stretch of a text, and what to read in its place."""


class View:
    """A decoded stretch of a text, source[start:end], and the way back to it."""

    def __init__(self, name: str, text: str, source: str, start: int, end: int) -> None:
        self.name = name
        self.text = text
        self.source = source
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}, {self.start}, {self.end})"

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The source span of view[start:end]: here the whole run, since its parts can't be replaced alone."""
        return self.start, self.end

    def repeats(self, start: int, end: int) -> bool:
        """True when view[start:end] stands in the source as it is, so that it has been read there."""
        low, high = self.locate(start, end)
        return self.source[low:high] == self.text[start:end]

    def cuts(self, start: int, end: int) -> bool:
        """True when view[start:end] may go on beyond the view, so that it is an artefact of the cut."""
        return False


class PiecedView(View):
    """A view in which `pieces` of the source, in order, were replaced and the rest stands as it was."""

    def __init__(self, name: str, source: str, start: int, end: int, pieces: Sequence[Piece]) -> None:
        self._replaced = pieces
        parts: list[str] = []
        last = start
        for low, high, instead in pieces:
            parts += (source[last:low], instead)
            last = high
        parts.append(source[last:end])
        super().__init__(name, "".join(parts), source, start, end)

    def _found(self) -> Sequence[Piece]:
        return self._replaced

    @cached_property
    def _pieces(self) -> tuple[list[int], list[tuple[int, int, int]]]:
        """View offsets at which a piece starts; and per piece its source span and its length in the view."""
        offsets: list[int] = []
        pieces: list[tuple[int, int, int]] = []
        at = 0
        last = self.start
        for low, high, instead in self._found():
            for first, after, length in ((last, low, low - last), (low, high, len(instead))):
                if length:
                    offsets.append(at)
                    pieces.append((first, after, length))
                    at += length
            last = high
        offsets.append(at)
        pieces.append((last, self.end, self.end - last))
        return offsets, pieces

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self._source_of(start)[0], self._source_of(end - 1)[1]

    def _source_of(self, at: int) -> tuple[int, int]:
        offsets, pieces = self._pieces
        index = bisect_right(offsets, at) - 1
        first, after, length = pieces[index]
        if after - first == length:
            return first + at - offsets[index], first + at - offsets[index] + 1
        return first, after

    def cuts(self, start: int, end: int) -> bool:
        return (start == 0 and self.start > 0) or (end == len(self.text) and self.end < len(self.source))

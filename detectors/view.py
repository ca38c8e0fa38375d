"""A decoded view of a text: another text with a way back. And the bounds all views of one scan share."""

from dataclasses import dataclass

MAX_DEPTH = 3
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

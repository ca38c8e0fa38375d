"""Views in which every piece of one kind was replaced; the kinds are in `escape.py`.

Text between the pieces stands as it was, so a span of the view maps back exactly. A view is cut to the stretches that
hold something to replace, so one escaped line in a long file costs that line.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detectors.views.view import Budget, Piece, PiecedView, View


class SplicedView(PiecedView):
    """A view in which all that one kind of splice replaces was replaced. Its pieces are told apart only when asked."""

    def __init__(self, kind: "Splice", source: str, start: int, end: int) -> None:
        self._kind = kind
        parts = kind.pattern.split(source[start:end])
        parts[1::2] = [kind.decode(part) for part in parts[1::2]]
        View.__init__(self, kind.name, "".join(parts), source, start, end)

    def _found(self) -> list[Piece]:
        start, decode = self.start, self._kind.decode
        found = self._kind.pattern.finditer(self.source[start : self.end])
        return [(start + match.start(), start + match.end(), decode(match[0])) for match in found]


@dataclass(frozen=True, slots=True)
class Splice:
    """A kind of spliced view: what it replaces, by what, and the character without which there is nothing to do."""

    name: str
    trigger: str
    pattern: "re.Pattern[str]"
    decode: Callable[[str], str]


BLOCK_CHARS = 1024
MARGIN_CHARS = 256
"""Context kept on either side of what is replaced: more than any rule's context window."""


PIECE_CHARS = 512
"""More than the least any kind replaces at once; runs are longer, but their beginning says enough."""


def splices(kind: Splice, text: str, budget: Budget) -> Iterator[View]:
    for start, end in _regions(kind, text):
        if not budget.take(end - start):
            return
        view = SplicedView(kind, text, start, end)
        if view.text != text[start:end]:
            yield view


def _regions(kind: Splice, text: str) -> Iterator[tuple[int, int]]:
    """Stretches that hold something to replace, with a margin, joined where they meet."""
    start = end = -1
    for low in range(0, len(text), BLOCK_CHARS):
        if not _begins_in(kind, text, low, low + BLOCK_CHARS):
            continue
        if end < 0 or low - MARGIN_CHARS > end:
            if end >= 0:
                yield start, end
            start = max(0, low - MARGIN_CHARS)
        end = min(len(text), low + BLOCK_CHARS + MARGIN_CHARS)
    if end >= 0:
        yield start, end


def _begins_in(kind: Splice, text: str, low: int, high: int) -> bool:
    """Whether something to replace begins in text[low:high]."""
    if not kind.trigger:
        return kind.pattern.search(text, low, high) is not None
    at = text.find(kind.trigger, low, high)
    while at >= 0:
        if kind.pattern.match(text, at, at + PIECE_CHARS):
            return True
        at = text.find(kind.trigger, at + 1, high)
    return False

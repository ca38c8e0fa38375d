"""One text that comes in pieces: which of it is settled, and what in it is to be replaced.

Places are counted in characters from the text's beginning, so whoever gave a piece finds its replacements again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from proxy.formats import Writing
from proxy.restore.lexicon import Lexicon, Match
from proxy.restore.nesting import Nesting
from proxy.restore.start import CONTEXT_CHARS
from proxy.restore.surrounding import write


class Edit(NamedTuple):
    """What `[start, end)` of the text becomes."""

    start: int
    end: int
    text: str

    def __repr__(self) -> str:
        return f"Edit({self.start}, {self.end})"


class Passage:
    """One text. `settled` is up to where its edits are all known."""

    def __init__(self, lexicon: Lexicon, writing: Writing) -> None:
        self.settled = 0
        self._lexicon = lexicon
        self._writing = writing
        self._nesting = None if writing is Writing.TEXT else Nesting()
        self._text = ""  # what is not settled, and the context before it
        self._pending = 0  # where in it the unsettled begins

    def feed(self, text: str) -> Sequence[Edit]:
        """Take the next piece and return the edits that are certain now, in order."""
        return self._advance(text, False)

    def end(self) -> Sequence[Edit]:
        """Return the edits of what was held back, now that the text is over. The next piece begins a new one."""
        edits = self._advance("", True)
        self._text, self._pending = "", 0
        if self._nesting is not None:
            self._nesting = Nesting()
        return edits

    def _advance(self, piece: str, final: bool) -> Sequence[Edit]:
        text, begin = self._text + piece, self._pending
        matches, upto = self._lexicon.scan(text, begin, final)
        edits = self._edits(text, begin, upto, matches) if matches or self._nesting is not None else ()
        self.settled += upto - begin
        keep = max(0, upto - CONTEXT_CHARS)
        self._text, self._pending = text[keep:], upto - keep
        return edits

    def _edits(self, text: str, begin: int, upto: int, matches: Sequence[Match]) -> Sequence[Edit]:
        edits, base, done = [], self.settled - begin, begin
        for match in matches:
            written = write(text[match.start : match.end], match, self._depth_after(text[done : match.start]))
            edits.append(Edit(base + match.start, base + match.end, written))
            done = match.end
        self._depth_after(text[done:upto])
        return edits

    def _depth_after(self, text: str) -> int | None:
        """How many literals enclose the place after this text; None outside of any in a document's source."""
        if self._nesting is None:
            return 0
        self._nesting.feed(text)
        return self._nesting.depth or (None if self._writing is Writing.JSON else 0)

"""A body that is nothing but text: no events, so whatever is settled goes on at once."""

import codecs
from typing import Final

from proxy.formats import Writing
from proxy.restore.lexicon import Lexicon
from proxy.restore.passage import Edit, Passage

_ERRORS = "surrogateescape"
"""Bytes that are no UTF-8 pass unchanged."""


class Prose:
    """One text body. `restored` counts the pseudonyms that were replaced."""

    gave_up: Final = False

    def __init__(self, lexicon: Lexicon) -> None:
        self.restored = 0
        self._passage = Passage(lexicon, Writing.TEXT)
        self._decoder = codecs.getincrementaldecoder("utf-8")(_ERRORS)
        self._text = ""  # what did not go on yet
        self._gone = 0

    def feed(self, chunk: bytes, final: bool = False) -> bytes:
        piece = self._decoder.decode(chunk, final)
        edits = [*self._passage.feed(piece), *(self._passage.end() if final else ())]
        return self._take(self._text + piece, edits)

    def finish(self) -> bytes:
        return self.feed(b"", True)

    def _take(self, text: str, edits: list[Edit]) -> bytes:
        pieces: list[str] = []
        gone = done = self._gone
        for edit in edits:
            pieces += text[done - gone : edit.start - gone], edit.text
            done = edit.end
        self._gone = self._passage.settled
        self._text = text[self._gone - gone :]
        self.restored += len(edits)
        return "".join((*pieces, text[done - gone : self._gone - gone])).encode(errors=_ERRORS)

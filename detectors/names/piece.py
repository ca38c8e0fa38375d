"""What of a text is shown to a pack, piece by piece, for as long as the allowance lasts."""

from collections.abc import Iterator
from typing import Final

from detectors.names.named import Allowance
from detectors.names.prose import spans

PIECE_CHARS: Final = 2_000
"""A few paragraphs: enough around a name to know it by, and some 30 ms of a small pack."""

BATCH: Final = 2
"""Pieces that a pipeline takes at a time. More are hardly faster on a processor, and time is looked at later."""


def pieces(text: str, allowance: Allowance) -> Iterator[tuple[str, int]]:
    """(piece, offset) of what is worth reading, in order. When the allowance is spent, marks it and stops."""
    for start, end in spans(text):
        for low, high in cut(text, start, end, PIECE_CHARS):
            if allowance.is_spent():
                allowance.unread = True
                return
            yield text[low:high], low


def cut(text: str, start: int, end: int, chars: int) -> Iterator[tuple[int, int]]:
    """text[start:end] in pieces of at most `chars` that end where lines, sentences or words do."""
    while end - start > chars:
        least, most = start + chars // 2, start + chars
        ends = (text.rfind(mark, least, most) + len(mark) for mark in ("\n", ". ", " "))
        at = next((at for at in ends if at > least), most)
        yield start, at
        start = at
    yield start, end

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
        for low, high in _cut(text, start, end):
            if allowance.is_spent():
                allowance.unread = True
                return
            yield text[low:high], low


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """text[start:end] in pieces that end where lines, sentences or words do."""
    while end - start > PIECE_CHARS:
        least, most = start + PIECE_CHARS // 2, start + PIECE_CHARS
        ends = (text.rfind(mark, least, most) + len(mark) for mark in ("\n", ". ", " "))
        cut = next((at for at in ends if at > least), most)
        yield start, cut
        start = cut
    yield start, end

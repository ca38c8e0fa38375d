"""Decoded views of a text: what it says once escapes, encodings and disguises are undone.

A plain text costs a few look-ups. Depth and growth are bounded; a bound reached is an `incomplete` reason, not silence.
"""

from collections.abc import Iterator

from detectors import fold
from detectors.run import GATES, runs
from detectors.splice import SPLICES, fold_splice, splices
from detectors.view import Budget, View

__all__ = ["GATES", "Budget", "View", "views"]


def views(
    text: str, hits: list[tuple[int, int]], depth: int, budget: Budget, within: View | None = None
) -> Iterator[View]:
    """The views of `text`. `hits` are those of `GATES`, by number; `depth` counts the views it stands under,
    the innermost of which is `within`.
    """
    if hits:
        yield from runs(text, hits, depth, budget, within)
    if "\\" in text or "%" in text or "&" in text or "=" in text:
        for kind in SPLICES:
            if kind.trigger in text:
                yield from splices(kind, text, depth, budget)
    if not text.isascii() and (characters := fold.present(text)):
        yield from splices(fold_splice(characters), text, depth, budget)

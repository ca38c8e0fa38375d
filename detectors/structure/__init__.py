"""Structured text: which stretch of it stands under which name. One file per format, one table of them here."""

from detectors.label import Reader


def readers(entries: frozenset[str]) -> tuple[Reader, ...]:
    """A reader per format. `entries` are the names and positions that rules know; others are not worth reporting."""
    return ()

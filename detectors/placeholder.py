"""Placeholders that this product wrote in the place of values: what was cut is not found again."""

import regex

from detectors.matcher import Candidate
from detectors.names.named import Named

_PLACEHOLDER = regex.compile(r"\[[A-Z][A-Z0-9_]{0,40}:[0-9a-f]{6}\]")


def is_placeholder(text: str, candidate: Candidate | Named) -> bool:
    """True for a value that is, or is hardly more than, a placeholder this product wrote."""
    low, high = max(0, candidate.start - 60), min(len(text), candidate.end + 60)
    if text.find("[", low, high) < 0:
        return False
    left = candidate.end - candidate.start
    for match in _PLACEHOLDER.finditer(text, low, high):
        left -= max(0, min(match.end(), candidate.end) - max(match.start(), candidate.start))
    return left < 4 and left < candidate.end - candidate.start

"""The first pass's expressions come from several owners; this deals its hits out to them."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from detectors.prefilter import Hit


class Sections:
    """Consecutive sections of the list of expressions, of the given lengths."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._begins = list(accumulate(lengths, initial=0))[:-1]
        self._first = lengths[0]

    def deal(self, hits: list[Hit]) -> list[list[Hit]]:
        """The hits of each section, renumbered from its beginning, in their order."""
        dealt: list[list[Hit]] = [[] for _ in self._begins]
        first = self._first
        for hit in hits:
            if hit[0] < first:
                dealt[0].append(hit)
            else:
                section = bisect_right(self._begins, hit[0]) - 1
                dealt[section].append((hit[0] - self._begins[section], hit[1]))
        return dealt

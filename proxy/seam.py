"""Values cut in two by the strings of a request: what neighbouring parts of one message say when read on.

Scans the end of one string together with the beginning of the next where both stand at the same kind of place, and
tells a finding that crosses the cut as one in each. Only what can hardly arise by chance counts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from detectors import Category, Finding, Scan
from proxy.segment import Label, Segment

REACH_CHARS = 200
"""Read on either side of a cut; longer values are found by their beginning alone."""

MAX_SEAMS = 64
"""In one message. An array of thousands of strings is data, not a text cut in pieces."""

_READ_ON = frozenset({Label.PROMPT, Label.SYSTEM, Label.TOOL_RESULT, Label.TOOL_ARGUMENT, Label.UNKNOWN})
_INDEX = re.compile(r"/\d+(?=/|$)")


class Seams:
    """Follows the segments of one message in their order. `scan` reads a text for values with a form of their own."""

    def __init__(self, scan: Callable[[str], Scan]) -> None:
        self._scan = scan
        self._before: Segment | None = None
        self._left = MAX_SEAMS

    def crossing(self, segment: Segment) -> Iterator[tuple[Segment, Finding]]:
        """The halves of what crosses from the segment before into this one, each with its own."""
        if segment.label not in _READ_ON or not segment.text:
            return
        before, self._before = self._before, segment
        if before is None or not self._left or not _are_neighbours(before, segment):
            return
        self._left -= 1
        lead = before.text[-REACH_CHARS:]
        cut, offset = len(lead), len(before.text) - len(lead)
        for finding in self._scan(lead + segment.text[:REACH_CHARS]).findings:
            if finding.start < cut < finding.end and _is_sure(finding):
                yield before, replace(finding, start=finding.start + offset, end=len(before.text))
                yield segment, replace(finding, start=0, end=finding.end - cut)


def _are_neighbours(before: Segment, after: Segment) -> bool:
    """Whether they stand at places that differ in array indexes alone."""
    if before.label is not after.label or before.field != after.field:
        return False
    return before.pointer != after.pointer and _INDEX.sub("/", before.pointer) == _INDEX.sub("/", after.pointer)


def _is_sure(finding: Finding) -> bool:
    return finding.verified is True or finding.category in (Category.SECRET, Category.CUSTOM)

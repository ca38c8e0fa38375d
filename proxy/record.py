"""Records of own data whose values stand in strings of their own: the members of one JSON object, read as one text.

A name and a birthday in two members of an object are one person's, as they would be in one sentence. Only detectors of
own data look at such a text; all else was found in the strings themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from detectors import Finding
from proxy.segment import Label, Segment

MAX_MEMBER_CHARS = 400
"""Longer strings are texts, which were read for themselves."""

MAX_MEMBERS = 64

_NO_MEMBERS = frozenset({Label.KEY, Label.OPAQUE})

Findings = Sequence[Finding]
Found = Callable[[Segment], Findings]


class Records:
    """Follows the segments of one message in their order. `scan` finds own data in a text."""

    def __init__(self, scan: Callable[[str], Findings]) -> None:
        self._scan = scan
        self._members: list[Segment] = []
        self._of = ""

    def ended(self, segment: Segment | None, found: Found) -> Iterator[tuple[Segment, Findings]]:
        """What the object that `segment` is no longer a member of holds: segments with all their findings.

        None ends the last one. `found` says what was found in a segment so far.
        """
        if segment is not None and (segment.label in _NO_MEMBERS or not segment.text):
            return
        of = "" if segment is None else segment.pointer.rpartition("/")[0]
        if segment is None or of != self._of or len(self._members) == MAX_MEMBERS:
            members, self._members, self._of = self._members, [], of
            if len(members) > 1:
                yield from self._read(members, found)
        if segment is not None and len(segment.text) <= MAX_MEMBER_CHARS:
            self._members.append(segment)

    def _read(self, members: Sequence[Segment], found: Found) -> Iterator[tuple[Segment, Findings]]:
        own = self._scan("\n".join(member.text for member in members))
        start = 0
        for member in members:
            end = start + len(member.text)
            inside = [_moved(one, -start) for one in own if start <= one.start and one.end <= end]
            known = found(member)
            new = [one for one in inside if not any(one.start < old.end and old.start < one.end for old in known)]
            if new:
                yield member, sorted([*known, *new], key=lambda one: one.start)
            start = end + 1


def _moved(finding: Finding, offset: int) -> Finding:
    return replace(finding, start=finding.start + offset, end=finding.end + offset)

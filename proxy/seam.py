"""Values cut in two by the strings of a request: what neighbouring parts of one message say when read on.

Scans the end of one string together with the beginning of the next where both stand at the same kind of place, and
tells a finding that crosses the cut as one in each. Only what can hardly arise by chance counts, and persons' names
where the cut goes between words.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from detectors import GENERIC_ID, Category, Finding, Scan
from proxy.segment import Label, Segment

REACH_CHARS = 200
"""Read on either side of a cut; longer values are found by their beginning alone."""

MAX_SEAMS = 64
"""In one message. An array of thousands of strings is data, not a text cut in pieces."""

_READ_ON = frozenset({Label.PROMPT, Label.SYSTEM, Label.TOOL_RESULT, Label.TOOL_ARGUMENT, Label.UNKNOWN})
_INDEX = re.compile(r"/\d+(?=/|$) | \[\d+\] | (?<=^frame:)\d+ | (?<=^event:)\d+", re.VERBOSE)
"""Of arrays, of repeated fields, of frames and events."""
_CUT_NAME = re.compile(r"(?<![^\W_])[^\W\d_a-z][^\W\d_]{0,40}(?:[ ]\0|\0[ ])[^\W\d_]")
"""A capitalised word and a blank at a cut, which is a zero, where a name of several words may go on."""
_WORD = re.compile(r"[A-Za-z][a-z]{1,14}[.,:;!?]?")
_UNCHECKED = (Category.SECRET, Category.CUSTOM)
"""What has a form that hardly arises by chance. Nothing in most of it says where it ends."""

Findings = Sequence[Finding]


class Seams:
    """Follows the segments of one message in their order. `scan` reads a text for values with a form of their own,
    `scan_names` for those and for names, on the request's allowance."""

    def __init__(self, scan: Callable[[str], Scan], scan_names: Callable[[str], Scan]) -> None:
        self._scan = scan
        self._scan_names = scan_names
        self._before: Segment | None = None
        self._left = MAX_SEAMS

    def crossing(self, segment: Segment, found: Callable[[Segment], Findings]) -> Iterator[tuple[Segment, Findings]]:
        """What crosses from the segment before into this one: both, each with all its findings and the half in it.

        `found` says what was found in a segment so far. Neither is told when the half in one of them is nothing new.
        """
        if segment.label not in _READ_ON or not segment.text:
            return
        before, self._before = self._before, segment
        if before is None or not self._left or not _are_neighbours(before, segment):
            return
        self._left -= 1
        lead = before.text[-REACH_CHARS:]
        cut, offset = len(lead), len(before.text) - len(lead)
        may_name = _CUT_NAME.search(f"{lead}\0{segment.text[:2]}") is not None
        scan = self._scan_names if may_name else self._scan
        for finding in scan(lead + segment.text[:REACH_CHARS]).findings:
            is_told = _is_sure(finding) or (may_name and finding.entity == "PERSON")
            if not (finding.start < cut < finding.end and is_told):
                continue
            if _WORD.fullmatch(segment.text[: finding.end - cut]) and _ends_in_value(found(before), len(before.text)):
                continue  # the next sentence's first word, which a value of no fixed length seems to go on with
            front = _with(replace(finding, start=finding.start + offset, end=len(before.text)), found(before))
            rest = _with(replace(finding, start=0, end=finding.end - cut), found(segment))
            if front and rest:
                yield before, front
                yield segment, rest


def _with(half: Finding, findings: Findings) -> Findings:
    """A segment's findings with a half of what crosses its edge, in order; none when it meets a number proved whole.

    Any other that it meets (a telephone number that is the front of a card's, what was found of a longer key) becomes
    part of the half, which covers all of it.
    """
    met = [one for one in findings if one.start < half.end and half.start < one.end]
    if any(one.verified and one.category not in _UNCHECKED for one in met):
        return ()
    half = replace(half, start=min(one.start for one in (half, *met)), end=max(one.end for one in (half, *met)))
    return sorted([half, *(one for one in findings if one not in met)], key=lambda one: one.start)


def _ends_in_value(findings: Findings, end: int) -> bool:
    return any(one.end == end and one.rule != GENERIC_ID and _is_sure(one) for one in findings)


def _are_neighbours(before: Segment, after: Segment) -> bool:
    """Whether they stand at places that differ in array indexes alone."""
    if before.label is not after.label or before.field != after.field:
        return False
    return before.pointer != after.pointer and _INDEX.sub("/", before.pointer) == _INDEX.sub("/", after.pointer)


def _is_sure(finding: Finding) -> bool:
    return finding.verified is True or finding.category in _UNCHECKED

"""What was read twice, told once: a part that could be a text or a message was scanned as both."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from proxy.segment import Label, Segment

if TYPE_CHECKING:
    from proxy.scanner import Hit


def settled(hits: "Sequence[Hit]") -> "tuple[Hit, ...]":
    """Return the hits without what a text as a whole repeats of the parts in it.

    What stands in no part, since it crosses from one into the next, stays: it can't be rewritten, so it blocks.
    """
    places: dict[str, list[Segment]] = {}
    for segment, findings in hits:
        for finding in findings:
            places.setdefault(finding.fingerprint, []).append(segment)
    kept = []
    for hit in hits:
        if hit.segment.label is Label.BINARY:
            own = hit.segment
            new = [one for one in hit.findings if not any(_is_part(own, part) for part in places[one.fingerprint])]
            hit = hit._replace(findings=tuple(new))
        if hit.findings:
            kept.append(hit)
    return tuple(kept)


def _is_part(whole: Segment, part: Segment) -> bool:
    return whole.start <= part.start and part.end <= whole.end and part.end - part.start < whole.end - whole.start

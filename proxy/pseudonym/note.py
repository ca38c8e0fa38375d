"""The sentence about stand-ins that a model may be given, at the end of its instructions. Off unless policy says so.

It goes into every request of an API that has instructions, needed or not: coming in the midst of a conversation, it
would change what the vendor has cached, and what newer models bind their signed thinking to.
"""

from typing import Final

from proxy.body import Limits
from proxy.document import json_segments
from proxy.formats import Format
from proxy.rewrite import Edit
from proxy.segment import Label, Segment

NOTE: Final = (
    "\n\nSome values here (names, addresses, numbers, keys) stand in for real ones and are exchanged for them on the "
    "way to the user. Write them exactly as they are given, and don't comment on them."
)


def note_edits(data: bytes, fmt: Format, limits: Limits) -> list[tuple[Segment, list[Edit]]]:
    """The edit that puts the note behind the first instructions in a JSON body; none where there are no instructions.

    Raises RequestError for a body that is no JSON after all.
    """
    segments = fmt.refine(list(json_segments(data, fmt.label, limits=limits)))
    for segment in segments:
        if segment.label is Label.SYSTEM and segment.text:
            end = len(segment.text)
            if segment.text.endswith(NOTE):
                return []
            return [(segment, [Edit(end - 1, end, segment.text[-1] + NOTE)])]
    return []

"""Whether values of a row stand together in a text: near each other, in one line, or in one JSON object."""

from collections.abc import Sequence

LINE_CHARS = 4000
"""A record may be so long; what stands further apart is not looked for."""


def reach(near_chars: int) -> int:
    """How far from each other values are looked for."""
    return max(near_chars, LINE_CHARS)


def are_together(text: str, spans: Sequence[tuple[int, int]], near_chars: int) -> bool:
    """Whether values at these places are of one record."""
    if any(one != other and one[0] < other[1] and other[0] < one[1] for one in spans for other in spans):
        return False  # one stretch can't be two values
    low, high = min(end for _, end in spans), max(start for start, _ in spans)
    if high - low <= near_chars:
        return True
    between = text[low:high]
    return "\n" not in between or _in_one_object(between)


def _in_one_object(between: str) -> bool:
    """Whether no object ends and another one begins on the way from one value to the other."""
    depth = lowest = 0
    for character in between:
        if character == "{":
            depth += 1
            if lowest < 0:
                return False
        elif character == "}":
            depth -= 1
            lowest = min(lowest, depth)
    return ":" in between

"""Replacements of whole objects in a body, of which `rewrite` knows no more than where they begin and end. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Swap:
    """Put other bytes in place of the bytes `start:end` of a body, whatever stands there."""

    start: int
    end: int
    replacement: bytes

    def covers(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


def outermost(swaps: Iterable[Swap]) -> list[Swap]:
    """The swaps in order, without those that stand within another."""
    outer: list[Swap] = []
    for swap in sorted(swaps, key=lambda swap: (swap.start, -swap.end)):
        if not outer or swap.start >= outer[-1].end:
            outer.append(swap)
    return outer

"""Arrays of unsigned numbers, as own data's hashes are: types, and the small steps that several files take."""

from typing import Any

import numpy as np
import numpy.typing as npt

U64 = np.uint64
Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NO_NUMBERS: Numbers = np.empty(0, np.uint64)
NO_PLACES: Places = np.empty(0, np.int64)

_SHIFT = U64(29)
_SPREAD = U64(0x9E3779B97F4A7C15)


def powers(base: np.uint64, count: int) -> Numbers:
    """base^0 to base^(count-1), modulo 2^64."""
    table = np.full(count, base, np.uint64)
    table[0] = 1
    return np.multiply.accumulate(table, dtype=np.uint64)


def mixed(numbers: Numbers) -> Numbers:
    """The same numbers with all bits spread over the upper ones; one to one."""
    numbers = numbers ^ (numbers >> _SHIFT)
    numbers *= _SPREAD
    return numbers


def sums(numbers: npt.NDArray[Any]) -> Numbers:
    """Running sums modulo 2^64 with a 0 before the first: the sum of numbers[a:b] is sums[b] - sums[a]."""
    running = np.empty(len(numbers) + 1, np.uint64)
    running[0] = 0
    np.cumsum(numbers, dtype=np.uint64, out=running[1:])
    return running


def among(numbers: Numbers, tags: Numbers) -> Flags:
    """Which of `numbers` stand in the sorted `tags`."""
    if not len(tags):
        return np.zeros(len(numbers), np.bool_)
    places = np.searchsorted(tags, numbers)
    places[places == len(tags)] = 0
    known: Flags = tags[places] == numbers
    return known


def spread(starts: Places, counts: Places) -> Places:
    """starts[0], starts[0]+1, ... counts[0] of them, then those of the next, and so on."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    return np.arange(total, dtype=np.int64) - np.repeat(ends - counts - starts, counts)

"""A blocked Bloom filter: could a number be in the set? One look at memory for each question.

Kept sealed, since what it holds is not yet keyed as a tag is; opened in memory.
"""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from detectors.own.array import U64, Flags, Numbers

BITS_EACH = 20
"""About one wrong yes in 200: one in 100 costs more time in looking up tags than smaller filters save."""

_ONE = U64(1)
_SIX = U64(63)
_PICKS = (U64(26), U64(20), U64(14))
"""Which bits of a hash pick the three bits of a word: those below the upper 32, which pick the word."""


class Bloom:
    def __init__(self, words: Numbers) -> None:
        self._words = words
        self._count = U64(len(words))

    @classmethod
    def of(cls, numbers: Numbers) -> Self:
        made = cls(np.zeros(max(1, -(-len(numbers) * BITS_EACH // 64)), np.uint64))
        places, bits = made._bits(numbers)
        np.bitwise_or.at(made._words, places, bits)
        return made

    @classmethod
    def from_bytes(cls, content: Any) -> Self:
        return cls(np.frombuffer(content, "<u8"))

    def to_bytes(self) -> bytes:
        return self._words.astype("<u8").tobytes()

    def may_hold(self, numbers: Numbers) -> Flags:
        """For each whether it may be in the set; False is certain."""
        places, bits = self._bits(numbers)
        flags: Flags = (self._words[places] & bits) == bits
        return flags

    def _bits(self, numbers: Numbers) -> tuple[npt.NDArray[np.uint64], Numbers]:
        """Which word each stands in, and with which bits."""
        places = ((numbers >> U64(32)) * self._count) >> U64(32)
        first, second, third = _PICKS
        bits = _ONE << ((numbers >> first) & _SIX)
        bits |= _ONE << ((numbers >> second) & _SIX)
        bits |= _ONE << ((numbers >> third) & _SIX)
        return places, bits

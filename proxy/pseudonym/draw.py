"""Choices that look random and are decided by a key: the same question always gets the same answer here, and nobody
without the key can tell the question from it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

DIGITS: Final = "0123456789"
HEX: Final = "0123456789abcdef"
LOWER: Final = "abcdefghijklmnopqrstuvwxyz"

_BYTES: Final = 8


class Draw:
    """An endless row of choices for one purpose: `parts` name it, `key` is the installation's."""

    def __init__(self, key: bytes, *parts: str) -> None:
        seed = hashlib.blake2b(key=key[:64], digest_size=32)
        for part in parts:
            content = part.encode("utf-8", "surrogatepass")
            seed.update(len(content).to_bytes(8, "big") + content)
        self._words = _words(seed.digest())

    def below(self, count: int) -> int:
        """A number from 0 to `count` - 1. 64 bits a choice, so that taking the remainder favours none to speak of."""
        return next(self._words) % count

    def pick[T](self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def text(self, alphabet: str, length: int) -> str:
        return "".join(self.pick(alphabet) for _ in range(length))


def _words(seed: bytes) -> Iterator[int]:
    block = 0
    while True:
        content = hashlib.blake2b(block.to_bytes(8, "big"), key=seed, digest_size=64).digest()
        for at in range(0, len(content), _BYTES):
            yield int.from_bytes(content[at : at + _BYTES], "big")
        block += 1

"""What is known of words: how usual they are as given names, family names, places, plain words and names of things.

`gazetteer.bin` is made by `training/names/gazetteer.py` from lists with clear licences; `training/names/card.py` names
them. Facts, no judgement: many words are several things at once (May, Chase, Florence), and context decides.
"""

import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

FILE = Path(__file__).parents[1] / "models" / "names" / "gazetteer.bin"

GIVEN, FAMILY, PLACE, COMMON, THING = range(5)
"""Positions in the five digits of `Gazetteer.traits`; each is 0 for unknown, up to 3 for very usual."""

UNKNOWN = "00000"
_BITS = 2
_IN_VOCABULARY = 1 << (5 * _BITS)


class Gazetteer:
    """Words in lower case with their traits. Immutable; `vocabulary` are the words that the model knows as such."""

    def __init__(self, known: Mapping[str, str], vocabulary: Iterable[str]) -> None:
        self._known = known
        self.vocabulary = frozenset(vocabulary)

    def traits(self, lower: str) -> str:
        """Five digits, see `GIVEN` and the others."""
        found = self._known.get(lower)
        if found is None and lower.endswith("'s"):
            found = self._known.get(lower[:-2])
        return UNKNOWN if found is None else found

    def is_given(self, word: str) -> bool:
        """Whether a word is a usual given name, or a rare one and no plain word."""
        traits = self.traits(word.lower())
        return traits[GIVEN] >= "2" or (traits[GIVEN] == "1" and traits[COMMON] == "0")

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, lower: str) -> bool:
        return lower in self._known

    def __getitem__(self, lower: str) -> str:
        return self._known[lower]


_used: list[Gazetteer] = []


def bundled() -> Gazetteer:
    """The gazetteer that comes along. Read once in a process."""
    if not _used:
        _used.append(unpack(FILE.read_bytes()))
    return _used[0]


def use(other: Gazetteer) -> None:
    """Has `bundled` give another in this process: what a model is trained with knows fewer names than it meets."""
    _used[:] = [other]


def pack(known: Mapping[str, str], vocabulary: Iterable[str]) -> bytes:
    """The two as `gazetteer.bin` holds them: words by line, then a number of 16 bits each, compressed."""
    chosen = frozenset(vocabulary)
    words = sorted(known.keys() | chosen)
    numbers = array("H", (_number(known.get(word, UNKNOWN)) | _IN_VOCABULARY * (word in chosen) for word in words))
    listed = "\n".join(words).encode()
    return zlib.compress(len(listed).to_bytes(4, "little") + listed + numbers.tobytes(), 9)


def unpack(packed: bytes) -> Gazetteer:
    content = zlib.decompress(packed)
    end = 4 + int.from_bytes(content[:4], "little")
    words = content[4:end].decode().split("\n")
    numbers = array("H")
    numbers.frombytes(content[end:])
    digits = [_digits(number) for number in range(_IN_VOCABULARY)]
    known = {word: digits[number & (_IN_VOCABULARY - 1)] for word, number in zip(words, numbers, strict=True)}
    return Gazetteer(known, (word for word, number in zip(words, numbers, strict=True) if number & _IN_VOCABULARY))


def _number(traits: str) -> int:
    return sum(int(digit) << (_BITS * place) for place, digit in enumerate(traits))


def _digits(number: int) -> str:
    return "".join(str(number >> (_BITS * place) & 3) for place in range(5))

"""Finds source code again of which fingerprints are kept: so many of them close together are one fragment."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from detectors.own.array import Flags, Numbers, Places, among
from detectors.own.bloom import Bloom
from detectors.own.code import CodeReader, Grams
from detectors.own.kept import Kept
from detectors.own.owned import Naming, Owned
from detectors.own.secret import Secret
from detectors.own.tag import Tagger

TAGS = "fingerprints"
GAP_CHARS = 600
"""Between fingerprints of one fragment."""


class Met(NamedTuple):
    """Fingerprints of one index that a text shows."""

    starts: Places
    ends: Places
    tags: Numbers


@dataclass(frozen=True)
class Print:
    """An opened index. `least` different fingerprints make a finding."""

    naming: Naming
    digest: str
    filter: Bloom
    tagger: Tagger
    tags: Numbers
    least: int

    def met(self, grams: Grams) -> Met | None:
        selected = np.flatnonzero(self.filter.may_hold(grams.hashes))
        tags = self.tagger.tags(grams.hashes[selected], grams.second[selected])
        known = among(tags, self.tags)
        selected = selected[known]
        return Met(grams.starts[selected], grams.ends[selected], tags[known]) if len(selected) else None

    def fragments(self, text: str, met: Sequence[Met]) -> Iterator[Owned]:
        starts, ends, tags = (np.concatenate(side) for side in zip(*met, strict=True))
        order = np.argsort(starts, kind="stable")
        starts, ends, tags = starts[order], ends[order], tags[order]
        apart: Flags = starts[1:] - ends[:-1] > GAP_CHARS
        cuts = [0, *(np.flatnonzero(apart) + 1).tolist(), len(starts)]
        for low, high in pairwise(cuts):
            count = len(np.unique(tags[low:high]))
            if count >= self.least:
                span = _whole_lines(text, int(starts[low]), int(ends[high - 1]))
                yield Owned(self.naming, *span, "source", f"{count} fingerprints")


class Prints:
    """All indexes of one key: a text is taken apart once for all of them."""

    def __init__(self, secret: Secret, kept: Sequence[Kept]) -> None:
        self._reader = CodeReader(secret)
        self._prints = [opened(one, secret) for one in kept]
        self._shortest = min(int(one.private["shortest"]) for one in kept)

    def find(self, text: str) -> Iterable[Owned]:
        if len(text) < self._shortest:
            return ()
        met: list[list[Met]] = [[] for _ in self._prints]
        for grams in self._reader.grams(text):
            for one, found in zip(self._prints, met, strict=True):
                if (more := one.met(grams)) is not None:
                    found.append(more)
        return [
            owned for one, found in zip(self._prints, met, strict=True) if found for owned in one.fragments(text, found)
        ]


def opened(kept: Kept, secret: Secret) -> Print:
    """An index from its file. Raises ValueError, KeyError or TypeError when the file is none of this version."""
    (filter,), (tags,) = kept.filters, kept.tags
    tagger = Tagger(secret.tagging(kept.naming.id, TAGS))
    numbers = np.frombuffer(tags, "<u8")
    return Print(kept.naming, kept.digest, Bloom.from_bytes(filter), tagger, numbers, int(kept.private["least"]))


def _whole_lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The same with the rest of the first and the last line."""
    last = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if last < 0 else last

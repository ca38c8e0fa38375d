"""Looks customers' values up in a text: single ones that are findings alone, and those of one row that stand together.

A filter says which runs of words could be values; of those a tag is made and looked for. Of a row only the tags of its
values put together are kept, so that an index does not tell which values belong to one person.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from detectors.own.array import NO_NUMBERS, NO_PLACES, Numbers, Places, among, spread
from detectors.own.bloom import Bloom
from detectors.own.candidate import Candidates, Reader, Shape
from detectors.own.kept import Kept
from detectors.own.owned import Naming, Owned
from detectors.own.secret import Secret
from detectors.own.tag import Tagger
from detectors.own.together import are_together, reach

MAX_COMBINATIONS = 1 << 20
"""Looked up at once; more of them take their turn."""

_GAP_CHARS = {"id": 1, "number": 1, "email": 1, "phone": 3, "date": 3, "name": 8, "text": 8}
"""Between the words of one value."""


_WITH_DIGITS = frozenset({"coded", "digits", "phone", "date"})


class Column(NamedTuple):
    """A column of a dictionary, as lookups need it."""

    name: str
    kind: str
    shapes: tuple[Shape, ...]
    filter: Bloom
    tagger: Tagger
    alone: Numbers
    """Tags of the values that are findings alone, sorted."""


class Rows(NamedTuple):
    """A group of columns whose values are a finding together; `tags` of their values put together, sorted."""

    columns: tuple[int, ...]
    tagger: Tagger
    tags: Numbers


class Met(NamedTuple):
    """Values of one column, as far as a filter can tell, in order of their starts."""

    starts: Places
    ends: Places
    tags: Numbers


NOTHING_MET = Met(NO_PLACES, NO_PLACES, NO_NUMBERS)


@dataclass(frozen=True)
class Dictionary:
    """An opened dictionary. `shortest` is how many characters a text must have to hold a finding."""

    naming: Naming
    digest: str
    columns: tuple[Column, ...]
    rows: tuple[Rows, ...]
    near_chars: int
    shortest: int

    @property
    def signs(self) -> str:
        """Of which characters every ASCII text with a finding has one, as in a regular expression; empty: of none."""
        alone = [_sign(column) for column in self.columns if len(column.alone)]
        together = [max(_sign(self.columns[number]) for number in group.columns) for group in self.rows]
        signs = {*alone, *together}
        return "" if "" in signs else "".join(signs)

    def met(self, candidates: Candidates, offset: int) -> Iterator[tuple[int, Met]]:
        """For each column what may be its values in one chunk."""
        for number, column in enumerate(self.columns):
            for shape in column.shapes:
                runs = candidates.of(shape)
                selected = np.flatnonzero(column.filter.may_hold(runs.hashes))
                if not len(selected):
                    continue
                first, after = runs.first[selected], runs.after[selected]
                tags = column.tagger.tags(runs.hashes[selected], runs.second(selected))
                chunk = candidates.chunk
                whole = _holds_together(chunk.starts, chunk.ends, first, after, _GAP_CHARS[column.kind])
                yield (
                    number,
                    Met(chunk.starts[first][whole] + offset, chunk.ends[after - 1][whole] + offset, tags[whole]),
                )

    def judged(self, text: str, met: Sequence[Met]) -> Iterator[Owned]:
        """What is a finding, of what was met in a text."""
        for column, found in zip(self.columns, met, strict=True):
            for at in np.flatnonzero(among(found.tags, column.alone)):
                start, end = int(found.starts[at]), int(found.ends[at])
                if _ends_there(text, start, end, column.kind):
                    yield Owned(self.naming, start, end, "dictionary", column.name)
        for group in self.rows:
            yield from self._together(text, group, [met[number] for number in group.columns])

    def _together(self, text: str, group: Rows, met: Sequence[Met]) -> Iterator[Owned]:
        names = " + ".join(self.columns[number].name for number in group.columns)
        for picked in _combinations(met, reach(self.near_chars)):
            tags = met[0].tags[picked[0]]
            for column, chosen in zip(met[1:], picked[1:], strict=True):
                tags = group.tagger.tags(tags, column.tags[chosen])
            for at in np.flatnonzero(among(tags, group.tags)):
                spans = [(int(c.starts[p[at]]), int(c.ends[p[at]])) for c, p in zip(met, picked, strict=True)]
                if are_together(text, spans, self.near_chars):
                    yield from (Owned(self.naming, *span, "dictionary", f"row: {names}") for span in spans)


class Dictionaries:
    """All dictionaries of one key: a text is taken apart once for all of them."""

    def __init__(self, secret: Secret, kept: Sequence[Kept]) -> None:
        self._reader = Reader(secret)
        self._dictionaries = [opened(one, secret) for one in kept]
        self._shortest = min(one.shortest for one in self._dictionaries)
        signs = [one.signs for one in self._dictionaries]
        self._signs = re.compile(f"[{''.join(signs)}]") if all(signs) else None

    def find(self, text: str) -> Iterable[Owned]:
        if len(text) < self._shortest or self._is_plain(text):
            return ()
        met: dict[tuple[int, int], list[Met]] = {}
        for offset, candidates in self._reader.candidates(text):
            for number, dictionary in enumerate(self._dictionaries):
                for column, found in dictionary.met(candidates, offset):
                    met.setdefault((number, column), []).append(found)
        if not met:
            return ()
        found_all: set[Owned] = set()
        for number, dictionary in enumerate(self._dictionaries):
            columns = [_in_order(met.get((number, column), [])) for column in range(len(dictionary.columns))]
            found_all.update(dictionary.judged(text, columns))
        return found_all

    def _is_plain(self, text: str) -> bool:
        """Whether a text can't hold anything, as most short ones can't: no digit, no @ in it."""
        return self._signs is not None and text.isascii() and self._signs.search(text) is None


def _sign(column: Column) -> str:
    """What the values of a column have; empty when they may be nothing but letters."""
    names = {name for name, _ in column.shapes}
    return "@" if names == {"email"} else "0-9" if names <= _WITH_DIGITS else ""


def opened(kept: Kept, secret: Secret) -> Dictionary:
    """A dictionary from its file. Raises ValueError, KeyError or TypeError when the file is none of this version."""
    private = kept.private
    tags = iter([np.frombuffer(part, "<u8") for part in kept.tags])
    columns = tuple(
        _column(column, filter, secret, kept.naming.id, tags)
        for column, filter in zip(private["columns"], kept.filters, strict=True)
    )
    rows = tuple(_rows(group, columns, secret, kept.naming.id, tags) for group in private["together"])
    return Dictionary(kept.naming, kept.digest, columns, rows, private["near_chars"], private["shortest"])


def rows_part(names: Iterable[str]) -> str:
    """What the tags of rows are called where their key is derived."""
    return "rows of " + "+".join(names)


def _column(told: Any, filter: memoryview, secret: Secret, index: str, tags: Iterator[Numbers]) -> Column:
    shapes = tuple((name, argument) for name, argument in told["shapes"])
    tagger = Tagger(secret.tagging(index, told["name"]))
    return Column(told["name"], told["kind"], shapes, Bloom.from_bytes(filter), tagger, next(tags))


def _rows(names: Sequence[str], columns: Sequence[Column], secret: Secret, index: str, tags: Iterator[Numbers]) -> Rows:
    known = [column.name for column in columns]
    numbers = tuple(known.index(name) for name in names)
    return Rows(numbers, Tagger(secret.tagging(index, rows_part(names))), next(tags))


def _in_order(parts: Sequence[Met]) -> Met:
    if not parts:
        return NOTHING_MET
    starts, ends, tags = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.argsort(starts, kind="stable")
    return Met(starts[order], ends[order], tags[order])


def _holds_together(starts: Places, ends: Places, first: Places, after: Places, gap: int) -> Any:
    """Of which runs no two words stand further apart than `gap`."""
    if int((after - first).max()) == 1:
        return slice(None)
    wide = np.zeros(len(starts) + 1, np.int64)
    np.cumsum(starts[1:] - ends[:-1] > gap, out=wide[2:])
    return wide[after] == wide[first + 1]


def _ends_there(text: str, start: int, end: int, kind: str) -> bool:
    """False for a part of something longer: a number's digits before the point, an address's last words."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if kind == "email":
        return not (before[-1:] in (".", "-", "_", "+", "%") and before[:1].isalnum())
    if kind in ("number", "phone"):
        cut = before[:1].isdigit() and before[-1:] in (".", ",")
        return not (cut or (behind[:1] in (".", ",") and behind[1:].isdigit()))
    return True


def _combinations(met: Sequence[Met], reach_chars: int) -> Iterator[list[Places]]:
    """One of each column, all within reach of the column of which the fewest were met; numbers into `met`."""
    fewest = min(range(len(met)), key=lambda number: len(met[number].starts))
    anchors = np.arange(len(met[fewest].starts))
    if all(len(column.starts) for column in met):
        yield from _around(met, fewest, anchors, reach_chars)


def _around(met: Sequence[Met], fewest: int, anchors: Places, reach_chars: int) -> Iterator[list[Places]]:
    centre = met[fewest]
    ranges = []
    total = np.ones(len(anchors), np.float64)
    for number, column in enumerate(met):
        if number != fewest:
            low = np.searchsorted(column.starts, centre.starts[anchors] - reach_chars)
            count = np.searchsorted(column.starts, centre.ends[anchors] + reach_chars) - low
            ranges.append((number, low, count))
            total *= count
    if total.sum() > MAX_COMBINATIONS and len(anchors) > 1:
        half = len(anchors) // 2
        yield from _around(met, fewest, anchors[:half], reach_chars)
        yield from _around(met, fewest, anchors[half:], reach_chars)
        return
    picked = [anchors] * len(met)
    rows = np.arange(len(anchors))
    for number, low, count in ranges:
        times = count[rows]
        picked = [np.repeat(one, times) for one in picked]
        picked[number] = spread(low[rows], times)
        rows = np.repeat(rows, times)
    if len(rows):
        yield picked

"""Makes a dictionary: rows in, an index and a report out. Holds hashes of values, 24 bytes each, and never the values.

Deterministic: the same rows, plan and key give the same file.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from detectors.own import kept
from detectors.own.array import NO_NUMBERS, Numbers
from detectors.own.bloom import Bloom
from detectors.own.candidate import MAX_DIGIT_WORDS, Reader, Shape
from detectors.own.dictionary import rows_part
from detectors.own.owned import Naming
from detectors.own.secret import Secret
from detectors.own.tag import Tagger
from detectors.own.valuebatch import Batcher, Hashed
from detectors.own.valuekind import MAX_WORDS, ValueKind

NEAR_CHARS = 300
MAX_ROWS = 5
"""A value that stands in more rows than this is no finding alone."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "Å": "Aa"})
_HAVE_UMLAUTS = frozenset(map(chr, _UMLAUTS))


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column of the index: its name, what its values are, and whether one of them is a finding alone."""

    name: str
    kind: ValueKind
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    naming: Naming
    columns: tuple[ColumnPlan, ...]
    together: tuple[tuple[str, ...], ...] = ()
    near_chars: int = NEAR_CHARS
    max_rows: int = MAX_ROWS
    calling_code: str = ""
    stops: frozenset[str] = frozenset()


@dataclass(slots=True)
class ColumnReport:
    """Counts. `unusable` values are not of their kind, the first at the rows `unusable_rows`; `common` stand in too
    many rows and `weak` are too short or plain words: neither is a finding alone.
    """

    name: str
    kind: str
    values: int = 0
    distinct: int = 0
    unusable: int = 0
    unusable_rows: list[int] = field(default_factory=list)
    alone: int = 0
    common: int = 0
    weak: int = 0


@dataclass(slots=True)
class Report:
    rows: int = 0
    bytes: int = 0
    columns: list[ColumnReport] = field(default_factory=list)
    together: dict[str, int] = field(default_factory=dict)


class _Column:
    """What is collected of one column."""

    def __init__(self, plan: ColumnPlan, tagger: Tagger) -> None:
        self.plan = plan
        self.report = ColumnReport(plan.name, plan.kind.value)
        self._tagger = tagger
        self._parts: list[tuple[Numbers, Numbers]] = []
        self._weak: list[Numbers] = []
        self._repeated: list[Numbers] = []
        self._words: Counter[int] = Counter()
        self._digital = True
        self.shortest = 1 << 30

    def add(self, values: Hashed, told: Sequence[str], sources: Sequence[int], start_row: int) -> Numbers:
        """Takes a batch in; the tags of all its values. The last are rows of `sources`, written in another way."""
        counted = len(told) - len(sources)
        repeats = np.zeros(len(told), np.bool_)
        repeats[counted:] = [told[counted + at] == told[source] for at, source in enumerate(sources)]
        tags = self._tagger.tags(values.first, values.second)
        used = tags[values.valid]
        self._parts.append((used, values.first[values.valid]))
        own = np.flatnonzero(values.valid) < counted
        self._repeated.append(used[repeats[values.valid]])
        self._weak.append(tags[values.valid & values.weak])
        self._words.update(np.unique(values.words[values.valid]).tolist())
        self._digital &= bool(values.digital[values.valid].all())
        if len(used):
            self.shortest = min(self.shortest, int(values.chars[values.valid].min()))
        report = self.report
        filled = np.array([bool(value.strip()) for value in told[:counted]], np.bool_)
        unusable = np.flatnonzero(~values.valid[:counted] & filled)
        report.values += int(own.sum())
        report.unusable += len(unusable)
        report.unusable_rows += [start_row + int(at) for at in unusable[: max(0, 3 - len(report.unusable_rows))]]
        return tags

    def settled(self, max_rows: int, together: bool) -> tuple[bytes, bytes]:
        """The filter, and the tags of what is a finding alone."""
        tags = np.concatenate([part[0] for part in self._parts] or [NO_NUMBERS])
        hashes = np.concatenate([part[1] for part in self._parts] or [NO_NUMBERS])
        distinct, places, counts = np.unique(tags, return_index=True, return_counts=True)
        repeated, extra = np.unique(np.concatenate([*self._repeated, NO_NUMBERS]), return_counts=True)
        counts[np.searchsorted(distinct, repeated)] -= extra
        self.report.distinct = len(distinct)
        alone = np.zeros(len(distinct), np.bool_)
        if self.plan.alone:
            weak = np.isin(distinct, np.concatenate([*self._weak, NO_NUMBERS]))
            common = ~weak & (counts > max_rows)
            alone = ~weak & ~common
            self.report.alone, self.report.common, self.report.weak = (int(x.sum()) for x in (alone, common, weak))
        looked_for = places if together else places[alone]
        return Bloom.of(np.sort(hashes[looked_for])).to_bytes(), distinct[alone].astype("<u8").tobytes()

    def shapes(self, calling_code: str) -> list[Shape]:
        """What to look at in texts."""
        kind, words = self.plan.kind, sorted(self._words)
        most = max(words, default=0)
        if kind.is_date or kind is ValueKind.EMAIL:
            return [(kind.looks, "")]
        if kind is ValueKind.PHONE:
            return [("phone", calling_code)]
        if kind is ValueKind.NUMBER:
            return [("digits", str(count)) for count in range(1, MAX_DIGIT_WORDS + 1)]
        if kind is ValueKind.NAME:
            return [("named", str(count)) for count in words]
        if kind is ValueKind.ID:  # with and without what separates its parts
            name = "coded" if self._digital else "joined"
            return [(name, str(count)) for count in range(1, min(most + 1, MAX_WORDS) + 1)]
        return [("coded" if self._digital else "joined", str(count)) for count in words]


class Builder:
    """Takes rows in batches, then writes the index. Memory: the batch, and 24 bytes a value."""

    def __init__(self, plan: Plan, secret: Secret) -> None:
        self._plan = plan
        self._secret = secret
        self._batcher = Batcher(Reader(secret), plan.stops, plan.calling_code)
        index = plan.naming.id
        self._columns = [_Column(column, Tagger(secret.tagging(index, column.name))) for column in plan.columns]
        self._taggers = [Tagger(secret.tagging(index, rows_part(names))) for names in plan.together]
        self._rows: list[list[Numbers]] = [[] for _ in plan.together]
        self._count = 0

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Takes in rows of the plan's columns, in its order."""
        sources, otherwise = self._written_otherwise(rows)
        every = [*rows, *otherwise]
        tags: list[Numbers] = []
        valid = []
        for number, column in enumerate(self._columns):
            values = [row[number] for row in every]
            hashed = self._batcher.hashed(values, column.plan.kind)
            tags.append(column.add(hashed, values, sources, self._count + 1))
            valid.append(hashed.valid)
        for group, tagger, parts in zip(self._plan.together, self._taggers, self._rows, strict=True):
            numbers = self._numbers(group)
            whole = np.logical_and.reduce([valid[number] for number in numbers])
            joined = tags[numbers[0]][whole]
            for number in numbers[1:]:
                joined = tagger.tags(joined, tags[number][whole])
            parts.append(joined)
        self._count += len(rows)

    def write(self, path: Path) -> Report:
        """Writes the index. Raises RuleError when it can't be written."""
        plan = self._plan
        grouped = {name for group in plan.together for name in group}
        settled = [column.settled(plan.max_rows, column.plan.name in grouped) for column in self._columns]
        rows = [np.unique(np.concatenate([*parts, NO_NUMBERS])) for parts in self._rows]
        private = {
            "columns": [
                {"name": c.plan.name, "kind": c.plan.kind.looks, "shapes": c.shapes(plan.calling_code)}
                for c in self._columns
            ],
            "together": plan.together,
            "near_chars": plan.near_chars,
            "shortest": self._shortest(),
            "rows": self._count,
        }
        report = Report(self._count, 0, [column.report for column in self._columns])
        report.together = {" + ".join(group): len(tags) for group, tags in zip(plan.together, rows, strict=True)}
        tags = [*(alone for _, alone in settled), *(part.astype("<u8").tobytes() for part in rows)]
        filters = [content for content, _ in settled]
        report.bytes = kept.write(path, self._secret, kept.DICTIONARY, plan.naming, private, filters, tags)
        return report

    def _numbers(self, group: Sequence[str]) -> list[int]:
        names = [column.name for column in self._plan.columns]
        return [names.index(name) for name in group]

    def _shortest(self) -> int:
        alone = [c.shortest for c in self._columns if c.plan.alone]
        together = [sum(self._columns[number].shortest for number in self._numbers(g)) for g in self._plan.together]
        return min([*alone, *together])

    def _written_otherwise(self, rows: Sequence[Sequence[str]]) -> tuple[list[int], list[list[str]]]:
        """Rows with umlauts, and how they are written without: `Mueller`. `Muller` is what folding gives."""
        worded = [n for n, c in enumerate(self._plan.columns) if c.kind in (ValueKind.NAME, ValueKind.TEXT)]
        sources = [
            at
            for at, row in enumerate(rows)
            if any(not row[n].isascii() and not _HAVE_UMLAUTS.isdisjoint(row[n]) for n in worded)
        ]
        return sources, [
            [value.translate(_UMLAUTS) if n in worded else value for n, value in enumerate(rows[at])] for at in sources
        ]


def build(
    plan: Plan,
    batches: Iterable[Sequence[Sequence[str]]],
    secret: Secret,
    path: Path,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Report:
    """Builds and writes a dictionary; `on_rows` hears how many rows each batch had."""
    builder = Builder(plan, secret)
    for batch in batches:
        builder.add(batch)
        on_rows(len(batch))
    return builder.write(path)

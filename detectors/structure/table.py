"""Tables: a row of names, and below it rows of values.

CSV, TSV, semicolons, pipes, Markdown and the boxes that database clients draw; quoted cells, line numbers, diff signs
and indentation in front. A row of names is one of which the lexicon knows enough that it speaks of persons.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detectors.context import word_expressions
from detectors.label import Labelled
from detectors.structure.lexicon import Lexicon
from detectors.structure.literal import is_literal

FORM = "table"

MAX_HEADER_CHARS = 8000
MAX_ROW_CHARS = 64_000
MAX_COLUMNS = 400
MAX_CELL_CHARS = 300
"""Longer cells are texts, and found like any other text."""

_LEAD = re.compile(
    r"(?:[ \t]{0,16}[0-9]{1,6}(?:\u2192|[:|\t](?!\d)))?[ \t]{0,40}[-+>](?![-+])[ \t]{0,4}"
    r"|(?:[ \t]{0,16}[0-9]{1,6}(?:\u2192|:[ \t]|\t))?[ \t]{0,40}(?:\#[ ])?"
)
_RULER = re.compile(r"[-+=|:\s\u2500-\u257f]{3,}")
_NAME_CELL = re.compile(r"(?!(?:\S+ ){4})[^\W\d][\w .#/()'?&-]{0,40}")
_CODE_LINE = re.compile(
    r"[={}<>]|;\s*$|\w\(|^\s*(?:def|return|import|from|select|print|if|for|while|with|class|and|or)\b", re.IGNORECASE
)
_QUOTED_CELL = re.compile(r'[ ]{0,4}"((?:[^"]|"")*+)"[ ]{0,4}')
_BAR = "\u2502"


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the cells of one row stand, and where the next row begins."""

    cells: Sequence[tuple[int, int]]
    following: int


class TableReader:
    """Reads tables whose first row names columns. `entries` are the names that rules know, `columns` more of them that
    count in tables alone.
    """

    def __init__(self, entries: frozenset[str], columns: frozenset[str] = frozenset()) -> None:
        self.lexicon = Lexicon(entries, columns)
        self.gates: Sequence[bytes] = (
            _COMMON_HEADER,
            _FOREIGN_HEADER,
            *self.lexicon.gates(),
            *word_expressions(sorted(columns)),
        )

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        """The values of every table whose row of names was hit."""
        done = -1
        for gate, at in hits:
            at = max(0, at - 1)
            if at < done or (gate >= _SPECIAL_GATES and _NAME_END.match(text, at) is None):
                continue
            start, end = _line(text, at)
            done = end
            table = self._header(text, start, end)
            if table is None:
                continue
            delimiter, columns, count, offset = table
            for row in _rows(text, end + 1, delimiter, offset):
                if len(row.cells) != count:
                    break
                done = row.following
                yield from self._labelled(text, row, columns)

    def _labelled(self, text: str, row: _Row, columns: dict[int, str]) -> Iterator[Labelled]:
        for index, entry in columns.items():
            start, end = row.cells[index]
            if end - start <= MAX_CELL_CHARS and is_literal(text[start:end]):
                for spelling in self.lexicon.spellings(entry):
                    yield Labelled(start, end, spelling, FORM)

    def _header(self, text: str, start: int, end: int) -> tuple[str, dict[int, str], int, str] | None:
        """(delimiter, known columns, number of columns, what stands before each row) of a line of names."""
        if end - start > MAX_HEADER_CHARS:
            return None
        lead = _LEAD.match(text, start, end)
        first = lead.end() if lead is not None else start
        line = text[first:end]
        delimiter = max("\t|;," + _BAR, key=line.count)
        count = line.count(delimiter)
        if not count or count > MAX_COLUMNS or _CODE_LINE.search(line):
            return None
        row = _row(text, first, end, delimiter)
        names = [text[low:high].strip(" \"'`*_") for low, high in row.cells]
        if len(names) < 2 or sum(_NAME_CELL.fullmatch(name) is not None for name in names) * 5 < len(names) * 4:
            return None
        columns = {index: self.lexicon.in_record(entry) for index, entry in self.lexicon.columns(names).items()}
        return (delimiter, columns, len(row.cells), text[start:first]) if columns else None


_SPECIAL_GATES = 2
_FOREIGN_HEADER = rb"(?:[\r\n,;\t][\"']?|\|[ ]?)\?{2,24}(?:[ _]\?{2,24}){0,3}[\"']?(?:[,;\t\r\n]|[ ]{0,20}\|)"
"""A cell of words in another script, with no blank before it: prose puts one behind a comma."""
_COMMON_HEADER = (
    rb"(?:\A|\n)[ \t+>|]{0,6}[\"'*]{0,2}(?i:(?:[a-z]{0,12}_?id|no|nr|#)[\"']?[,;|\t][\"']?)?"
    rb"(?i:name|vorname|email|phone|nombre|nom)[\"'*]{0,2}[ ]{0,40}[,;|\t]"
)


_NAME_END = re.compile(
    r"(?:[ _-]?(?:(?i:no|nr|num|number|text|txt|value|val)\.?|[0-9]{1,2}))?\#?[\"'`*)]{0,3}[ ]{0,40}"
    r"(?:[,;|\t\u2502]|[ \t|\u2502]{0,40}(?:\r?\n|$))"
)
"""What follows a name that fills a cell, or ends one."""


def _line(text: str, at: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, end if end >= 0 else len(text)


def _rows(text: str, at: int, delimiter: str, lead: str) -> Iterator[_Row]:
    """The rows from `at` on; rulers between them are skipped, an empty line ends the table."""
    while at < len(text):
        end = text.find("\n", at, at + MAX_ROW_CHARS)
        end = end if end >= 0 else len(text)
        if end - at >= MAX_ROW_CHARS:
            return
        match = _LEAD.match(text, at, end) if lead else None
        first = match.end() if match is not None else at
        if _RULER.fullmatch(text, first, end):
            at = end + 1
            continue
        if not text[first:end].strip():
            return
        row = _row(text, first, end, delimiter)
        yield row
        at = row.following


def _row(text: str, start: int, end: int, delimiter: str) -> _Row:
    """One row's cells, trimmed. `end` is the end of its first line; a quoted cell may go on over several."""
    if '"' in text[start:end] and delimiter not in "|" + _BAR:
        return _quoted_row(text, start, delimiter)
    stop = end - 1 if text[end - 1 : end] == "\r" else end
    cells: list[tuple[int, int]] = []
    at = start
    for part in text[start:stop].split(delimiter):
        cells.append(_stripped(text, at, at + len(part)))
        at += len(part) + 1
    if delimiter in "|" + _BAR:
        if cells and cells[0][0] == cells[0][1]:
            cells = cells[1:]
        if len(cells) > 1 and cells[-1][0] == cells[-1][1]:
            cells = cells[:-1]
    return _Row(cells, end + 1)


def _quoted_row(text: str, at: int, delimiter: str) -> _Row:
    """A row by RFC 4180: quoted cells may hold delimiters, line ends, and quotes that are doubled."""
    cells: list[tuple[int, int]] = []
    limit = min(len(text), at + MAX_ROW_CHARS)
    while True:
        quoted = _QUOTED_CELL.match(text, at, limit)
        if quoted is not None and text[quoted.end() : quoted.end() + 1] in (delimiter, "\n", "\r", ""):
            cells.append(_stripped(text, *quoted.span(1)))
            at = quoted.end()
        else:
            ends = (place for place in (text.find(delimiter, at, limit), text.find("\n", at, limit)) if place >= 0)
            end = min(ends, default=limit)
            cells.append(_stripped(text, at, end))
            at = end
        if text[at : at + 1] != delimiter or len(cells) > MAX_COLUMNS:
            break
        at += 1
    end = text.find("\n", at)
    return _Row(cells, end + 1 if end >= 0 else len(text))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blanks, and without single quotes or Markdown's marks around it."""
    value = text[start:end]
    left = len(value) - len(value.lstrip(" \t\r'`*"))
    right = len(value.rstrip(" \t\r'`*"))
    return (start + left, start + right) if left < right else (start, start)

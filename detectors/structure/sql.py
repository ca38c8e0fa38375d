"""Rows in SQL: INSERT with its list of columns, and the data of COPY.

Dumps that leave the list out take it from the CREATE TABLE before. `SET a = '...'` and `WHERE a = '...'` are pairs, and
result tables are tables: other readers' work.
"""

import re
from collections.abc import Iterator, Sequence

from detectors.label import Labelled
from detectors.structure.lexicon import Lexicon
from detectors.structure.literal import is_literal

FORM = "sql"

MAX_COLUMNS = 400
MAX_VALUE_CHARS = 300

_QUOTED_NAME = r"""[`"\[][^`"\]\r\n]{1,64}[`"\]]"""
_NAME = rf"""(?:(?:{_QUOTED_NAME}|[\w$]{{1,128}})(?:\.(?:{_QUOTED_NAME}|[\w$]{{1,128}})){{0,2}})"""
_COLUMNS = r"\(\s{0,20}(?P<columns>[^()]{1,8000})\)"
_INSERT = re.compile(
    rf"(?i)(?:into|replace)\s{{1,20}}(?P<table>{_NAME})\s{{0,20}}(?:{_COLUMNS}\s{{0,20}})?(?:overriding\s\w{{1,8}}\svalue\s{{0,8}})?values?\s{{0,20}}(?=\()"
)
_COPY = re.compile(rf"(?i)copy\s{{1,20}}{_NAME}\s{{0,20}}{_COLUMNS}\s{{0,20}}from\s{{1,20}}stdin[^\n]{{0,80}}\n")
_CREATE = re.compile(rf"(?i)table\s{{1,20}}(?:if\s{{1,8}}not\s{{1,8}}exists\s{{1,8}})?(?P<table>{_NAME})\s{{0,20}}\(")
_COLUMN_LINE = re.compile(
    r"""[\s,]{0,80}(?!(?i:primary|unique|key|constraint|foreign|index|check|fulltext)\b)"""
    r"""[`"\[]?([A-Za-z_][\w ]{0,60}?)[`"\]]?\s{1,40}[A-Za-z]"""
)
_VALUE = re.compile(
    r"""\s{0,40}(?:\w{1,40}\([^()]{0,400}\)|(?:[nNeE]|_\w{2,8}\s?)?'((?:[^'\\]|''|\\.)*+)'|"((?:[^"\\]|""|\\.)*+)\""""
    r"""|([^\s,()'":]{1,200}))(?:::[\w \[\]]{1,30})?\s{0,40}"""
)


class SqlReader:
    """Reads rows of SQL. `entries` are the names that rules know, `columns` more of them that count in rows alone."""

    gates: Sequence[bytes] = (
        rb"(?i:(?:insert|replace)[ \t\r\n]{1,8}(?:ignore[ ]|or[ ][a-z]{1,8}[ ])?into[ \t\r\n])",
        rb"(?i:copy[ ][a-z0-9_.\"]{1,80}[ ]?\([^()]{1,400}\)[ ]from[ ]stdin)",
        rb"(?i:create[ ](?:temp(?:orary)?[ ])?table[ ])",
    )

    def __init__(self, entries: frozenset[str], columns: frozenset[str] = frozenset()) -> None:
        self.lexicon = Lexicon(entries, columns)

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        """The values of every row whose columns speak of persons."""
        tables: dict[str, list[str]] = {}
        done = -1
        for gate, at in hits:
            if at < done:
                continue
            if gate == 2 and (match := _CREATE.search(text, max(0, at - 8), at + 300)):
                tables[_bare(match["table"])] = _created(text, match.end())
            elif gate == 1 and (match := _COPY.search(text, max(0, text.rfind("\n", 0, at)), at + 200)):
                done = match.end()
                for one in self._copied(text, match.end(), _names(match["columns"])):
                    done = max(done, one.end)
                    yield one
            elif gate == 0 and (match := _INSERT.match(text, at - 5, at + 9000)):
                names = _names(match["columns"]) if match["columns"] else tables.get(_bare(match["table"]), [])
                done = match.end()
                for one in self._inserted(text, match.end(), names):
                    done = max(done, one.end)
                    yield one

    def _columns(self, names: Sequence[str]) -> dict[int, str]:
        found = self.lexicon.columns(names[:MAX_COLUMNS])
        return {index: self.lexicon.in_record(entry) for index, entry in found.items()}

    def _inserted(self, text: str, at: int, names: Sequence[str]) -> Iterator[Labelled]:
        columns = self._columns(names)
        while columns and text[at : at + 1] == "(":
            row, at = _tuple(text, at + 1)
            if len(row) == len(names):
                yield from self._labelled(text, row, columns)
            match = _BETWEEN.match(text, at)
            if match is None:
                return
            at = match.end()

    def _copied(self, text: str, at: int, names: Sequence[str]) -> Iterator[Labelled]:
        columns = self._columns(names)
        while columns and at < len(text):
            end = text.find("\n", at)
            end = end if end >= 0 else len(text)
            if text.startswith("\\.", at):
                return
            cells, start = [], at
            for part in text[at:end].split("\t"):
                cells.append((start, start + len(part.rstrip("\r"))))
                start += len(part) + 1
            if len(cells) != len(names):
                return
            yield from self._labelled(text, cells, columns)
            at = end + 1

    def _labelled(self, text: str, row: Sequence[tuple[int, int]], columns: dict[int, str]) -> Iterator[Labelled]:
        for index, entry in columns.items():
            start, end = row[index]
            value = text[start:end]
            if start < end and end - start <= MAX_VALUE_CHARS and value != "\\N" and is_literal(value):
                for spelling in self.lexicon.spellings(entry):
                    yield Labelled(start, end, spelling, FORM)


_BETWEEN = re.compile(r"\s{0,40},\s{0,400}(?=\()")


def _tuple(text: str, at: int) -> tuple[list[tuple[int, int]], int]:
    """The values of one row from behind its parenthesis, and where the row ends."""
    row: list[tuple[int, int]] = []
    while len(row) <= MAX_COLUMNS:
        match = _VALUE.match(text, at)
        if match is None or match.end() == at:
            return [], len(text)
        row.append(match.span(match.lastindex) if match.lastindex else (at, at))
        at = match.end()
        if text[at : at + 1] == ")":
            return row, at + 1
        if text[at : at + 1] != ",":
            return [], len(text)
        at += 1
    return [], len(text)


def _names(columns: str) -> list[str]:
    return [name.strip(' \t\r\n`"[]') for name in columns.split(",")]


def _bare(table: str) -> str:
    return table.rpartition(".")[2].strip('`"[]').lower()


def _created(text: str, at: int) -> list[str]:
    """The columns that a CREATE TABLE defines, in order."""
    names: list[str] = []
    while len(names) < MAX_COLUMNS and (match := _COLUMN_LINE.match(text, at)):
        names.append(match[1])
        at = _definition_end(text, match.end())
        if text[at : at + 1] != ",":
            break
        at += 1
    return names


def _definition_end(text: str, at: int) -> int:
    """Where one column's definition ends: at a comma or parenthesis of the list itself."""
    depth = 0
    for match in _DELIMITER.finditer(text, at, at + 2000):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")" and depth:
            depth -= 1
        elif depth == 0 and match[0] in ",)":
            return match.start()
    return len(text)


_DELIMITER = re.compile(r"[(),]|'(?:[^'\\]|''|\\.)*+'")

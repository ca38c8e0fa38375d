"""SQLite files: every table's rows with their columns' names, and what shows in the pages themselves.

Opened from memory, read-only in effect, with the schema distrusted: a file may hold triggers, views and virtual tables.
"""

import sqlite3
import struct

from proxy.attachments.opening import Opening, join
from proxy.attachments.text import strings
from proxy.reason import Reason

MAX_TABLES = 1000
MAX_ROWS = 100_000
MOST_PAGE_BYTES = 65_536
_STEPS = 100_000
_ROUNDS = 500
"""Virtual machine steps between two looks at the budget, and how many looks: some seconds of a hostile query."""


def read_database(content: bytes, opening: Opening, within: str) -> None:
    """Reads a database. Deleted rows and what no table reaches show in the strings of its pages."""
    opening.text(within, "strings", strings(content))
    page_bytes, pages = struct.unpack_from(">H10xI", content, 16)
    if (page_bytes if page_bytes > 1 else MOST_PAGE_BYTES) * pages > len(content):
        opening.fail()
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(content)
        base.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        base.setconfig(sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA, False)
        base.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        base.text_factory = lambda raw: raw.decode("utf-8", "replace")
        left = [_ROUNDS]
        base.set_progress_handler(lambda: _spent(left), _STEPS)
        _read_tables(base, opening, within)
    finally:
        base.close()


def _spent(left: list[int]) -> int:
    left[0] -= 1
    return left[0] < 0


def _read_tables(base: sqlite3.Connection, opening: Opening, within: str) -> None:
    tables = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(MAX_TABLES + 1)
    for number, (name, sql) in enumerate(tables[:MAX_TABLES], 1):
        if sql and "virtual" in sql[:40].lower():
            opening.fail()
            continue
        quoted = name.replace('"', '""')
        rows = base.execute(f'SELECT * FROM "{quoted}"')
        lines = ["\t".join(column[0] for column in rows.description)]
        while len(lines) <= MAX_ROWS and (row := rows.fetchone()) is not None:
            opening.spend(sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row))
            lines.append("\t".join(map(_cell, row)))
        if len(lines) > MAX_ROWS:
            opening.fail(Reason.TOO_LARGE)
        opening.text(join(within, f"table:{number}"), "", "\n".join(lines))
    if len(tables) > MAX_TABLES:
        opening.fail(Reason.TOO_LARGE)


def _cell(value: object) -> str:
    if isinstance(value, bytes):
        return strings(value)
    return "" if value is None else str(value)

"""Which stand-in stands for which value, for each user and vendor: encrypted on disk, bounded, forgotten when unused.

One SQLite file. A row's names are keyed hashes and its content is AES-256-GCM under a key that is not in it, bound to
its row, so that a copy of the file tells nothing and rows can't be exchanged. Reads are from memory once a user's rows
have been loaded; a thread writes. Losing the file costs little: a value gets the same stand-in again.
"""

import contextlib
import hashlib
import json
import queue
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proxy.pseudonym.pseudonymiser import Known, Pseudonym
from proxy.restore import Lexicon, Pair

DAY_SECONDS: Final = 86_400
MAX_SCOPES: Final = 1024
"""Users and vendors held in memory at a time; the rest are read again when they come back."""

_NONCE_BYTES: Final = 12
_NAME_BYTES: Final = 16
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS pseudonym (
        scope BLOB NOT NULL, name BLOB NOT NULL, box BLOB NOT NULL, used INTEGER NOT NULL,
        PRIMARY KEY (scope, name)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS pseudonym_used ON pseudonym (used);
"""

_log = structlog.get_logger()

Scope = tuple[str, str]
"""A user (name or address) and a vendor's id."""

_Row = tuple[bytes, bytes, bytes, int]


@dataclass(frozen=True, slots=True)
class VaultLimits:
    """Entries are forgotten `days` after their last use, the longest unused first when a user has more than
    `entries` with one vendor, or all together more than `total`."""

    days: int = 30
    entries: int = 4096
    total: int = 200_000


@dataclass(slots=True)
class _Entry:
    pseudonym: Pseudonym
    day: int


@dataclass(slots=True)
class _Shelf:
    """One scope's entries, the longest unused first, and what was last made of them."""

    entries: OrderedDict[str, _Entry]
    known: Known | None = None
    lexicon: Lexicon | None = None

    def put(self, pseudonym: Pseudonym, day: int) -> bool:
        """Whether this is to be written: it is new, or was not used today."""
        before = self.entries.get(pseudonym.surrogate)
        if before is None or before.pseudonym != pseudonym:
            self.known = self.lexicon = None
        self.entries[pseudonym.surrogate] = _Entry(pseudonym, day)
        self.entries.move_to_end(pseudonym.surrogate)
        return before is None or before.day != day or before.pseudonym != pseudonym

    def shrink(self, limit: int) -> None:
        while len(self.entries) > limit:
            self.entries.popitem(last=False)
            self.known = self.lexicon = None

    def pairs(self) -> list[Pair]:
        entries = self.entries.values()
        return [Pair(each.pseudonym.surrogate, each.pseudonym.value) for each in entries if each.pseudonym.restored]


class Vault:
    """`file` None keeps everything in memory alone. Methods are for one thread; writing has its own."""

    def __init__(
        self,
        file: Path | None,
        key: bytes,
        limits: VaultLimits = VaultLimits(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hash_key = hashlib.blake2b(b"names", key=key, digest_size=32).digest()
        self._box = AESGCM(hashlib.blake2b(b"values", key=key, digest_size=32).digest())
        self._limits = limits
        self._clock = clock
        self._shelves: OrderedDict[Scope, _Shelf] = OrderedDict()
        self._file = _opened(file) if file else None
        self._rows: queue.SimpleQueue[_Row | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        if self._file is not None:
            self._writer = threading.Thread(target=self._write, name="vault", daemon=True)
            self._writer.start()

    def known(self, user: str, vendor: str) -> Known:
        """What a user has been given for a vendor: for the scan of the next request."""
        shelf = self._shelf((user, vendor))
        if shelf.known is None:
            values = {surrogate: entry.pseudonym.value for surrogate, entry in shelf.entries.items()}
            shelf.known = Known(f"{user}\0{vendor}", values)
        return shelf.known

    def lexicon(self, user: str, vendor: str) -> Lexicon | None:
        """What becomes its value again in replies of that vendor to that user, and to nobody else; None for nothing."""
        shelf = self._shelf((user, vendor))
        if shelf.lexicon is None:
            pairs = shelf.pairs()
            shelf.lexicon = Lexicon(pairs) if pairs else None
        return shelf.lexicon

    def pairs(self, user: str, vendor: str) -> list[Pair]:
        """The same, as pairs."""
        return self._shelf((user, vendor)).pairs()

    def remember(self, user: str, vendor: str, given: Iterable[Pseudonym]) -> bool:
        """Keeps what a request was given, before the request leaves.

        False, and nothing is kept, when one of them stands for another value since: the request must be judged again.
        """
        given, today = list(given), int(self._clock()) // DAY_SECONDS
        scope = (user, vendor)
        shelf = self._shelf(scope)
        if any(_differs(shelf.entries.get(one.surrogate), one) for one in given):
            return False
        for one in given:
            if shelf.put(one, today) and self._file is not None:
                self._rows.put(self._row(scope, one, today))
        shelf.shrink(self._limits.entries)
        return True

    def close(self) -> None:
        """Returns once everything is written."""
        if self._writer is not None:
            self._rows.put(None)
            self._writer.join()
            self._writer = None

    def _shelf(self, scope: Scope) -> _Shelf:
        shelf = self._shelves.get(scope)
        if shelf is None:
            shelf = self._shelves[scope] = _Shelf(self._loaded(scope))
            while len(self._shelves) > MAX_SCOPES:
                self._shelves.popitem(last=False)
        self._shelves.move_to_end(scope)
        return shelf

    def _loaded(self, scope: Scope) -> OrderedDict[str, _Entry]:
        entries: OrderedDict[str, _Entry] = OrderedDict()
        if self._file is None:
            return entries
        oldest = int(self._clock()) // DAY_SECONDS - self._limits.days
        asked = (self._scope_name(scope), oldest, self._limits.entries)
        wanted = "SELECT scope, name, box, used FROM pseudonym WHERE scope = ? AND used >= ? ORDER BY used DESC LIMIT ?"
        try:
            with _connected(self._file) as connection:
                rows = connection.execute(wanted, asked).fetchall()
        except sqlite3.Error as err:
            _log.warning("pseudonyms could not be read and are made anew", exception=type(err).__name__)
            return entries
        for row in reversed(rows):
            pseudonym = self._unboxed(row)
            if pseudonym is not None:
                entries[pseudonym.surrogate] = _Entry(pseudonym, row[3])
        return entries

    def _row(self, scope: Scope, one: Pseudonym, day: int) -> _Row:
        scope_name = self._scope_name(scope)
        name = self._name(scope_name, one.surrogate.encode("utf-8", "surrogatepass"))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        content = json.dumps([one.surrogate, one.value, one.restored]).encode()
        return scope_name, name, nonce + self._box.encrypt(nonce, content, scope_name + name), day

    def _unboxed(self, row: _Row) -> Pseudonym | None:
        """What a row holds; None when it was written under another key or has been tampered with."""
        scope_name, name, box, _ = row
        try:
            content = self._box.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], scope_name + name)
        except (InvalidTag, ValueError):
            return None
        return Pseudonym(*json.loads(content))

    def _scope_name(self, scope: Scope) -> bytes:
        return self._name(*(part.encode("utf-8", "surrogatepass") for part in scope))

    def _name(self, first: bytes, second: bytes) -> bytes:
        content = len(first).to_bytes(8, "big") + first + second
        return hashlib.blake2b(content, key=self._hash_key, digest_size=_NAME_BYTES).digest()

    def _write(self) -> None:
        """Writes what waits, together, until a None has come."""
        ended = False
        while not ended:
            waiting = [self._rows.get()]
            while not self._rows.empty():
                waiting.append(self._rows.get())
            ended = None in waiting
            self._store([row for row in waiting if row is not None])

    def _store(self, rows: list[_Row]) -> None:
        """What can't be written is lost at a restart, and nothing else."""
        assert self._file is not None
        try:
            with _connected(self._file) as connection:
                connection.executemany("INSERT OR REPLACE INTO pseudonym VALUES (?, ?, ?, ?)", rows)
                self._forget(connection)
        except sqlite3.Error as err:
            _log.warning("pseudonyms were not stored and last until the next restart", exception=type(err).__name__)

    def _forget(self, connection: sqlite3.Connection) -> None:
        oldest = int(self._clock()) // DAY_SECONDS - self._limits.days
        connection.execute("DELETE FROM pseudonym WHERE used < ?", (oldest,))
        (count,) = connection.execute("SELECT COUNT(*) FROM pseudonym").fetchone()
        if count > self._limits.total:
            oldest_first = "SELECT scope, name FROM pseudonym ORDER BY used LIMIT ?"
            connection.execute(
                f"DELETE FROM pseudonym WHERE (scope, name) IN ({oldest_first})", (count - self._limits.total,)
            )


def _differs(entry: _Entry | None, one: Pseudonym) -> bool:
    return entry is not None and entry.pseudonym.value != one.value


def _opened(file: Path) -> Path:
    """The file with its table. One that is damaged is put aside: it holds nothing that can't be made again."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    try:
        with _connected(file) as connection:
            connection.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        file.replace(file.with_suffix(".damaged"))
        _log.warning("the vault of pseudonyms was damaged and begins anew", file=file.name)
        file.touch(mode=0o600)
        with _connected(file) as connection:
            connection.executescript(_SCHEMA)
    return file


@contextlib.contextmanager
def _connected(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")
        with connection:
            yield connection
    finally:
        connection.close()

"""Files that are followed: have some of them other content than when they were last looked at? Reads, changes nothing.

What stands in a file decides, not its date. A file counts once it has been the same for two looks, so that one which is
still being written is left alone.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FILES: Final = 20_000
"""A folder with more is no folder of rules; the rest of it is not followed."""

_Stamp = tuple[int, int, int, int]
_GONE: Final = b""
_UNREADABLE: Final = b"?"


@dataclass(slots=True)
class Watch:
    """Follows files, and all files in folders, whether they exist yet or not."""

    paths: tuple[Path, ...] = ()
    _seen: dict[Path, _Stamp] = field(default_factory=dict)
    _told: dict[Path, _Stamp] = field(default_factory=dict)
    _digests: dict[Path, bytes] = field(default_factory=dict)

    def follow(self, paths: Sequence[Path]) -> None:
        """Follows these as well, from what they are now."""
        self.paths = tuple(dict.fromkeys((*self.paths, *(path.absolute() for path in paths))))
        self._seen = _stamps(self.paths)
        for path, stamp in self._seen.items():
            if path not in self._told:
                self._told[path] = stamp
                self._digests[path] = _digest(path)

    def join(self, other: "Watch") -> None:
        """Follows what `other` does as well, from what that has seen of it."""
        self.paths = tuple(dict.fromkeys((*self.paths, *other.paths)))
        self._digests = {**other._digests, **self._digests}
        self._told = {**other._told, **self._told}
        self._seen = {**other._seen, **self._seen}

    def digest(self, paths: Sequence[Path]) -> str:
        """SHA-256 of the files in these, which are followed: their names and what they held when looked at."""
        whole = hashlib.sha256()
        for root in (path.absolute() for path in paths):
            for file in sorted(file for file in self._digests if file.is_relative_to(root)):
                whole.update(f"{file.relative_to(root)}\n{self._digests[file].hex()}\n".encode(errors="surrogatepass"))
        return whole.hexdigest()

    def doubt(self) -> None:
        """Takes whatever is touched from now on for changed: what was read last is not what is in force.

        A file that was away only while it was read comes back as it was when it was last looked at.
        """
        self._digests = {}

    def changed(self) -> tuple[Path, ...]:
        """The files whose content has changed, come or gone since it was last told, once they have come to rest."""
        stamps = _stamps(self.paths)
        seen, self._seen = self._seen, stamps
        if stamps != seen or stamps == self._told:
            return ()
        suspects = [path for path in {*stamps, *self._told} if stamps.get(path) != self._told.get(path)]
        self._told = stamps
        return tuple(sorted(path for path in suspects if self._is_other(path)))

    def _is_other(self, path: Path) -> bool:
        before, now = self._digests.get(path, _GONE), _digest(path)
        self._digests[path] = now
        return before != now


def _stamps(paths: Sequence[Path]) -> dict[Path, _Stamp]:
    stamps: dict[Path, _Stamp] = {}
    for path in paths:
        for file in _files(path):
            if len(stamps) >= FILES:
                break
            try:
                status = file.stat()
            except OSError:
                continue
            stamps[file] = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
    return stamps


def _files(path: Path) -> Iterator[Path]:
    """The path itself, if it is no folder, or the files below it; editors' and systems' own are left out."""
    if not path.is_dir():
        yield path
        return
    for folder, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith(".") and name[-1] != "~")


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except FileNotFoundError:
        return _GONE
    except OSError:  # unreadable, or a folder: no file that says anything
        return _UNREADABLE

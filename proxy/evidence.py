"""Which code a request is about, as far as its client shows it: repositories, working folders, paths. Plain values.

Made by `origin.py`, turned into classes by `classification.py`. For matching alone: paths go on no record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from proxy.place import GITHUB, path_of, repository_of

MAX_REPOSITORIES: Final = 32
MAX_FOLDERS: Final = 64
MAX_PATHS: Final = 2_000
"""In one turn of a conversation. A listing of a whole tree has more; then the rest of it is not known."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one part of a request shows. `is_cut` when there was more than is kept."""

    repositories: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.repositories or self.folders or self.paths or self.is_cut)

    @property
    def places(self) -> frozenset[str]:
        """The paths of all files and folders; a folder also with a last `/`, so that `src/**` matches `src` itself."""
        return self.paths | self.folders | {f"{folder}/" for folder in self.folders}


NO_EVIDENCE: Final = Evidence()


@dataclass(slots=True)
class Gathering:
    """Evidence in the making, with bounds. What is no repository or no path is left out."""

    repositories: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    is_cut: bool = False

    def add_repository(self, remote: str, host: str = "") -> None:
        self._put(self.repositories, repository_of(remote, host), MAX_REPOSITORIES)

    def add_own(self, name: str, host: str = "") -> None:
        """A repository by its remote, or as the host's own clients write it: `owner/name`."""
        self.add_repository(name, host or GITHUB)

    def add_folder(self, folder: str) -> None:
        self._put(self.folders, path_of(folder), MAX_FOLDERS)

    def add_path(self, path: str) -> None:
        self._put(self.paths, path_of(path), MAX_PATHS)

    def add_all(self, others: Iterable[Evidence]) -> None:
        for other in others:
            for name in other.repositories:
                self._put(self.repositories, name, MAX_REPOSITORIES)
            for folder in other.folders:
                self._put(self.folders, folder, MAX_FOLDERS)
            for path in other.paths:
                self._put(self.paths, path, MAX_PATHS)
            self.is_cut = self.is_cut or other.is_cut

    def evidence(self) -> Evidence:
        if not (self.repositories or self.folders or self.paths or self.is_cut):
            return NO_EVIDENCE
        return Evidence(frozenset(self.repositories), frozenset(self.folders), frozenset(self.paths), self.is_cut)

    def _put(self, known: set[str], name: str | None, most: int) -> None:
        if name is None or name in known:
            return
        if len(known) < most:
            known.add(name)
        else:
            self.is_cut = True

"""The lock file, read strictly: each package at one version, with the hashes of the files that may be installed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PIN = re.compile(
    r"([a-z0-9]+(?:-[a-z0-9]+)*)(?:\[[a-z0-9,-]+\])?==([0-9A-Za-z.!+]+)((?: --hash=sha256:[0-9a-f]{64})+)"
)


class BadLock(ValueError):
    """A line that pins nothing, or not by hash."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package by its normalised name; `hashes` are SHA-256 in hex."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, as other tools name it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(path: Path) -> tuple[Pin, ...]:
    """All that is pinned, by name. Raises BadLock for anything but pins with hashes, each package once."""
    pins = [_pin(line, path) for line in _lines(path.read_text())]
    names = [pin.name for pin in pins]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadLock(f"{path.name}: expected each package once, found more of {', '.join(sorted(twice))}")
    return tuple(sorted(pins, key=lambda pin: pin.name))


def _lines(text: str) -> Iterator[str]:
    """Continued lines in one, comments left out."""
    for line in re.sub(r" *\\\n *", " ", text).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.rstrip()


def _pin(line: str, path: Path) -> Pin:
    found = _PIN.fullmatch(line)
    if found is None:
        raise BadLock(f"{path.name}: expected NAME==VERSION and its hashes, found {line[:60]!r}")
    return Pin(found[1], found[2], tuple(part.rpartition(":")[2] for part in found[3].split()))

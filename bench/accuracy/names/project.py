"""Names told in source code, where next to none should be: counted per 100 KB."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.accuracy.names.source import Reader
from bench.accuracy.names.span import Span

TOLD: Final = frozenset({"PERSON", "LOCATION"})
"""An author's name in a licence header is PUBLIC_PERSON, and organisations are logged alone."""


@dataclass(slots=True)
class Project:
    """One project's counts: characters and findings, of its tests apart, and findings by rule."""

    name: str
    chars: int = 0
    test_chars: int = 0
    findings: int = 0
    test_findings: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    told: list[tuple[str, int, Span, str]] = field(default_factory=list)
    """File, line, finding and its value."""

    @property
    def per_100_kb(self) -> float:
        return self.findings / max(1, self.chars) * 1e5

    @property
    def per_100_kb_without_tests(self) -> float:
        return (self.findings - self.test_findings) / max(1, self.chars - self.test_chars) * 1e5


def count(folder: Path, read: Reader) -> Project:
    project = Project(folder.name)
    for file in _files(folder):
        place = file.relative_to(folder)
        text = file.read_bytes().decode("utf-8", "replace")
        found = [one for one in read(text) if one.kind in TOLD]
        is_test = any("test" in part for part in place.parts)
        project.chars += len(text)
        project.findings += len(found)
        if is_test:
            project.test_chars += len(text)
            project.test_findings += len(found)
        project.rules.update(one.by for one in found)
        for one in found:
            line = text.count("\n", 0, one.start) + 1
            project.told.append((place.as_posix(), line, one, text[one.start : one.end]))
    return project


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())

"""Names told in source code and in agents' conversations about it, where next to none should be: per 100 KB."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import conversations
from bench.accuracy.names.source import Reader
from bench.accuracy.names.span import Span
from bench.corpus import leaves_of

TOLD: Final = frozenset({"PERSON", "LOCATION"})
"""An author's name in a licence header is PUBLIC_PERSON, and organisations are logged alone."""


@dataclass(slots=True)
class Project:
    """Counts of a project or a conversation: characters and findings, of its tests apart, and findings by rule."""

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


def count(name: str, texts: Iterable[tuple[str, str]], read: Reader) -> Project:
    """`texts` are each file's place and content."""
    project = Project(name)
    for place, text in texts:
        found = [one for one in read(text) if one.kind in TOLD]
        project.chars += len(text)
        project.findings += len(found)
        if any("test" in part for part in place.split("/")):
            project.test_chars += len(text)
            project.test_findings += len(found)
        project.rules.update(one.by for one in found)
        for one in found:
            line = text.count("\n", 0, one.start) + 1
            project.told.append((place, line, one, text[one.start : one.end]))
    return project


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.relative_to(folder).as_posix(), file.read_bytes().decode("utf-8", "replace")


def recorded(name: str) -> Iterator[tuple[str, str]]:
    """The texts of a recorded agent conversation, each once: instructions, tools, files read, what was said."""
    leaves = dict.fromkeys(leaves_of(conversations.load(name).bodies[-1]))
    return ((str(number), text) for number, text in enumerate(leaves))

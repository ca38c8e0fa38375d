"""Values that a document's structure told, looked for literally in its free text: a patient's name in a narrative."""

import re
from collections.abc import Iterator

MAX_VALUES = 400
"""More names than this are a directory, not a patient's record."""

LEAST_CHARS = 3
"""Shorter words stand for too much else."""


class Known:
    """Values with the entry each was told under."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str, entry: str) -> None:
        value = value.strip()
        if len(value) >= LEAST_CHARS and len(value) <= 120 and len(self._values) < MAX_VALUES:
            self._values.setdefault(value, entry)
            self._pattern = None

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """(start, end, entry) of every value that stands in text[start:end] as whole words."""
        if not self._values:
            return
        if self._pattern is None:
            longest = sorted(self._values, key=len, reverse=True)
            self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
        for match in self._pattern.finditer(text, start, end):
            yield match.start(), match.end(), self._values[match.group()]

"""The first pass's expressions come from several owners; this deals its hits out to them.

Owners that ask for the same expression (rules that need the same word, readers that know the same name) share it.
"""

from collections.abc import Sequence

from detectors.prefilter import Hit


class Sections:
    """The expressions of each owner, in its own order. `expressions` are those to look for, each once."""

    def __init__(self, sections: Sequence[Sequence[bytes]]) -> None:
        askers: dict[bytes, list[tuple[int, int]]] = {}
        for section, expressions in enumerate(sections):
            for number, expression in enumerate(expressions):
                askers.setdefault(expression, []).append((section, number))
        self.expressions = list(askers)
        self._askers = list(askers.values())
        self._count = len(sections)

    def askers(self, index: int) -> Sequence[tuple[int, int]]:
        """(section, number in it) of whoever asked for an expression."""
        return self._askers[index] if 0 <= index < len(self._askers) else ()

    def deal(self, hits: list[Hit]) -> list[list[Hit]]:
        """The hits of each section, by its own numbers, in their order."""
        dealt: list[list[Hit]] = [[] for _ in range(self._count)]
        askers = self._askers
        for index, at in hits:
            for section, number in askers[index]:
                dealt[section].append((number, at))
        return dealt

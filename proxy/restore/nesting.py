"""How many string literals enclose a place in the source of a JSON document that comes in pieces.

The strings of a tool's arguments often hold JSON or code with strings of its own. Which quote opens which level shows
in its backslashes, so a stack of open quotes is all there is to keep. A literal inside a string ends with its line at
the latest: in JSON always, in code mostly, and in prose a lone quote is an inch.
"""

import re
from typing import Final

_TOKEN: Final = re.compile(r'(\\++)(?:(")|(n)|(\Z))?|(")|(\n)')


class Nesting:
    """Counts the open quotes of the text fed so far."""

    def __init__(self) -> None:
        self._open: list[int] = []
        self._slashes = ""

    @property
    def depth(self) -> int:
        return self._open[-1] + 1 if self._open else 0

    def feed(self, text: str) -> None:
        if not self._slashes and '"' not in text and "\n" not in text and "\\" not in text:
            return
        text, self._slashes = self._slashes + text, ""
        for token in _TOKEN.finditer(text):
            match token.lastindex:
                case 2:
                    self._quote(_level(len(token[1])))
                case 3:
                    self._end_line(_line_level(len(token[1])))
                case 4:
                    self._slashes = token[1]
                case 5:
                    self._quote(0)
                case 6:
                    self._end_line(0)

    def _quote(self, level: int) -> None:
        """A quote of a level that is open closes it, and all inside of it; another one opens."""
        if level in self._open:
            del self._open[self._open.index(level) :]
        else:
            self._open.append(level)

    def _end_line(self, level: int) -> None:
        while self._open and self._open[-1] >= level:
            self._open.pop()


def _level(slashes: int) -> int:
    """How many literals enclose a quote behind so many backslashes: an even number says nothing of it."""
    level = 0
    while slashes % 2:
        slashes //= 2
        level += 1
    return level


def _line_level(slashes: int) -> int:
    """How many literals enclose the line that ends with so many backslashes and an `n`."""
    level = 1
    while slashes % 2 == 0:
        slashes //= 2
        level += 1
    return level

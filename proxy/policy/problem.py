"""What is wrong with a policy file: where, what was expected, what was found. Quotes the file, never a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from proxy.suggestion import did_you_mean

SHOWN_CHARS: Final = 60
SHOWN_NAMES: Final = 32
SHOWN_BESIDE_HINT: Final = 8


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake; lines and columns count from 1. `excerpt` is the line of the file, "" where there is none."""

    file: str
    line: int
    column: int
    what: str
    excerpt: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"

    def shown(self) -> str:
        """The same with the line of the file below, and a mark under the place."""
        if not self.excerpt.strip():
            return str(self)
        number = f"{self.line:>5} | "
        gap = "".join("\t" if char == "\t" else " " for char in self.excerpt[: self.column - 1])
        return f"{self}\n{number}{self.excerpt}\n{' ' * (len(number) - 2)}| {gap}^"


class PolicyError(Exception):
    """The operator's fault: a policy that can't be used. `file:line: what` for each mistake, all at once."""

    def __init__(self, *problems: Problem | str) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def shown(self) -> str:
        return "\n".join(problem.shown() if isinstance(problem, Problem) else problem for problem in self.problems)


def one_of(known: Iterable[str], found: str) -> str:
    """`expected one of ..., found X`, and which of them may have been meant. A long list is left out."""
    names = sorted(known)
    hint = did_you_mean(found, names)
    if not names:
        return f"expected none, found {quoted(found)}"
    is_short = len(names) <= (SHOWN_NAMES if not hint else SHOWN_BESIDE_HINT)
    listed = f"one of {', '.join(names)}" if is_short else f"one of {len(names)} known ones"
    return f"expected {listed}, found {quoted(found)}{hint}"


def quoted(value: object) -> str:
    """A value of the file as a message shows it: short, on one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = {None: "nothing", True: "true", False: "false"}.get(value) if value is None or value is True else None
    text = "false" if value is False else text or (repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "..."

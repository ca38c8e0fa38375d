"""A YAML file as plain values, each with its place. Knows nothing of what they mean.

Scalars, lists and mappings of names alone; a key that stands twice, a tag and what refers to itself are mistakes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proxy.policy.problem import PolicyError, Problem, quoted

Location = tuple[int | str, ...]
"""The way from the top: names of keys and numbers of items."""

MAX_NODES: Final = 200_000
MAX_BYTES: Final = 8 << 20
_TAGS: Final = "tag:yaml.org,2002:"
_FLOATS: Final = {".inf": "inf", "-.inf": "-inf", "+.inf": "inf", ".nan": "nan"}


@dataclass(frozen=True, slots=True)
class Source:
    """One file: what is in it, and the line and column, from 1, of every key and item."""

    file: str
    content: dict[str, Any]
    marks: Mapping[Location, tuple[int, int]]
    lines: tuple[str, ...] = field(repr=False)
    sha256: str

    def line(self, at: Location) -> int:
        return self._mark(at)[0]

    def problem(self, at: Location, what: str) -> Problem:
        """A mistake at `at`, or at the deepest part of it that is in the file."""
        line, column = self._mark(at)
        return Problem(self.file, line, column, what, self.lines[line - 1] if line <= len(self.lines) else "")

    def _mark(self, at: Location) -> tuple[int, int]:
        return next((self.marks[at[:n]] for n in range(len(at), 0, -1) if at[:n] in self.marks), (1, 1))


def read_source(path: Path) -> Source:
    """The mapping in a YAML file. Raises PolicyError with every mistake in how it is written."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as err:
        reason = getattr(err, "strerror", None) or type(err).__name__
        raise PolicyError(f"{path}:1: expected a readable file, found: {reason}") from err
    return parse_source(str(path), data)


def parse_source(file: str, data: bytes) -> Source:
    """The mapping that `data` holds; `file` is what it is called in messages."""
    if len(data) > MAX_BYTES:
        raise PolicyError(f"{file}:1: expected a file of at most {MAX_BYTES >> 20} MiB, found {len(data)} bytes")
    try:
        text = data.decode()
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        raise PolicyError(f"{file}:{line}: not YAML: {err.problem or err.context}") from err
    except (YAMLError, UnicodeDecodeError, RecursionError, ValueError, TypeError, AttributeError, LookupError) as err:
        raise PolicyError(f"{file}:1: not YAML: expected UTF-8 text, no control characters, little nesting") from err
    reader = _Reader(file, tuple(text.splitlines()))
    if root is None or root.id != "mapping":
        found = "nothing" if root is None else quoted([]) if root.id == "sequence" else "one value"
        raise PolicyError(f"{file}:1: expected a mapping, `key: value` lines; found {found}")
    content = reader.value(root, ())
    if reader.problems:
        raise PolicyError(*sorted(reader.problems))
    return Source(file, content, reader.marks, reader.lines, hashlib.sha256(data).hexdigest())


class _Reader:
    """Turns nodes into values and notes where they stand."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.lines = lines
        self.marks: dict[Location, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._nodes = 0
        self._above: list[int] = []

    def value(self, node: Any, at: Location) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or id(node) in self._above:
            what = "a value that holds itself" if id(node) in self._above else f"more than {MAX_NODES} values"
            raise PolicyError(*self.problems, self._problem(node, f"expected a tree, found {what}"))
        self._above.append(id(node))
        try:
            if node.id == "mapping":
                return self._mapping(node, at)
            if node.id == "sequence":
                return self._sequence(node, at)
            return self._scalar(node)
        finally:
            self._above.pop()

    def _mapping(self, node: Any, at: Location) -> dict[str, Any]:
        self._refuse_tag(node, "map")
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self.problems.append(self._problem(key_node, "expected a name before the colon"))
                continue
            key = str(key_node.value)
            place = (*at, key)
            if key in values:
                first = self.marks[place][0]
                self.problems.append(self._problem(key_node, f"{key}: a duplicate, first found in line {first}"))
                continue
            self.marks[place] = _mark(key_node)
            values[key] = self.value(value_node, place)
        return values

    def _sequence(self, node: Any, at: Location) -> list[Any]:
        self._refuse_tag(node, "seq")
        values = []
        for index, item in enumerate(node.value):
            self.marks[(*at, index)] = _mark(item)
            values.append(self.value(item, (*at, index)))
        return values

    def _scalar(self, node: Any) -> Any:
        kind, text = str(node.tag).removeprefix(_TAGS), str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return _number(kind, text)
        if kind not in ("str", "timestamp"):
            self.problems.append(self._problem(node, f"expected a plain value, found the tag {quoted(str(node.tag))}"))
        return text

    def _refuse_tag(self, node: Any, kind: str) -> None:
        if str(node.tag) != _TAGS + kind:
            self.problems.append(self._problem(node, f"expected no tag, found {quoted(str(node.tag))}"))

    def _problem(self, node: Any, what: str) -> Problem:
        line, column = _mark(node)
        return Problem(self._file, line, column, what, self.lines[line - 1] if line <= len(self.lines) else "")


def _mark(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _number(kind: str, text: str) -> int | float | str:
    """The number, or its text where Python would not read it: whoever wants a number says what is wrong with it."""
    try:
        return int(text) if kind == "int" else float(_FLOATS.get(text.lower(), text))
    except ValueError:
        return text

"""A YAML file as plain values, with the line that each came from. Mistakes are collected, not raised.

Knows nothing of what the keys mean: a pydantic model says that, and its errors are told as `file:line: key: what`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proxy.yamlreader import load

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file whose outermost value is a mapping. `content` holds it as plain dicts and lists, dates as ISO text."""

    file: Path
    content: Mapping[str, Any]
    tree: CommentedMap

    def place(self, location: Location = ()) -> str:
        """`file:line` of the deepest part of `location` that the document knows."""
        return f"{self.file}:{_line(self.tree, location)}"


def read_document(file: Path, problems: list[str]) -> Document | None:
    """The mapping in `file`, or None and what is wrong with it added to `problems`."""
    try:
        return parse_document(file, file.read_bytes(), problems)
    except OSError as err:
        problems.append(f"{file}:1: expected a readable file, found: {err.strerror}")
        return None


def parse_document(file: Path, content: bytes, problems: list[str]) -> Document | None:
    """The mapping in a file of that content; otherwise as `read_document`."""
    try:
        tree = load(content.decode("utf-8"))
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        problems.append(f"{file}:{line}: expected YAML, found {err.problem}")
        return None
    except UnicodeError:
        problems.append(f"{file}:1: expected UTF-8 text, found other bytes")
        return None
    except YAMLError:
        problems.append(f"{file}:1: expected YAML without control characters and with little nesting")
        return None
    if not isinstance(tree, CommentedMap):
        problems.append(f"{file}:1: expected a mapping with the file's keys, found {type(tree).__name__}")
        return None
    return Document(file, _plain(tree), tree)


def validated[M: BaseModel](
    model: type[M], content: Mapping[str, Any], document: Document, problems: list[str], below: Location = ()
) -> M | None:
    """`content`, which stands at `below` in the document, as a `model`; or None, with each mistake in `problems`."""
    try:
        return model.model_validate(content)
    except ValidationError as err:
        errors = err.errors(include_url=False, include_input=False)
        for error in errors:
            location = error["loc"]
            # A list that lost its bad items is then too short: only the items are to blame.
            if not any(other["loc"][: len(location)] == location for other in errors if other is not error):
                what = error["msg"].removeprefix("Value error, ")
                problems.append(f"{document.place((*below, *location))}: {'.'.join(map(str, location))}: {what}")
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _line(tree: CommentedMap, location: Location) -> int:
    node: object = tree
    line = tree.lc.line
    for step in location:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0]
        else:
            break
        node = node[step]
    return int(line) + 1

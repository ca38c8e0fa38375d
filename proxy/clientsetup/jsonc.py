"""Edits of JSON files with comments and trailing commas, as editors keep their settings: only what changes is touched.

Pure. A reader of its own tells where each value stands; the edit is made in the text, and read again to prove that it
says what was meant and nothing else has changed.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

_SPACE: Final = re.compile(r"(?: [\s\ufeff] | //[^\n]* | /\*.*?\*/ )*", re.VERBOSE | re.DOTALL)
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"', re.DOTALL)
_ATOM: Final = re.compile(r"true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MAX_DEPTH: Final = 100

Keys = tuple[str, ...]
MISSING: Final = object()
"""What `get` gives for a key that is not there."""


class JsoncError(ValueError):
    """The text is no JSON with comments, or an edit of it could not be proved."""


@dataclass(slots=True)
class _Node:
    """A value, where it stands, and its members if it is an object. `close` is where the closing brace is."""

    start: int
    end: int
    value: Any
    members: dict[str, "_Member"] = field(default_factory=dict)

    @property
    def close(self) -> int:
        return self.end - 1


@dataclass(slots=True)
class _Member:
    start: int
    node: _Node
    comma: int | None = None
    """Where the comma behind it ends, if there is one."""


def read(text: str) -> Any:
    """The value that a text says; `{}` when there is nothing but space and comments. Raises JsoncError."""
    return _parse(text).value


def get(text: str, keys: Keys) -> Any:
    """The value under a path of keys, or MISSING."""
    value = read(text)
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


def put(text: str, keys: Keys, value: object) -> str:
    """The text with the value under a path of keys, objects made on the way. Raises JsoncError, also when something
    that is no object is in the way.
    """
    expected = _with(read(text), keys, value)
    return _proved(_put(text, keys, value), expected)


def drop(text: str, keys: Keys) -> str:
    """The text without that key, and without the objects above it that are empty then. Raises JsoncError."""
    expected, gone = _without(read(text), keys)
    return _proved(_cut(text, gone), expected) if gone else text


def _proved(text: str, expected: Any) -> str:
    if read(text) != expected:
        raise JsoncError("the edit could not be proved")
    return text


def _with(tree: Any, keys: Keys, value: object) -> Any:
    if not isinstance(tree, dict):
        raise JsoncError("expected an object, found another value in the way")
    below = _with(tree.get(keys[0], {}), keys[1:], value) if keys[1:] else value
    return {**tree, keys[0]: below}


def _without(tree: Any, keys: Keys) -> tuple[Any, Keys]:
    """The tree without that key, and the path of what is to be cut; no path when there is nothing to cut."""
    if not isinstance(tree, dict) or keys[0] not in tree:
        return tree, ()
    gone: Keys = ()
    if keys[1:]:
        below, gone = _without(tree[keys[0]], keys[1:])
        if not gone:
            return tree, ()
        if below:
            return {**tree, keys[0]: below}, (keys[0], *gone)
    return {name: item for name, item in tree.items() if name != keys[0]}, keys[:1]


def _put(text: str, keys: Keys, value: object) -> str:
    node, depth = _parse(text), 0
    while depth < len(keys) and keys[depth] in node.members:
        node, depth = node.members[keys[depth]].node, depth + 1
    if depth == len(keys):
        return text[: node.start] + json.dumps(value, ensure_ascii=False) + text[node.end :]
    for key in reversed(keys[depth + 1 :]):
        value = {key: value}
    return _insert(text, node, keys[depth], value)


def _insert(text: str, node: _Node, key: str, value: object) -> str:
    """Puts a member behind the last of an object, in that object's own layout."""
    if node.end == node.start:  # an empty file
        head = text + ("\n" if text.strip("\ufeff \t\r\n") and not text.endswith("\n") else "")
        return f"{head}{_laid_out({key: value}, '', '  ', _newline(text))}{_newline(text)}"
    newline, indent = _newline(text), _indent(text, node.start)
    last = max(node.members.values(), key=lambda member: member.start, default=None)
    place = _last_content(text, last.comma or last.node.end if last else node.start + 1, node.close)
    if last is not None and "\n" not in text[node.start : node.close]:
        member = f" {json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        tail = text[place:]
    else:
        step = _step(text, indent, last)
        laid_out = _laid_out(value, indent + step, step, newline)
        member = f"{newline}{indent}{step}{json.dumps(key, ensure_ascii=False)}: {laid_out}"
        tail = text[place:] if "\n" in text[place : node.close] else newline + indent + text[node.close :]
    if last is None:
        return text[:place] + member + tail
    if last.comma is not None:  # a comma behind the last is this file's style
        return text[:place] + member + "," + tail
    end = last.node.end
    return text[:end] + "," + text[end:place] + member + tail


def _cut(text: str, keys: Keys) -> str:
    node = _parse(text)
    for key in keys[:-1]:
        node = node.members[key].node
    member = node.members[keys[-1]]
    start, end = member.start, member.comma or member.node.end
    line_start = len(text[:start].rstrip(" \t"))
    if text[:line_start].endswith("\n") and line_start > node.start:
        start = len(text[: line_start - 1].removesuffix("\r"))
    else:
        start = line_start
    before = [other for other in node.members.values() if other.start < member.start]
    if member.comma is None and before:
        last = max(before, key=lambda other: other.start)
        assert last.comma is not None
        return text[: last.node.end] + text[last.comma : start] + text[end:]
    rest = text[end:]
    if len(node.members) == 1 and not text[node.start + 1 : start].strip() and not text[end : node.close].strip():
        return text[: node.start + 1] + text[node.close :]
    return text[:start] + (rest.lstrip(" ") if not before and "\n" not in text[node.start : member.start] else rest)


def _last_content(text: str, start: int, close: int) -> int:
    """Behind the comments that follow `start`, before the space in front of the closing brace."""
    return start + len(text[start:close].rstrip())


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _indent(text: str, place: int) -> str:
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _step(text: str, indent: str, last: _Member | None) -> str:
    if last is not None:
        own = _indent(text, last.start)
        if own.startswith(indent) and len(own) > len(indent):
            return own[len(indent) :]
    return "\t" if indent.startswith("\t") else "  "


def _laid_out(value: object, indent: str, step: str, newline: str) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=step)
    return text.replace("\n", newline + indent)


# reading


def _parse(text: str) -> _Node:
    place = _skip(text, 0)
    if place == len(text):
        return _Node(place, place, {})
    node = _value(text, place, 0)
    if _skip(text, node.end) != len(text):
        raise JsoncError("expected the end of the file")
    return node


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    assert match is not None
    return match.end()


def _value(text: str, place: int, depth: int) -> _Node:
    if depth > _MAX_DEPTH:
        raise JsoncError("nested too deeply")
    match text[place : place + 1]:
        case "{":
            return _object(text, place, depth)
        case "[":
            return _array(text, place, depth)
        case _:
            found = _STRING.match(text, place) or _ATOM.match(text, place)
            if found is None:
                raise JsoncError(f"expected a JSON value in line {text.count('\n', 0, place) + 1}")
            return _Node(place, found.end(), _atom(found[0]))


def _atom(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as err:
        raise JsoncError("expected a JSON string") from err


def _object(text: str, start: int, depth: int) -> _Node:
    node = _Node(start, start, {})
    place = _skip(text, start + 1)
    while text[place : place + 1] != "}":
        key = _STRING.match(text, place)
        colon = _skip(text, key.end()) if key else place
        if key is None or text[colon : colon + 1] != ":":
            raise JsoncError(f"expected a key in line {text.count('\n', 0, place) + 1}")
        value = _value(text, _skip(text, colon + 1), depth + 1)
        name = _atom(key[0])
        if name in node.members:
            raise JsoncError(f"expected each key once, found one again in line {text.count('\n', 0, place) + 1}")
        member = node.members[name] = _Member(place, value)
        node.value[name] = value.value
        place, member.comma = _after(text, value.end, "}")
    node.end = place + 1
    return node


def _array(text: str, start: int, depth: int) -> _Node:
    values = []
    place = _skip(text, start + 1)
    while text[place : place + 1] != "]":
        item = _value(text, place, depth + 1)
        values.append(item.value)
        place, _ = _after(text, item.end, "]")
    return _Node(start, place + 1, values)


def _after(text: str, end: int, close: str) -> tuple[int, int | None]:
    """Where the next item or the closing sign is, and where the comma between ends."""
    place = _skip(text, end)
    if text[place : place + 1] == ",":
        return _skip(text, place + 1), place + 1
    if text[place : place + 1] != close:
        raise JsoncError(f"expected a comma or {close} in line {text.count('\n', 0, place) + 1}")
    return place, None

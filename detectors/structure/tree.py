"""JSON-like text to a tree that knows where each value stands: JSON, JavaScript and Python literals, cut or commented.

Nothing here knows a format. Tolerant: what is no string, name, bracket or mark is skipped, what isn't closed ends with
the text, and line numbers, diff marks and comments do no harm.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 200
"""Deeper nesting is no document; the rest is read as if it stood at this depth."""

_TOKEN = re.compile(
    r"""
      "(?P<double>[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+)(?:"|$|(?=[\\\r\n]))  # not closed: ends with its line
    | (?<![A-Za-z0-9\\])'(?P<single>[^'\\\r\n]{0,4000}+(?:\\.[^'\\\r\n]{0,400}+){0,40}+)'
    | (?<!`)`(?P<back>[^`\\\r\n]{0,4000}+)`
    | (?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,60}+)(?=\s{0,8}+[:=])
    | (?P<mark>[{}\[\](),:=])
    """,
    re.VERBOSE,
)


@dataclass(slots=True)
class Leaf:
    """A string value; its text is text[start:end] of the document, escapes and all."""

    start: int
    end: int


@dataclass(slots=True)
class Group:
    """Members in order, with their names; a list's have none."""

    start: int
    end: int = -1
    is_list: bool = False
    members: "list[tuple[str, Node]]" = field(default_factory=list)

    def first(self, name: str) -> "Node | None":
        return next((node for key, node in self.members if key == name), None)

    def all(self, name: str) -> "Iterator[Node]":
        """Every value under a name, the elements of lists one by one."""
        for key, node in self.members:
            if key == name:
                yield from elements(node)

    def text(self, source: str, name: str) -> str:
        """The string under a name; empty when there is none."""
        leaf = self.first(name)
        return source[leaf.start : leaf.end] if isinstance(leaf, Leaf) else ""


Node = Leaf | Group


def elements(node: Node) -> Iterator[Node]:
    """A list's members; anything else is its own only one."""
    if isinstance(node, Group) and node.is_list:
        for _, member in node.members:
            yield from elements(member)
    else:
        yield node


def groups(node: Node | None) -> Iterator[Group]:
    """The groups among a value's elements."""
    return (one for one in elements(node) if isinstance(one, Group)) if node is not None else iter(())


def parse(text: str, start: int, end: int) -> Group:
    """The tree of text[start:end]; its root holds whatever stands there side by side."""
    root = Group(start, end, is_list=True)
    stack = [root]
    key = ""
    held: Leaf | None = None  # a string that may turn out to be a name
    for match in _TOKEN.finditer(text, start, end):
        if match.lastgroup != "mark":
            if held is not None:
                stack[-1].members.append((key, held))
                key = ""
            held = Leaf(*match.span(match.lastgroup or 0))
            continue
        mark = match.group()
        if mark in ":=":
            key, held = (text[held.start : held.end] if held is not None else key), None
            continue
        if held is not None:
            stack[-1].members.append((key, held))
            held = None
        if mark in "{[(":
            group = Group(match.start(), end, is_list=mark == "[")
            stack[-1].members.append((key, group))
            if len(stack) < MAX_DEPTH:
                stack.append(group)
        elif mark in "}])" and len(stack) > 1:
            stack.pop().end = match.end()
        key = ""
    if held is not None:
        stack[-1].members.append((key, held))
    return root

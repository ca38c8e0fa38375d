"""XML text to a tree that knows where each value stands. Tolerant, linear, no entities, no external anything.

Names lose their prefix. What isn't closed ends with the text; an end tag closes the nearest element of its name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 200
"""Deeper nesting is no document; the rest is read as if it stood at this depth."""

_TOKEN = re.compile(
    r"""
    <(?P<close>/?)(?:[\w.-]{1,40}:)?(?P<name>[A-Za-z_][\w.-]{0,80}+)
      (?P<rest>(?:\s++[\w:.-]{1,80}+\s*+=\s*+\\?(?:"[^"<>]*+"|'[^'<>]*+'))*+)\s*+(?P<empty>/?)>
    """,
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""(?:[\w.-]{1,40}:)?([\w.-]{1,80})\s*=\s*\\?(?:"([^"<>\\]*)\\?"|'([^'<>\\]*)\\?')""")

Span = tuple[int, int]


@dataclass(slots=True)
class Element:
    """An element: its attributes' values and its own pieces of text as spans, its children in order."""

    name: str
    start: int
    end: int
    attributes: dict[str, Span] = field(default_factory=dict)
    texts: list[Span] = field(default_factory=list)
    children: "list[Element]" = field(default_factory=list)

    def all(self, name: str) -> "Iterator[Element]":
        return (child for child in self.children if child.name == name)

    def under(self, *path: str) -> "Iterator[Element]":
        """The elements at a path below this one."""
        if not path:
            yield self
            return
        for child in self.all(path[0]):
            yield from child.under(*path[1:])

    def walk(self) -> "Iterator[Element]":
        """This element and all below it, in order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))

    def words(self) -> Iterator[Span]:
        """Every piece of text in it and below it."""
        for element in self.walk():
            yield from element.texts


def parse(text: str, start: int, end: int) -> Element:
    """The tree of text[start:end]; its root, without a name, holds whatever elements stand there side by side."""
    root = Element("", start, end)
    stack = [root]
    at = start
    while (opens := text.find("<", at, end)) >= 0:
        _add_text(text, stack[-1], at, opens)
        if text.startswith(("<!--", "<![CDATA["), opens):
            at = _skip(text, stack[-1], opens, end)
        elif match := _TOKEN.match(text, opens, end):
            _take(text, stack, match, end)
            at = match.end()
        else:
            at = opens + 1
    _add_text(text, stack[-1], at, end)
    return root


def _take(text: str, stack: list[Element], tag: re.Match[str], end: int) -> None:
    if tag.group("close"):
        _close(stack, tag.group("name"), tag.end())
        return
    element = Element(tag.group("name"), tag.start(), tag.end())
    if tag.group("rest"):
        element.attributes = _attributes(text, *tag.span("rest"))
    stack[-1].children.append(element)
    if not tag.group("empty"):
        element.end = end
        if len(stack) < MAX_DEPTH:
            stack.append(element)


def _skip(text: str, element: Element, opens: int, end: int) -> int:
    """Past a comment, or past a CDATA section, whose content is text."""
    if text.startswith("<!--", opens):
        closes = text.find("-->", opens + 4, end)
        return closes + 3 if closes >= 0 else end
    closes = text.find("]]>", opens + 9, end)
    _add_text(text, element, opens + 9, closes if closes >= 0 else end)
    return closes + 3 if closes >= 0 else end


def _add_text(text: str, element: Element, start: int, end: int) -> None:
    piece = text[start:end]
    bare = piece.strip()
    if bare:
        start += piece.index(bare[0])
        element.texts.append((start, start + len(bare)))


def _close(stack: list[Element], name: str, end: int) -> None:
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth].name == name:
            for element in stack[depth:]:
                element.end = end
            del stack[depth:]
            return


def _attributes(text: str, start: int, end: int) -> dict[str, Span]:
    return {
        match.group(1): match.span(2) if match.group(2) is not None else match.span(3)
        for match in _ATTRIBUTE.finditer(text, start, end)
    }

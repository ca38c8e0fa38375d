"""A line of Tightlip's own, in front of the first thing that the model says to the user in a reply.

In the first piece of that text and in the copies of it that some APIs stream behind; never before a tool's call, a
thought or an error. Finds the places; what changes there is `stream`'s.
"""

from collections.abc import Callable, Mapping
from typing import Final

from proxy.formats import Path
from proxy.formats.soft import SoftShape
from proxy.restore.plan import Key, Place

_PART: Final = "candidates[#].content.parts[*].text"

_SAID: Final[Mapping[SoftShape, frozenset[str]]] = {
    shape: frozenset(paths)
    for shape, paths in {
        SoftShape.CHAT: [
            f"choices[#].{message}.{content}"
            for message in ("delta", "message")
            for content in ("content", "content[*].text")
        ],
        SoftShape.RESPONSES: [
            "delta",
            "text",
            "part.text",
            *(f"{item}.content[*].text" for item in ("item", "output[*]", "response.output[*]")),
        ],
        SoftShape.MESSAGES: ["content_block.text", "delta.text", "content[*].text", "message.content[*].text"],
        SoftShape.GENERATE: [_PART],
        SoftShape.CODE_ASSIST: [f"response.{_PART}"],
        SoftShape.CONVERSE: ["delta.text", "output.message.content[*].text"],
        SoftShape.COHERE: ["delta.message.content.text", "message.content[*].text"],
        SoftShape.OLLAMA_CHAT: ["message.content"],
    }.items()
}
"""The channels of what is said to a user. Completions have none: a line within would be one of the user's code."""

_TYPES: Final = frozenset(
    {None, "text", "text_delta", "output_text", "response.output_text.delta", "response.output_text.done"}
)
"""Types of the objects that such texts stand in, where they have one; a thought has the same paths."""


def can_be_remarked(shape: SoftShape) -> bool:
    return shape in _SAID


class Remark:
    """One reply's remark. `is_placed` once it stands somewhere; then `told` is called."""

    def __init__(self, text: str, shape: SoftShape, told: Callable[[], None] = lambda: None) -> None:
        self.is_placed = False
        self._tell = told
        self._text = text
        self._paths = _SAID.get(shape, frozenset())
        self._key: Key | None = None  # of the text that it was put in front of
        self._said = ""
        self._done: set[str] = set()

    def before(self, event: object, place: Place) -> str:
        """What goes in front of a text of this event: the remark, or ""."""
        path = place.channel.path
        if path not in self._paths or not place.text or _member(event, (*place.path[:-1], "type")) not in _TYPES:
            return ""
        if not self.is_placed:
            self.is_placed = True
            self._tell()
            self._key, self._said = (None if place.is_whole else place.key), place.text
            return self._text
        if not place.is_whole:
            self.go_on(place.key, place.text)
        elif self._key is not None and place.text == self._said and path not in self._done:
            self._done.add(path)
            return self._text
        return ""

    def go_on(self, key: Key, text: str) -> None:
        """Take the next piece of a text: its copies are known by what it said."""
        if key == self._key:
            self._said += text


def _member(value: object, path: Path) -> object:
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int):
            value = value[name]
        else:
            return None
    return value if isinstance(value, str) else None

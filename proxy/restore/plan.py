"""Which strings of an event are text, which text each continues, and which texts the event ends: a format's reply
table, made ready to be asked for every event of a stream.

Reads parsed JSON and changes nothing.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from proxy.formats import Channel, End, Format, Path, Writing
from proxy.jsontext import LeafKind

type Key = tuple[object, ...]
"""A text's name and what tells it from others of that name."""


class Place(NamedTuple):
    """A leaf of an event that holds text, or a piece of the text that has this key."""

    path: Path
    leaf: LeafKind
    text: str
    channel: Channel
    key: Key
    is_whole: bool


class Reading(NamedTuple):
    """What an event holds, in order, and then ends: every text whose key, name left out, begins with one of `ends`."""

    places: list[Place]
    ends: list[Key]


@dataclass(slots=True)
class _Node:
    """One step of the channels' paths."""

    members: dict[str, "_Node"] = field(default_factory=dict)
    numbered: "_Node | None" = None  # [#]
    element: "_Node | None" = None  # [*]
    channel: Channel | None = None
    end: End | None = None
    unless: str = ""  # a member beside it

    def step(self, token: str) -> "_Node":
        if token == "[#]":
            self.numbered = self.numbered or _Node()
            return self.numbered
        if token == "[*]":
            self.element = self.element or _Node()
            return self.element
        return self.members.setdefault(token, _Node())


class Plan:
    """A format's channels and ends, by the events that have them."""

    def __init__(self, channels: tuple[Channel, ...], ends: tuple[End, ...]) -> None:
        self.has_channels = bool(channels)
        names = {name for channel in channels for name in channel.events} | {
            name for end in ends for name in end.events
        }
        self._roots = {name: _tree(channels, ends, name) for name in names}
        self._other = _tree(channels, ends, None)
        self._ends = {name: [end for end in ends if name in end.events] for name in names}

    def read(self, event: dict[str, object], name: str) -> Reading:
        reading = Reading([], [])
        _read(self._roots.get(name, self._other), event, (), (), event, reading)
        for end in self._ends.get(name, ()):
            reading.ends.append(_root_key(event, end.key))
        return reading


def plan_of(fmt: Format) -> Plan:
    return _plan(fmt.replies, fmt.reply_ends)


@lru_cache(maxsize=64)
def _plan(channels: tuple[Channel, ...], ends: tuple[End, ...]) -> Plan:
    return Plan(channels, ends)


def _tree(channels: tuple[Channel, ...], ends: tuple[End, ...], name: str | None) -> _Node:
    root = _Node()
    for channel in channels:
        if not channel.events or name in channel.events:
            leaf = _leaf(root, channel.path)
            leaf.channel, leaf.unless = channel, channel.unless
    for end in ends:
        if end.path:
            _leaf(root, end.path).end = end
    return root


def _leaf(node: _Node, path: str) -> _Node:
    for step in path.replace("[", ".[").split("."):
        node = node.step(step) if step else node
    return node


def _read(node: _Node, value: object, path: Path, numbers: Key, event: dict[str, object], reading: Reading) -> None:
    if node.channel is not None:
        _take(node.channel, value, path, numbers, event, reading)
    if node.end is not None and value:
        reading.ends.append((*_root_key(event, node.end.key), *numbers))
    if type(value) is dict:
        for name, child in node.members.items():
            if name in value and not (child.unless and value.get(child.unless)):
                _read(child, value[name], (*path, name), numbers, event, reading)
    elif type(value) is list:
        for index, element in enumerate(value):
            if node.numbered is not None:
                number = element.get("index", index) if type(element) is dict else index
                _read(node.numbered, element, (*path, index), (*numbers, number), event, reading)
            if node.element is not None:
                _read(node.element, element, (*path, index), numbers, event, reading)


def _take(
    channel: Channel, value: object, path: Path, numbers: Key, event: dict[str, object], reading: Reading
) -> None:
    key = (channel.name or channel.path, *_root_key(event, channel.key), *numbers)
    if channel.writing is Writing.TREE:
        _take_tree(channel, value, path, key, reading)
    elif type(value) is str:
        reading.places.append(Place(path, LeafKind.STRING, value, channel, key, channel.whole))


def _take_tree(channel: Channel, value: object, path: Path, key: Key, reading: Reading) -> None:
    if type(value) is str:
        reading.places.append(Place(path, LeafKind.STRING, value, channel, key, True))
    elif type(value) is int:
        reading.places.append(Place(path, LeafKind.NUMBER, str(value), channel, key, True))
    elif type(value) is dict:
        for name, below in value.items():  # a name is never rewritten in a request, so a value in one would block it
            _take_tree(channel, below, (*path, name), key, reading)
    elif type(value) is list:
        for index, below in enumerate(value):
            _take_tree(channel, below, (*path, index), key, reading)


def _root_key(event: dict[str, object], paths: tuple[str, ...]) -> Key:
    """The values at some paths from the root; None for one that isn't there."""
    if not paths:
        return ()
    return tuple([event.get(path) if "." not in path else _member(event, path) for path in paths])


def _member(value: object, path: str) -> object:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value

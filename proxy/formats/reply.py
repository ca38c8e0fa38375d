"""Where an API's reply holds what the model wrote: the types of `Format.replies` and `Format.reply_ends`.

Data only; `proxy.restore` reads it. What no channel names is never touched: thinking, signatures, encrypted parts and
whatever a client would have to send back as it came (its label in the request would be OPAQUE).

A path's names are joined by dots. `[#]` is an element that is told apart from its neighbours by its `index` member, or
by its position if it has none; `[*]` is any element. `a.text` in two channels are two texts, unless both have the same
`name`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Writing(StrEnum):
    """How the model's words stand in a channel's value."""

    TEXT = "text"  # as they are
    JSON = "json"  # a string that holds the source of a JSON document, or a piece of it: a call's arguments
    TREE = "tree"  # any value: the strings and numbers at or below it


@dataclass(frozen=True, slots=True)
class Channel:
    """One place where text comes.

    `events` are the names of the events that have it (their `type`, or the stream's own event name); any if empty.
    The pieces of one text have the same `name` (by default the path), the same values at the paths `key` from the
    event's root, and the same `[#]` elements. A `whole` text stands by itself and has no further pieces; so has every
    string of a TREE. An object with a true member `unless` is left alone. Text here ends a text of the channels named
    `closes` whose key begins alike, or as far as both go.
    """

    path: str
    writing: Writing = Writing.TEXT
    name: str = ""
    key: tuple[str, ...] = ()
    events: frozenset[str] = frozenset()
    whole: bool = False
    unless: str = ""
    closes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class End:
    """What tells that texts have come to their end: an event with one of these names, or a true value at `path`.

    Ends every text whose key begins with the values at `key` and the `[#]` elements of the path; all without any.
    """

    events: frozenset[str] = frozenset()
    path: str = ""
    key: tuple[str, ...] = ()


def copies(*paths: str, writing: Writing = Writing.TEXT, events: frozenset[str] = frozenset()) -> tuple[Channel, ...]:
    """Channels of whole texts: what repeats the pieces of a stream, or was never cut."""
    return tuple(Channel(path, writing, events=events, whole=True) for path in paths)

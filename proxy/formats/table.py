"""The shape of a format table: routes, labels by path, and what else differs from API to API.

Data and its lookup only; the tables themselves are the neighbouring files. A label says what a string is to
the vendor, so that policy knows what may be rewritten; a path that no pattern names is UNKNOWN and scanned
like a prompt.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from proxy.formats.note import Note
from proxy.formats.refine import Refinement, Refiner, snake
from proxy.formats.reply import Channel, End
from proxy.formats.soft import Soft
from proxy.segment import Label, Segment

Path = tuple[str | int, ...]

_INDEX: Final = 0
"""Stands for every array index among a node's children, whose names are strings."""


class ErrorShape(StrEnum):
    """How a vendor words an error, and so how its clients read one."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    BEDROCK = "bedrock"
    COHERE = "cohere"
    CONNECT = "connect"
    CONNECT_STREAM = "connect_stream"
    GRPC = "grpc"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a reply states its tokens: the member called `marker` holds the counts.

    The paths of `input` and of `output` are summed, so that `input` is all that the model read, cached or
    not; of `cached` the largest counts, since each API spells it in one place only.
    """

    marker: str
    input: tuple[tuple[str, ...], ...]
    output: tuple[tuple[str, ...], ...]
    cached: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class _Node:
    """One step of the compiled patterns: the label of a leaf here, the label of any leaf further down."""

    here: Label = Label.UNKNOWN
    below: Label = Label.UNKNOWN
    children: dict[str | int, "_Node"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """One API's table.

    `routes` are patterns that match a whole path, query excluded. `labels` maps path patterns to labels:
    names joined by dots, `[*]` for any element, a last `**` for anything at or below; the more specific
    pattern wins. With `snake_case` a name in lowerCamelCase stands for both of its spellings, each where it
    stands.

    `conversation` is the path of the array of turns (a wrapper of several APIs has `other_conversations` too),
    `current` that of what is said now where it stands outside of that array. `reply_roles` (of `role` or
    `speaker`), `reply_types` and `reply_members` tell the model's turns from the user's. `conversation_ids`
    are the paths of strings that name the conversation.

    `error_shape` is the one that clients of this API read. `usage` is where replies state their tokens,
    `replies` and `reply_ends` where they hold the model's text; without them pseudonyms can't be restored.
    `notes` are the objects that an attachment can be cut out with, a note in their place. `soft` is how a reply
    holds an assistant's message; the first whose route matches.
    """

    id: str
    routes: tuple[str, ...]
    labels: Mapping[str, Label]
    error_shape: ErrorShape
    refinements: tuple[Refinement, ...] = ()
    conversation: tuple[str, ...] | None = None
    other_conversations: tuple[tuple[str, ...], ...] = ()
    reply_roles: frozenset[str] = frozenset()
    reply_types: frozenset[str] = frozenset()
    reply_members: frozenset[str] = frozenset()
    current: tuple[str, ...] | None = None
    conversation_ids: tuple[tuple[str, ...], ...] = ()
    usage: Usage | None = None
    replies: tuple[Channel, ...] = ()
    reply_ends: tuple[End, ...] = ()
    notes: tuple[Note, ...] = ()
    soft: tuple[Soft, ...] = ()
    methods: frozenset[str] = frozenset({"POST"})
    snake_case: bool = False
    _route: re.Pattern[str] | None = field(default=None, init=False, repr=False, compare=False)
    _root: _Node | None = field(default=None, init=False, repr=False, compare=False)
    _refiner: Refiner | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def conversations(self) -> tuple[tuple[str, ...], ...]:
        """Where turns may stand. A request has them in one of these places."""
        return () if self.conversation is None else (self.conversation, *self.other_conversations)

    def serves(self, method: str, path: str) -> bool:
        """Whether a request is for this API. One trailing slash is forgiven, as servers do."""
        if method not in self.methods:
            return False
        route = self._route
        if route is None:  # made when first asked for, as all below: a process meets few of the APIs
            route = re.compile("|".join(f"(?:{route})" for route in self.routes) or r"(?!)")
            object.__setattr__(self, "_route", route)
        return route.fullmatch(path.removesuffix("/")) is not None

    def soft_for(self, method: str, target: str) -> Soft | None:
        """How the reply to a request of this format holds an assistant's message; None where there is none."""
        path = target.partition("?")[0]
        return next((soft for soft in self.soft if soft.serves(path)), None) if method == "POST" else None

    def label(self, path: Path) -> Label:
        """What the string at `path` is, as far as its path tells; UNKNOWN when no pattern names it."""
        node = self._root
        if node is None:
            node = _compile(self.labels, self.snake_case)
            object.__setattr__(self, "_root", node)
        for token in path:
            child = node.children.get(token if type(token) is str else _INDEX)
            if child is None:
                return node.below
            node = child
        return node.here

    def refine(self, segments: Sequence[Segment]) -> list[Segment]:
        """The segments of a request, or of one turn, with the labels corrected that a path can't tell."""
        return self._refining().refine(segments)

    def refine_each(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        """`refine` for a body of many documents: lines, or parts."""
        return self._refining().refine_each(segments) if self.refinements else iter(segments)

    def note_for(self, pointer: str) -> tuple[str, Note] | None:
        """The innermost object around a leaf that a note can replace, by its pointer, and the note."""
        found = [(holder, note) for note in self.notes if (holder := note.holder(pointer)) is not None]
        return max(found, key=lambda one: len(one[0]), default=None)

    def _refining(self) -> Refiner:
        refiner = self._refiner
        if refiner is None:
            refiner = Refiner(self.refinements, snake_case=self.snake_case)
            object.__setattr__(self, "_refiner", refiner)
        return refiner

    def is_reply(self, scalars: Mapping[str, str]) -> bool:
        """Whether an element of the conversation was written by the model.

        `scalars` are its own members: a string's text, "" for anything else.
        """
        return (
            scalars.get("role", scalars.get("speaker")) in self.reply_roles
            or scalars.get("type") in self.reply_types
            or not self.reply_members.isdisjoint(scalars)
        )


def _compile(labels: Mapping[str, Label], snake_case: bool) -> _Node:
    root = _Node()
    # Shorter patterns first, so that a node inherits what holds below its parent; `**` before exact names.
    for pattern, label in sorted(labels.items(), key=lambda item: _specificity(item[0])):
        _plant(root, _tokens(pattern), label, snake_case)
    return root


def _specificity(pattern: str) -> tuple[int, bool]:
    stem = pattern.removesuffix(".**")
    return len(_tokens(stem)), stem == pattern


def _plant(node: _Node, tokens: Path, label: Label, snake_case: bool) -> None:
    for token in tokens:
        if token == "**":
            node.here = node.below = label
            return
        child = node.children.setdefault(token, _Node(node.below, node.below))
        if snake_case and isinstance(token, str):
            node.children.setdefault(snake(token), child)
        node = child
    node.here = label


def _tokens(pattern: str) -> Path:
    """`a[*].b` as ("a", 0, "b")."""
    tokens: list[str | int] = []
    for step in pattern.split("."):
        name, *indices = step.split("[*]")
        tokens += [name] if name else []
        tokens += [_INDEX] * len(indices)
    return tuple(tokens)

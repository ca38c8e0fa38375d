"""Which findings of a request are new and which are history that its user has been told about (`told.py`).

Only consulted when policy would block, so it may walk the whole document.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proxy.document import pointer_of
from proxy.formats import Format
from proxy.jsontext import Leaf, LeafKind, Path
from proxy.justification import without_directives
from proxy.segment import Label
from proxy.told import Told

_CONTENT = frozenset({Label.PROMPT, Label.TOOL_RESULT, Label.ATTACHMENT})
"""Labels whose text makes a turn new. Ids, cache marks and metadata change on every request and say nothing."""

_UNSAID_ROLES = frozenset({"tool", "function", "system", "developer"})

_CURRENT = 1 << 62
"""The turn of what is said now, where it stands outside of the array: after all others."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a leaf stands in the conversation: its element's index (-1 outside of it) and its order in the document."""

    element: int
    order: int
    digest: bytes
    label: Label = Label.UNKNOWN
    member: object = None
    """The element's member that it stands in."""


@dataclass(frozen=True, slots=True)
class History:
    """One request's conversation: a name for it, where its newest turn begins, and a hash of every text.

    `replies` are the elements that the model wrote, `unsaid` others that aren't the user's: results, instructions.
    """

    conversation: str
    newest: int
    places: dict[str, _Place]
    content: tuple[_Place, ...]
    replies: frozenset[int] = frozenset()
    unsaid: frozenset[int] = frozenset()
    reply_members: frozenset[str] = frozenset()
    """The members that the model wrote of an element, where the user's words stand beside them."""

    def is_told(self, pointer: str, fingerprint: str, told: Told) -> bool:
        """Whether this finding was blocked before in this conversation and is now only being resent.

        True before the last reply; in the newest turn only for a text that stood in a blocked request and is now
        followed by content that did not. The same request sent again therefore blocks again.
        """
        return fingerprint in told.fingerprints and self.is_resent(pointer, told)

    def is_let(self, pointer: str, fingerprint: str, told: Told) -> bool:
        """Whether this finding was let through in this very text for a reason, and is now only being resent."""
        place = self.places.get(pointer)
        return place is not None and (place.digest, fingerprint) in told.let and self.is_resent(pointer, told)

    def is_turn_let(self, clause: str, told: Told) -> bool:
        """Whether the user has said nothing since a clause was lifted that stops whole requests.

        A request without any text of his goes on with the turn before: nothing but a lifted one could have begun.
        """
        said = self._said()
        if not said and self.content:
            return any(clause == lifted for _, lifted in told.let)
        return any((place.digest, clause) in told.let and self._is_resent(place, told) for place in said)

    def is_resent(self, pointer: str, told: Told) -> bool:
        """Whether a text is history: before the last reply, or followed by what no answered request held yet."""
        place = self.places.get(pointer)
        return place is not None and self._is_resent(place, told)

    def _is_resent(self, place: _Place, told: Told) -> bool:
        if 0 <= place.element < self.newest:
            return True
        return place.digest in told.segments and any(
            _position(later) > _position(place) and later.element >= self.newest and later.digest not in told.segments
            for later in self.content
        )

    def is_users(self, pointer: str) -> bool:
        """Whether a text is none of the model's."""
        place = self.places.get(pointer)
        return place is not None and not self._is_models(place)

    def is_models(self, pointer: str) -> bool:
        place = self.places.get(pointer)
        return place is not None and self._is_models(place)

    def _is_models(self, place: _Place) -> bool:
        return place.element in self.replies and (not self.reply_members or place.member in self.reply_members)

    def order(self, pointer: str) -> tuple[int, int]:
        """What sorts the texts of `places` in the order in which they were said."""
        return _position(self.places[pointer])

    def _said(self) -> list[_Place]:
        """The texts of what the user said last; a turn with a tool's result in it goes on with what was said before."""
        unsaid = self.unsaid | self.replies
        said = [place for place in self.content if place.label is Label.PROMPT and place.element not in unsaid]
        last = max((place.element for place in said), default=None)
        return [place for place in said if place.element == last]

    def is_sent(self, pointer: str, fingerprint: str, told: Told) -> bool:
        """Whether this finding stands in a text that the vendor has had, with the finding in it."""
        place = self.places.get(pointer)
        return place is not None and place.digest in told.sent and (place.digest, fingerprint) not in told.cut

    def sending(self, cut: Iterable[tuple[str, str]]) -> Told:
        """What to remember when the request leaves with these (pointer, fingerprint) findings cut out."""
        pairs = ((self.places[pointer].digest, fingerprint) for pointer, fingerprint in cut if pointer in self.places)
        return Told(sent=frozenset(place.digest for place in self.places.values()), cut=frozenset(pairs))

    def telling(self, blocked: Iterable[tuple[str, str]]) -> Told:
        """What to remember when these (pointer, fingerprint) findings are blocked now."""
        pairs = list(blocked)
        return Told(frozenset(fingerprint for _, fingerprint in pairs), self._seen(pointer for pointer, _ in pairs))

    def letting(self, passed: Iterable[tuple[str, str]]) -> Told:
        """What to remember when these (pointer, fingerprint) findings pass for a reason. A clause that was lifted for
        the turn stands in a fingerprint's place, where the reason was given.
        """
        pairs = [(pointer, fingerprint) for pointer, fingerprint in passed if pointer in self.places]
        let = frozenset((self.places[pointer].digest, fingerprint) for pointer, fingerprint in pairs)
        return Told(segments=self._seen(pointer for pointer, _ in pairs), let=let)

    def _seen(self, pointers: Iterable[str]) -> frozenset[bytes]:
        newest = {place.digest for place in self.content if place.element >= self.newest}
        return frozenset(newest | {self.places[pointer].digest for pointer in pointers if pointer in self.places})


def read_history(fmt: Format, leaves: Sequence[Leaf], key: bytes) -> History | None:
    """The conversation in a JSON document, or None when the format has none."""
    root = _root(fmt, leaves)
    if root is None:
        return None
    depth = len(root)
    places: dict[str, _Place] = {}
    content: list[_Place] = []
    scalars: dict[int, dict[str, str]] = {}
    for order, leaf in enumerate(leaves):
        element = _element(leaf.path, root, fmt.current)
        if element is None:
            continue
        inside = element >= 0
        if inside and element < _CURRENT and len(leaf.path) == depth + 2 and leaf.kind is not LeafKind.NUMBER:
            name = str(leaf.path[-1])
            scalars.setdefault(element, {})[name] = leaf.text if leaf.kind is LeafKind.STRING else ""
        if leaf.kind is LeafKind.KEY:
            continue
        # Texts outside of the conversation (instructions, tools) stand before all of it, wherever their key is written.
        label = fmt.label(leaf.path) if inside else Label.UNKNOWN
        member = leaf.path[depth + 1] if inside and element < _CURRENT and len(leaf.path) > depth + 1 else None
        place = _Place(element, order if inside else -1, _digest(leaf.text, key), label, member)
        places[pointer_of(leaf.path)] = place
        if label in _CONTENT:
            content.append(place)
    content.sort(key=_position)
    replies = frozenset(index for index, members in scalars.items() if fmt.is_reply(members))
    newest = max(replies, default=-1) + 1
    unsaid = {index for index, members in scalars.items() if members.get("role") in _UNSAID_ROLES}
    unsaid |= {place.element for place in content if place.label is Label.TOOL_RESULT}
    name = _conversation(fmt, leaves, content, key)
    return History(name, newest, places, tuple(content), replies, frozenset(unsaid), fmt.reply_members)


def _root(fmt: Format, leaves: Sequence[Leaf]) -> tuple[str, ...] | None:
    """Where the turns of this document stand, or would stand."""
    for root in fmt.conversations:
        if any(leaf.path[: len(root)] == root for leaf in leaves):
            return root
    return fmt.conversation


def _position(place: _Place) -> tuple[int, int]:
    """Where a place stands in the conversation, whatever the order in which a document tells it."""
    return place.element, place.order


def _element(path: Path, root: tuple[str, ...], current: tuple[str, ...] | None) -> int | None:
    """The turn that `path` leads into, -1 outside of the conversation; None for what can be no turn."""
    if current is not None and path[: len(current)] == current:
        return _CURRENT
    if path[: len(root)] != root or len(path) == len(root):
        return -1
    element = path[len(root)]
    return element if isinstance(element, int) else None


def _conversation(fmt: Format, leaves: Sequence[Leaf], content: Sequence[_Place], key: bytes) -> str:
    """A keyed name for the conversation: the ids the client gives, else the first thing said in it.

    A directive counts as unsaid: who goes back to add one to a first message is in the same conversation still.
    """
    wanted = set(fmt.conversation_ids)
    named = [leaf.text for leaf in leaves if leaf.kind is LeafKind.STRING and leaf.path in wanted]
    if named:
        return _digest("\0".join(named), key).hex()
    return _digest(without_directives(leaves[content[0].order].text), key).hex() if content else ""


def _digest(text: str, key: bytes) -> bytes:
    """A keyed name for a text. White space doesn't count: Claude Code ends a resent block with one more line break."""
    text = " ".join(text.split())
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()

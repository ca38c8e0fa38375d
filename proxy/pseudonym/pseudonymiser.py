"""One request's pseudonyms: which stand-in a value gets, never one that is taken or that the prompt already holds.

A stand-in depends on the installation's key, on whose request it is and where it goes, and on the value; so it is the
same in every turn, tells two users nothing of each other, and can't be followed from vendor to vendor. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from detectors import Category
from proxy.pseudonym.draw import Draw
from proxy.pseudonym.invented import invented_words, renamed
from proxy.pseudonym.surrogate import core_of, essence_of, named, shape_of
from proxy.swift import swift

ATTEMPTS: Final = 16
"""Stand-ins tried before a value gets one in brackets, and those tried before it gets none."""


@swift
@dataclass(frozen=True, slots=True)
class Known:
    """The stand-ins that one user has been given for one vendor, and the values they stand for."""

    scope: str = ""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A stand-in, what it stands for, and whether it may be exchanged for it again in replies."""

    surrogate: str = field(repr=False)
    value: str = field(repr=False)
    restored: bool


class Exhausted(Exception):
    """No stand-in is left that could be told from the text around it."""


class Pseudonymiser:
    """Gives stand-ins for the values of one request whose decoded body is `content`."""

    def __init__(self, key: bytes, known: Known, content: bytes) -> None:
        self._key = key
        self._known = known
        self._content = content
        self.given: dict[str, Pseudonym] = {}
        """All that were given, by the stand-in."""

    def stand_in(self, category: Category, entity: str, text: str, *, restored: bool) -> tuple[int, int, str]:
        """Where in a finding's text its value stands, and what to put there. Raises Exhausted."""
        start, end = core_of(entity, text)
        value = text[start:end]
        words = self._words(value) if entity == "PERSON" else None
        if words is not None:
            surrogate = renamed(value, words)
            for word, made in words.items():
                self._give(made, word, restored)
        else:
            surrogate = self._drawn(category, entity, value)
        self._give(surrogate, value, restored)
        return start, end, surrogate

    def is_stand_in(self, text: str) -> bool:
        """Whether a text is one that was given, now or before."""
        return text in self.given or text in self._known.values

    def was_given(self, entity: str, text: str) -> bool:
        """Whether the value in a finding's text had a stand-in before this request."""
        start, end = core_of(entity, text)
        return text[start:end] in self._known.values.values()

    def stands_in(self, text: str, start: int, end: int) -> bool:
        """Whether `text[start:end]` is, or is a part of, a stand-in that was given now or before."""
        piece = text[start:end]
        return self.is_stand_in(piece) or any(
            text.find(name, max(0, end - len(name)), start + len(name)) >= 0
            for name in (*self._known.values, *self.given)
            if piece in name
        )

    def _give(self, surrogate: str, value: str, restored: bool) -> None:
        self.given[surrogate] = Pseudonym(surrogate, value, restored)

    def _words(self, value: str) -> dict[str, str] | None:
        """Invented words for a name's words, all of them free."""
        for attempt in range(ATTEMPTS):
            words = invented_words(value, lambda word, n=attempt: self._draw("name", word, n))  # type: ignore[misc]
            if words is None:
                return None
            made = {renamed(value, words): value, **{made: word for word, made in words.items()}}
            if all(self._is_free(surrogate, original) for surrogate, original in made.items()):
                return words
        return None

    def _drawn(self, category: Category, entity: str, value: str) -> str:
        shape, essence = shape_of(entity, category is Category.SECRET), essence_of(entity, value)
        for attempt in range(ATTEMPTS):
            made = shape(value, self._draw(entity, essence, attempt))
            if made is None:
                break
            if self._is_free(made, value):
                return made
        for attempt in range(ATTEMPTS):
            made = named(entity, self._draw("bracket", value, attempt))
            if self._is_free(made, value):
                return made
        raise Exhausted

    def _draw(self, purpose: str, value: str, attempt: int) -> Draw:
        return Draw(self._key, "pseudonym", self._known.scope, purpose, value, str(attempt))

    def _is_free(self, surrogate: str, value: str) -> bool:
        if surrogate == value:
            return False
        if surrogate in self.given:
            return self.given[surrogate].value == value
        if surrogate in self._known.values:
            return self._known.values[surrogate] == value
        return surrogate.encode("utf-8", "surrogatepass") not in self._content

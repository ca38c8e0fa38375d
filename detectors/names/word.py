"""Words of a text, and what can be told of one alone: its shape, its ending, what the gazetteer knows of it.

The same traits train the model and run it, so a change here asks for a new model (`python -m training.names`). A word
that is neither common nor a word of the vocabulary is known by its traits only: the model can't learn names by heart.
"""

import re
from typing import NamedTuple

from detectors.names.gazetteer import Gazetteer

_WORD = re.compile(
    r"([^\W\d_]{1,40}(?:['’][^\W\d_]{1,40}){0,3}|\d{1,40}|\n|[^\w\s]|_)([^\S\n]*)"  # with the space that follows
)
"""Words are kept in tables, so none is longer than the longest names."""

_BLANK = re.compile(r"[^\S\n]*")
_SPACES = frozenset(" \t\r\u00a0")


class Word(NamedTuple):
    """A word, number, sign or line end at text[start:end]; `spaced`: white space follows."""

    text: str
    start: int
    end: int
    spaced: bool


def words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """The words of text[start:end], in order; white space but line ends is skipped."""
    stop = len(text) if end is None else end
    stop += text[stop : stop + 1] in _SPACES
    blank = _BLANK.match(text, start, stop)
    at = start if blank is None else blank.end()
    made = []
    for word, space in _WORD.findall(text, at, stop):
        after = at + len(word)
        made.append(Word(word, at, after, space[:1] in _SPACES))
        at = after + len(space)
    return made


def shape(word: str) -> str:
    """`Xx`, `XX`, `X`, `xx`, `xX` for letters, `d` for each digit, `~` in scripts without case, or the sign itself."""
    first = word[0]
    if first.isdecimal():
        return "d" * min(len(word), 5)
    if not first.isalpha():
        return first
    if word.islower():
        return "xx" if len(word) > 1 else "x"
    if word.isupper():
        return "XX" if len(word) > 1 else "X"
    if not (first.isupper() or first.islower()):
        return "~"
    if first.isupper() and word[1:].islower():
        return "Xx"
    return "XxX" if first.isupper() else "xX"


def norm(word: str, gazetteer: Gazetteer) -> str:
    """The word in lower case where the model knows it; else its kind."""
    lower = word.lower().replace("’", "'")
    if not word[0].isalpha():
        return lower if not word[0].isdecimal() else "0"
    return lower if lower in gazetteer.vocabulary else "?"


def traits(word: str, gazetteer: Gazetteer) -> str:
    """What the gazetteer knows, five digits: as given name, family name, place, common word, name of a thing."""
    return gazetteer.traits(word.lower().replace("’", "'"))


def ending(word: str, gazetteer: Gazetteer) -> str:
    """The last three letters of a word outside of the vocabulary."""
    lower = word.lower()
    return lower[-3:] if lower[0].isalpha() and lower not in gazetteer.vocabulary else ""

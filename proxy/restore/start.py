"""Where a pseudonym may begin: a pattern for short texts, and a test for long ones that says "nowhere" of most.

Both say too much rather than too little; `lexicon` walks from the places. A pseudonym that begins with a letter or
digit begins only where a word does. Scripts without spaces between words know no such place, so there any will do.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from proxy.restore.form import DASHES, MAX_SLASHES, MIN_DIGITS, UNSEEN, leading_slashes, own_slashes

WORD_CHAR: Final = r"[^\W_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0010ffff]"
"""A letter or digit, Thai, Lao, Burmese, Khmer and all from the CJK blocks on left out."""

CONTEXT_CHARS: Final = 8
"""How much of the text before a place decides whether a word can begin there."""

_WORD: Final = re.compile(f"{WORD_CHAR}+")
_ESCAPES: Final = rf"%[\da-fA-F]{{2}}|\\u|[{UNSEEN}]"
_ANY_ESCAPES: Final = _ESCAPES + r"|\\[^nrt]|&[#A-Za-z]"
_AFTER_ESCAPE: Final = r"(?<=\\[nrt].)|(?<=%[\da-fA-F]{2}.)|(?<=\\u[\da-fA-F]{4}.)"
_BEGINNING: Final = re.compile(f"(?:.(?:(?<!{WORD_CHAR}.)|{_AFTER_ESCAPE}))", re.DOTALL)
_SEPARATE: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_LINE_ESCAPES: Final = "nrt"
_NOTHING: Final = re.compile(r"(?!)")
_NUMBER: Final = re.compile(rf"[0-9](?:[^0-9A-Za-z]*+(?:&\w*+;)?[0-9]){{{MIN_DIGITS - 1}}}")
_SPELLINGS: Final = {" ": r"\s*+", "-": rf"\-{DASHES}", "'": "'\u2018\u2019"}


class Starts:
    """The places where one of some readings may begin. `grouped` are digits, which may stand in groups of any size."""

    def __init__(self, words: Collection[str], grouped: Collection[str]) -> None:
        keys = [*words, *grouped]
        bound = [key for key in keys if is_word(key[0])]
        free = [key for key in keys if not is_word(key[0])]
        plain = all(key[0].isascii() for key in bound) and not free
        self._pattern = _pattern({key[0] for key in bound}, {key[0] for key in free}, "" if plain else r"\\%&")
        self._free = re.compile("|".join(sorted({_pair(key) for key in free})) or _NOTHING.pattern)
        self._escapes = re.compile(_ESCAPES if plain else _ANY_ESCAPES)
        self._heads = _heads(bound, [key for key in grouped if key[0].isalpha()])
        self._number = _NUMBER if grouped else _NOTHING
        self.finditer = self._pattern.finditer

    def none_in(self, text: str) -> bool:
        """Whether no pseudonym begins with any whole word of this text."""
        if self._escapes.search(text) or self._free.search(text):
            return False
        if "\\" in text:
            for char in _LINE_ESCAPES:
                text = text.replace("\\" + char, " ")
        if self._number.search(text):
            return False
        text = text.lower()
        return self._heads.isdisjoint(text.translate(_SEPARATE).split() if text.isascii() else _WORD.findall(text))


def is_word(char: str) -> bool:
    """Whether this character, beside another such, makes one word of both."""
    return _WORD.match(char) is not None


def begins_word(text: str, at: int) -> bool:
    """Whether what stands at `at` is the beginning of its word."""
    return _BEGINNING.match(text, at) is not None


def begins_escape(text: str, at: int) -> bool:
    """Whether the backslashes from `at` on are all that the character behind them has."""
    before = text[max(0, at - CONTEXT_CHARS) : at]
    behind = leading_slashes(text, at)
    if behind == MAX_SLASHES:
        return False
    following = text[at + behind : at + behind + 1]
    return own_slashes(len(before) - len(before.rstrip("\\")) + behind, following) == behind


def _heads(bound: Iterable[str], lettered: Iterable[str]) -> frozenset[str]:
    """The words with which a pseudonym may begin."""
    heads = {key[: match.end()] for key in bound if (match := _WORD.match(key)) is not None}
    heads.update(key[:size] for key in lettered for size in range(1, len(key)))
    # Where a user's name follows a backslash (`ACME\nora`) its first letter is taken for a line's end.
    heads.update(head[1:] for head in tuple(heads) if head[0] in _LINE_ESCAPES)
    return frozenset(heads)


def _pattern(bound: set[str], free: set[str], escapes: str) -> re.Pattern[str]:
    """First the character, which the engine looks for fastest, then what stands before it."""
    if not bound and not free:
        return _NOTHING
    places = [f"(?<!{WORD_CHAR}.)", _AFTER_ESCAPE]
    if free:
        places.insert(0, f"(?<={_class(free, escapes)})")
    # A line's end is no way to write a letter.
    unless = r"(?!(?<=\\)[nrt])" if escapes else ""
    return re.compile(f"{_class(bound | free, escapes)}{unless}(?:{'|'.join(places)})", re.DOTALL)


def _pair(key: str) -> str:
    """A pattern of a reading's first two characters."""
    second = "" if len(key) == 1 else _class({key[1]}, rf"\\%&{UNSEEN}\s*+")
    return _class({key[0]}) + second


def _class(chars: set[str], more: str = "") -> str:
    return f"[{''.join(map(_spellings, sorted(chars)))}{more}]"


def _spellings(char: str) -> str:
    if char in _SPELLINGS:
        return _SPELLINGS[char]
    upper = char.upper()
    return re.escape(char) + (re.escape(upper) if len(upper) == 1 and upper != char else "")

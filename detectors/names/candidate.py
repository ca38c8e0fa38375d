"""Where in a text names could stand: the first, cheap look, which spares the model nearly all of it.

Looked for are capitalised words that are no code, and, in short texts such as people type, given names in lower case.
What is found is not a name but a place to look at, a stretch of words with those around them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from detectors.names.gazetteer import COMMON, FAMILY, Gazetteer
from detectors.names.piece import cut
from detectors.names.surrounding import Kind, kind_of
from detectors.names.word import Word, shape, words

MARGIN_CHARS = 48
"""Around a word that could be a name: some eight words, of which the model looks at four on either side."""

SHORT_CHARS = 4_000
"""Texts up to here are read for names in lower case too: longer ones are documents, whose writers know their keys."""

PIECE_CHARS = 50_000
"""So much of a text is looked at in one go, which bounds what is kept of it meanwhile."""

STRETCH_CHARS = 600
"""Longer ones are cut in two: the model reads a few dozen before anybody asks how long it takes."""

_CAPITAL = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u017f\u0386-\u03ab\u0401-\u042f\u1e00-\u1eff"
_CAPITALISED = (
    re.compile(  # what must not stand before comes second: a pattern that begins with a set is four times faster
        rf"[{_CAPITAL}](?<![\w./\\$@#%&~`<].)[^\W\d_]{{0,40}}(?:['’][^\W\d_]{{1,40}}){{0,3}}(?![\w(\[\\]|\.\w|::|=)"
    )
)
_LOWER = re.compile(r"(?<![\w./\\$@#%&~`'’-])[a-z\u00df-\u00ff]{3,40}(?![\w(\[\\/@]|\.\w|::|=|['’-]\w)")
_LIKE_A_NAME = re.compile(r"(?:Mc|Mac|De|Di|La|Le|Van|Du|Fitz|[OD]['’])[A-Z][^\W\d_]+")

NO, UNKNOWN, WEAK, STRONG = range(4)
"""How much the gazetteer says for a word's being a name."""


@dataclass(frozen=True, slots=True, repr=False)
class Stretch:
    """Words that stand together, and which could be part of a name; `kind` is what they stand in. Never shown."""

    words: tuple[Word, ...]
    could: tuple[bool, ...]
    kind: Kind


class FirstLook:
    """Finds stretches by a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._strength = lru_cache(maxsize=1 << 15)(self._judge)
        self._lowered = frozenset(word for word in gazetteer if self._judge(word) == STRONG)

    def stretches(self, text: str) -> Iterator[Stretch]:
        """In order; none overlaps another."""
        for low, high in cut(text, 0, len(text), PIECE_CHARS):
            yield from self._in_piece(text, low, high)

    def _in_piece(self, text: str, begin: int, stop_at: int) -> Iterator[Stretch]:
        words_of = set(_CAPITALISED.findall(text, begin, stop_at))
        strong = {word: strength for word in words_of if (strength := self._strength(word)) != NO}
        found = list(_places(text, begin, stop_at, _CAPITALISED, strong))
        if len(text) <= SHORT_CHARS:
            lowered = self._lowered.intersection(_LOWER.findall(text))
            found += _places(text, begin, stop_at, _LOWER, dict.fromkeys(lowered, STRONG))
            found.sort()
        end = begin
        at = 0
        while at < len(found):
            start, stop, much = found[at]
            at += 1
            if start < end:
                continue
            kind = kind_of(text, start, stop)
            if not _counts(kind, much):
                continue
            low, high = _between(text, max(end, start - MARGIN_CHARS), start), stop + MARGIN_CHARS
            while at < len(found) and found[at][0] < high < low + STRETCH_CHARS:
                high = found[at][1] + MARGIN_CHARS
                at += 1
            end = _beyond(text, min(high, stop_at))
            yield self._stretch(text, low, end, kind)

    def _stretch(self, text: str, start: int, end: int, kind: Kind) -> Stretch:
        inside = tuple(words(text, start, end))
        is_short = len(text) <= SHORT_CHARS
        could: list[bool] = []
        for word in inside:
            first = word.text[0]
            if first.islower() and is_short:
                follows = bool(could) and could[-1]
                could.append(self._could_lowered(text, word, follows))
            else:
                could.append(first.isupper() and self._could(text, word))
        return Stretch(inside, tuple(could), kind)

    def _could_lowered(self, text: str, word: Word, follows: bool) -> bool:
        """A given name, or what follows one and may be a family name."""
        if self._strength(word.text) != STRONG and not (follows and self._is_family(word.text)):
            return False
        return _LOWER.match(text, word.start) is not None

    def _is_family(self, word: str) -> bool:
        traits = self._gazetteer.traits(word)
        return traits[FAMILY] >= "2" and traits[COMMON] <= "1"

    def _could(self, text: str, word: Word) -> bool:
        if len(word.text) == 1:
            return True
        if word.text.isupper() and self._strength(word.text) == NO:
            return False
        whole = _CAPITALISED.match(text, word.start)
        return whole is not None and whole.end() == word.end

    def _judge(self, word: str) -> int:
        lower = word.lower().replace("’", "'").removesuffix("'s")
        given, family, place, common, thing = map(int, self._gazetteer.traits(lower))
        if word[0].islower():
            return STRONG if given >= 2 and common == 0 and thing == 0 and len(lower) > 3 else NO
        form = shape(word)
        if form == "XxX" and not _LIKE_A_NAME.fullmatch(word):
            return NO
        if given >= 2 or (given and common <= 1):
            return STRONG
        if (family or place) and common <= 1:
            return WEAK
        return UNKNOWN if common == thing == 0 and form in ("Xx", "XxX") and len(lower) > 2 else NO


def _places(
    text: str, begin: int, end: int, pattern: re.Pattern[str], strong: Mapping[str, int]
) -> Iterator[tuple[int, int, int]]:
    """(start, end, strength) of some words. Most texts have none, which the distinct words of all told soonest."""
    if strong:
        for match in pattern.finditer(text, begin, end):
            if match[0] in strong:
                yield match.start(), match.end(), strong[match[0]]


def _counts(kind: Kind, strong: int) -> bool:
    """Whether so little is enough there: what nobody knows is looked at in prose, in code nothing is."""
    return kind != "code" and strong >= (UNKNOWN if kind in ("prose", "data") else WEAK)


def _between(text: str, low: int, high: int) -> int:
    """The first position from `low` on that cuts no word."""
    while low < high and low > 0 and not text[low - 1].isspace():
        low += 1
    return low


def _beyond(text: str, end: int) -> int:
    """The last position up to `end` that cuts no word, unless it is a very long one."""
    at = end
    while at < len(text) and at < end + 24 and not text[at].isspace() and not text[at - 1].isspace():
        at += 1
    return at

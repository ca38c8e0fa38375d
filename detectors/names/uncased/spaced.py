"""Names in scripts that part words by spaces: Arabic and Persian, Hebrew, Indic scripts, Georgian.

A name is one or more words that are listed or have the form of a family name; behind a title it may be any word that
is not a plain one. Words that are names and plain words as well (`COMMON`) count little.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from detectors.evidence import Evidence
from detectors.names.uncased.candidate import Candidate
from detectors.names.uncased.lists import COMMON, FAMILY, GIVEN, Lists, fold
from detectors.names.uncased.spacedcue import CUES, LETTERS

BASE: Final = -2.5
MOST_WORDS: Final = 5
LEAST_CUE: Final = 2.5
"""What must stand before a word that nobody knows for it to be looked at."""

_WORD: Final = re.compile(rf"[{LETTERS}]+(?:['’׳\"״־][{LETTERS}]+){{0,2}}")
_JOINS: Final = frozenset(map(fold, "بن بنت ابن أبو ابو آل عبد أم בן בת בר אל".split()))
_SHAPE: Final = re.compile(
    "(?:ال[^\\W\\d]{3,}ي|[^\\W\\d]{2,}(?:زاده|پور|پناه|فر|نژاد|نيا|وند|منش)|[^\\W\\d]{3,}يان|پور[^\\W\\d]{3,}|[א-ת]{3,}מן|[א-ת]{2,}(?:וביץ|ביץ|סקי|שטיין|ברג|בלום|פלד|זון)"
    "|[ა-ჰ]{2,}(?:შვილ[ა-ჰ]{0,3}|ძე|ძემ|ძის|ძეს|იანი|აია|ავა)|[^\\W\\d]{2,}(?:कर|वाल|ज़ाई)|[^\\W\\d]{2,}(?:উদ্দিন))"
)
"""Folded words that have the form of a family name."""

_IS_SHAPED_ALONE: Final = re.compile("[ა-ჰ]{3,}(?:შვილ(?:ი|მა|ს|ის)|აძე|იძე|აძემ|იძემ|ანძე)")
_PREFIXES: Final = ("و", "ل", "ب", "ف", "ול", "וש", "ו", "ל", "ש", "מ", "ב", "ה")
_SUFFIXES: Final = ("কে", "ের", "র", "இடம்", "மா", "ს", "მა", "მ", "ის", "თან", "ो")


class _Token(NamedTuple):
    """A word at text[start:end], without a prefix or suffix; `bits` are what it is listed as, `shaped` its form."""

    start: int
    end: int
    bits: int
    shaped: bool
    joins: bool
    is_cut: bool


def _is_name(token: _Token) -> bool:
    return token.shaped or token.bits & (GIVEN | FAMILY) > 0


def _is_unknown(text: str, token: _Token) -> bool:
    """Whether nobody knows a word, neither as a name nor otherwise. Behind an Arabic article most are adjectives."""
    is_plain = token.bits or token.joins or token.end - token.start < 3
    return not is_plain and not text.startswith("ال", token.start)


def _is_surely_family(token: _Token) -> bool:
    return token.shaped or (token.bits & FAMILY > 0 and not token.bits & COMMON)


def _adjoin(text: str, tokens: Sequence[_Token], place: int) -> bool:
    """Whether a token follows the one before it in one name."""
    between = text[tokens[place - 1].end : tokens[place].start]
    return between in (" ", "\u00a0", "-", "־") and not tokens[place].is_cut


class Spaced:
    """Reads scripts that part words by spaces."""

    def __init__(self, lists: Lists) -> None:
        self._bits = lists.numbers("spaced")
        self._judged = lru_cache(maxsize=1 << 14)(self._judge)

    def candidates(self, text: str, start: int, end: int) -> Iterator[Candidate]:
        tokens = [self._token(match) for match in _WORD.finditer(text, start, end)]
        for place, token in enumerate(tokens):
            if _is_name(token):
                yield from self._from(text, tokens, place)
            elif _is_unknown(text, token):
                cue = CUES.before(text, token.start)
                is_named = place + 1 < len(tokens) and _is_surely_family(tokens[place + 1])
                if (cue is not None and cue.weight > LEAST_CUE) or (is_named and _adjoin(text, tokens, place + 1)):
                    yield from self._from(text, tokens, place)

    def _from(self, text: str, tokens: Sequence[_Token], place: int) -> Iterator[Candidate]:
        """The longest name from a token on, and the token alone."""
        last = place
        for after in range(place + 1, min(len(tokens), place + MOST_WORDS)):
            one = tokens[after]
            if not _adjoin(text, tokens, after):
                break
            if _is_name(one):
                last = after
            elif not one.joins:
                if last == place and self._is_rest(text, tokens[place], one):
                    last = after
                break
        for end in {last, place}:
            words = [one for one in tokens[place : end + 1] if not one.joins or one.bits]
            start, stop = tokens[place].start, tokens[end].end
            weight, what = self._weight(words)
            parts = [Evidence("gazetteer", what, round(BASE + weight, 2)), *CUES.around(text, start, stop)]
            yield Candidate(start, stop, tuple(parts))

    def _is_rest(self, text: str, given: _Token, one: _Token) -> bool:
        """Whether a word that nobody knows is the family name of the given name before it."""
        if not given.bits & GIVEN or one.bits or one.joins or one.end - one.start < 3:
            return False
        behind = CUES.after(text, one.end)
        return behind is not None and (not given.bits & COMMON or CUES.before(text, given.start) is not None)

    def _weight(self, words: Sequence[_Token]) -> tuple[float, str]:
        weight = 0.0
        known = 0
        for number, one in enumerate(words):
            if one.bits & (GIVEN | FAMILY):
                weight += 0.3 if one.bits & COMMON else 1.6
                known += 1
            elif one.shaped:
                weight += 0.9
            if number and (one.bits & FAMILY or one.shaped) and words[0].bits & GIVEN:
                weight += 0.8
            elif number and not _is_name(one):
                weight += 0.3
        if len(words) == 1 and not words[0].bits & GIVEN:
            weight -= 0.4
        what = "a listed name" if known else "a word that is no plain one"
        return weight, "several words of a name" if len(words) > 1 else what

    def _token(self, match: re.Match[str]) -> _Token:
        cut_before, cut_behind, bits, shaped, joins = self._judged(match[0])
        return _Token(match.start() + cut_before, match.end() - cut_behind, bits, shaped, joins, cut_before > 0)

    def _judge(self, word: str) -> tuple[int, int, int, bool, bool]:
        folded = fold(word)
        bits = self._bits.get(folded, 0)
        if bits or not folded:
            return 0, 0, bits, False, folded in _JOINS
        for prefix in _PREFIXES:
            if word.startswith(prefix):
                inner = self._bits.get(fold(word[len(prefix) :] or word), 0)
                if inner & GIVEN and len(word) > len(prefix) + 2:
                    return len(prefix), 0, inner, False, False
        for suffix in _SUFFIXES:
            if word.endswith(suffix):
                inner = self._bits.get(fold(word[: -len(suffix)] or word), 0)
                if inner & (GIVEN | FAMILY) and not inner & COMMON:
                    return 0, len(suffix), inner, False, False
        return 0, 0, 0, _SHAPE.fullmatch(folded) is not None, folded in _JOINS

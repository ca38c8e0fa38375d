"""Where in a text names could stand: the first, cheap look, which spares the model nearly all of it.

Looked for are capitalised words that are no code, and, in short texts such as people type, given names in lower case.
What is found is not a name but a place to look at, a stretch of words with those around them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, THING, Gazetteer
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

BESIDE_CHARS = 2
"""Words so near to one another may be one name's, which isn't cut."""

_CAPITAL = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u017f\u0386-\u03ab\u0401-\u042f\u1e00-\u1eff"
_CAPITALISED = (
    re.compile(  # what must not stand before comes second: a pattern that begins with a set is four times faster
        rf"[{_CAPITAL}](?<![\w./\\$@#%&~`<].)[^\W\d_]{{0,40}}(?:['’][^\W\d_]{{1,40}}){{0,3}}(?![\w(\[\\]|\.\w|::|=)"
    )
)
_LOWER = re.compile(r"(?<![\w./\\$@#%&~`'’-])[a-z\u00df-\u00ff]{3,40}(?![\w(\[\\/@]|\.\w|::|=|['’-]\w)")
_LIKE_A_NAME = re.compile(r"(?:Mc|Mac|De|Di|La|Le|Van|Du|Fitz|[OD]['’])[A-Z][^\W\d_]+")

_FUNCTION_WORDS = frozenset(
    "an among as can come done edit else en era et ja la le les lo los me mi my na no nor ok per see su te tu un una "
    "us vi ya".split()
)
"""Given names somewhere, and far more often how a sentence begins: none is looked at without another word beside it."""

NO, UNKNOWN, WEAK, STRONG = range(4)
"""How much the gazetteer says for a word's being a name."""


@dataclass(frozen=True, slots=True, repr=False)
class Stretch:
    """Words that stand together, and the places of those that could be part of a name, in order; `kind` is what they
    stand in. Never shown."""

    words: Sequence[Word]
    could: Sequence[int]
    kind: Kind


class FirstLook:
    """Finds stretches by a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._strength = lru_cache(maxsize=1 << 15)(self._judge)
        traits = {word: gazetteer[word] for word in gazetteer if gazetteer[word][GIVEN] >= "2" and len(word) > 2}
        self._given = frozenset(word for word, of in traits.items() if of[COMMON] <= "2" and of[THING] <= "1")
        self._given_alone = frozenset(
            word for word, of in traits.items() if of[COMMON] == of[THING] == "0" and len(word) > 3
        )

    def stretches(self, text: str) -> Iterator[Stretch]:
        """In order. What stands around may be in two of them, what could be a name in one."""
        for low, high in cut(text, 0, len(text), PIECE_CHARS):
            yield from self._in_piece(text, low, high)

    def _in_piece(self, text: str, begin: int, stop_at: int) -> Iterator[Stretch]:
        spans = {match.start(): match.end() for match in _CAPITALISED.finditer(text, begin, stop_at)}
        strength = self._strength
        found = [(start, end, much) for start, end in spans.items() if (much := strength(text[start:end])) != NO]
        if len(text) <= SHORT_CHARS and (lowered := self._lowered(text)):
            spans |= lowered
            found = sorted([*found, *((start, end, STRONG) for start, end in lowered.items())])
        done = begin
        at = 0
        while at < len(found):
            start, stop, much = found[at]
            at += 1
            if start < done:
                continue
            kind = kind_of(text, start, stop)
            if not _counts(kind, much):
                continue
            low = _between(text, max(begin, start - MARGIN_CHARS), start)
            while (
                at < len(found)
                and found[at][0] < stop + MARGIN_CHARS
                and not self._parts(text, low, stop, found[at], kind)
            ):
                stop = found[at][1]
                at += 1
            until = found[at][0] if at < len(found) else stop_at
            end = _beyond(text, min(stop + MARGIN_CHARS, stop_at))
            inside = words(text, low, end)
            yield Stretch(inside, self._could(inside, spans, range(done, until)), kind)
            done = min(end, until)

    @staticmethod
    def _parts(text: str, low: int, stop: int, place: tuple[int, int, int], kind: Kind) -> bool:
        """Whether a stretch of a kind from `low` to `stop` ends before the next place though it is near."""
        start, end, _ = place
        length = stop - low
        if length > 2 * STRETCH_CHARS or (length > STRETCH_CHARS and start > stop + BESIDE_CHARS):
            return True
        return text.find("\n", stop, start) >= 0 and kind_of(text, start, end) != kind

    def _lowered(self, text: str) -> dict[int, int]:
        """Start and end of given names in lower case, and of family names behind them, without which those that are
        plain words as well don't count."""
        given = self._given.intersection(_LOWER.findall(text))
        if not given:
            return {}
        found: dict[int, int] = {}
        for match in _LOWER.finditer(text):
            if match[0] not in given:
                continue
            end = match.end()
            behind = _LOWER.match(text, end + 1) if text.startswith(" ", end) else None
            if behind is not None and self._is_family(behind[0]):
                found |= {match.start(): end, behind.start(): behind.end()}
            elif match[0] in self._given_alone:
                found[match.start()] = end
        return found

    def _could(self, inside: Sequence[Word], looks: Mapping[int, int], within: range) -> list[int]:
        """Places of words within a part of the text that could be part of a name. `looks` are spans that look so."""
        return [
            at
            for at, word in enumerate(inside)
            if word.start in within
            and (
                word.text.isupper()
                if len(word.text) == 1
                else looks.get(word.start) == word.end and not self._is_plain(inside, at)
            )
        ]

    def _is_plain(self, inside: Sequence[Word], at: int) -> bool:
        """Whether a word has its capitals for shouting, or for being a plain one that begins a sentence."""
        word = inside[at].text
        if self._strength(word) != NO:
            return False
        return word.isupper() or (
            at + 1 < len(inside) and inside[at + 1].text[0].islower() and _begins_sentence(inside, at)
        )

    def _is_family(self, word: str) -> bool:
        traits = self._gazetteer.traits(word)
        return traits[FAMILY] >= "2" and traits[COMMON] <= "1"

    def _judge(self, word: str) -> int:
        lower = word.lower().replace("’", "'").removesuffix("'s")
        if lower in _FUNCTION_WORDS:
            return NO
        given, family, place, common, thing = map(int, self._gazetteer.traits(lower))
        form = shape(word)
        if form == "XxX" and not _LIKE_A_NAME.fullmatch(word):
            return NO
        if given >= 2 or (given and common <= 1):
            return STRONG
        if (family or place) and common <= 1:
            return WEAK
        return UNKNOWN if common == thing == 0 and form in ("Xx", "XxX") and len(lower) > 2 else NO


def _begins_sentence(words: Sequence[Word], at: int) -> bool:
    """Or the text. Behind an abbreviation's dot nothing begins."""
    if at == 0:
        return words[at].start == 0
    sign = words[at - 1].text
    return sign in "!?\n" or (sign == "." and at > 1 and words[at - 2].text[0].islower())


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

"""Our own finder of names: a first look, a small model, the gazetteer, and one score of what they say together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched, pairwise
from typing import Final

from detectors.evidence import Evidence
from detectors.guards.code import is_amid_code, is_example_word, is_somebodys_place, is_told_in_code
from detectors.lexiconfile import NO_NAME_LEXICON, NameLexicon
from detectors.names import gazetteer, model, weigh
from detectors.names.author import Credits
from detectors.names.candidate import FirstLook, Stretch
from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, PLACE, THING
from detectors.names.labelled import is_something_else
from detectors.names.named import Allowance, Entity, Named
from detectors.names.sifted import sifted
from detectors.names.surrounding import Kind
from detectors.names.uncased.finder import Uncased
from detectors.names.weigh import GAZETTEER, MODEL, SOURCES, Scales, Span
from detectors.names.word import Word, traits

SCALES = model.FOLDER / "scales.json"

LEAST: Final[dict[Entity, float]] = {"PERSON": 0.75, "LOCATION": 0.7, "ORGANIZATION": 0.7}
"""Scores from which names are told."""

LEAST_WORD: Final = 0.15
"""What the model must say of a word for it to be looked at further."""

BATCH: Final = 24
"""Stretches that the model reads at a time; then the allowance is asked."""

_CODE: Final[frozenset[Kind]] = frozenset({"comment", "string", "code"})
_PARTICLES: Final = frozenset(
    "van von der den de del della di da dos du la le el al bin ibn ter zu zum y e af bint ben".split()
)
_JOINS: Final = frozenset(".-'’")
MOST_JOINED: Final = 2
"""Such words between two of a name: `J. -`, `van der`."""

_SHORTENED: Final = frozenset({"St", "Ste", "Sta", "Mt", "Ft"})
_TITLED: Final = re.compile(
    r"(?i)(?:\b(?:mr|mrs|ms|miss|dr|prof|herrn?|frau|mme|mlle|sra?|dott|sig|dhr|mevr|pani?)\.?|\bm\.)\s{1,2}$"
)
_BLANK: Final = re.compile(r"\s")
_PUBLISHED: Final = Evidence("author", "published with the work", 0.0)
ENTITIES_OF_MODEL: Final[tuple[Entity, ...]] = ("PERSON", "LOCATION", "ORGANIZATION")


class OwnFinder:
    """`names` is what a rule base says of names; `evidence` are the sources that count, since one alone shows what it
    is worth. Training gives `scales` of its own."""

    def __init__(
        self,
        names: NameLexicon = NO_NAME_LEXICON,
        *,
        evidence: frozenset[str] = SOURCES,
        scales: Mapping[str, Scales] | None = None,
    ) -> None:
        self._names = names
        self._sources = evidence
        self._given_scales = scales
        self._uncased = Uncased() if GAZETTEER in evidence else None
        self._loaded = False

    def load(self) -> None:
        if self._loaded:
            return
        self._gazetteer = gazetteer.bundled()
        self._network = model.bundled()
        given = self._given_scales
        self._scales = weigh.load(SCALES)["+".join(sorted(self._sources))] if given is None else given
        self._look = FirstLook(self._gazetteer)
        self._columns = {entity: self._network.labels.index(entity) for entity in ENTITIES_OF_MODEL}
        if self._uncased is not None:
            self._uncased.load()
        self._loaded = True

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        """The names in `text`, in order."""
        credits_ = Credits(text)
        told = (self._named(text, span, entity, credits_) for span, entity in self.spans(text, allowance))
        found = [named for named in told if named is not None]
        if self._uncased is not None:
            found = sorted([*found, *self._uncased.find(text, allowance)], key=lambda named: named.start)
        return list(sifted(found, text, self._names))

    def spans(self, text: str, allowance: Allowance) -> Iterator[tuple[Span, Entity]]:
        """Whatever could be a name, to be weighed."""
        self.load()
        for stretches in batched(self._look.stretches(text), BATCH):
            if allowance.is_spent():
                allowance.unread = True
                return
            wanted = [_wanted(one) for one in stretches]
            read = self._network.probabilities(
                [[(word.text, word.spaced) for word in one.words] for one in stretches], wanted
            )
            for stretch, places, probabilities in zip(stretches, wanted, read, strict=True):
                yield from self._spans(stretch, dict(zip(places, probabilities.tolist(), strict=True)))

    def _spans(self, stretch: Stretch, chances: Mapping[int, Sequence[float]]) -> Iterator[tuple[Span, Entity]]:
        """`chances` are the model's probabilities, by place of the word and by column."""
        words = stretch.words
        labels = {at: label for at in stretch.could if (label := self._label(words[at], chances[at])) is not None}
        end = 0
        for at, label in labels.items():
            if at < end:
                continue
            end, column = at + 1, self._columns[label]
            if self._leads(words[at], chances[at][column]):
                end = _run_end(words, labels, at)
            known = [self._traits(word) for word in words[at:end]]
            yield Span(words[at:end], known, [chances[place][column] for place in range(at, end)], stretch.kind), label

    def _label(self, word: Word, chances: Sequence[float]) -> Entity | None:
        """What a word could be part of by the model, or else by the gazetteer."""
        if MODEL in self._sources:
            best = max(ENTITIES_OF_MODEL, key=lambda entity: chances[self._columns[entity]])
            if chances[self._columns[best]] >= LEAST_WORD:
                return best
        if GAZETTEER in self._sources:
            known = self._traits(word)
            if known[COMMON] <= "1":
                if known[GIVEN] >= "1" or known[FAMILY] >= "1":
                    return "PERSON"
                return "LOCATION" if known[PLACE] >= "2" else None
        return None

    def _leads(self, word: Word, chance: float) -> bool:
        """Whether it may be the first of several: no family name or place for which the gazetteer alone speaks."""
        return MODEL not in self._sources or chance >= LEAST_WORD or self._traits(word)[GIVEN] >= "1"

    def _traits(self, word: Word) -> str:
        return traits(word.text, self._gazetteer)

    def _named(self, text: str, span: Span, entity: Entity, credits_: Credits) -> Named | None:
        score, evidence = self._scales[entity].judge(span, entity)
        if score < LEAST[entity]:
            return None
        start, end = span.start, _without_genitive(text, span.end)
        if span.kind in ("string", "data") and not is_told_in_code(text, start, end):
            return None
        told: Entity = entity
        in_code = span.kind in _CODE or is_amid_code(text, start, end)
        if in_code and (_is_abbreviation(span) or (entity == "LOCATION" and not is_somebodys_place(text, start, end))):
            return None
        if entity == "PERSON":
            if is_something_else(text, start, end):
                return None
            if in_code and (_is_eponym(text, span) or _is_example(text, span)):
                return None
            if credits_.name(start, end, in_code):
                told, evidence = "PUBLIC_PERSON", (*evidence, _PUBLISHED)
        return Named(start, end, told, round(score, 3), evidence)


def _is_abbreviation(span: Span) -> bool:
    """A word alone, in capitals."""
    letters = [word.text for word in span.words if word.text[0].isalpha()]
    return len(letters) == 1 and letters[0].isupper()


def _is_example(text: str, span: Span) -> bool:
    """A word alone without a capital, or all of a literal."""
    if sum(word.text[0].isalpha() for word in span.words) > 1:
        return False
    return span.words[0].text.islower() or is_example_word(text, span.start, span.end)


def _is_eponym(text: str, span: Span) -> bool:
    """A family name alone, or several joined by hyphens, without a title: in code and its comments an algorithm's or a
    publisher's."""
    if any(_BLANK.search(text, one.end, other.start) for one, other in pairwise(span.words)):
        return False
    given = [
        known[GIVEN] >= "2" and known[THING] <= "1"
        for word, known in zip(span.words, span.traits, strict=True)
        if word.text[0].isalpha()
    ]
    return not all(given) and not _TITLED.search(text, max(0, span.start - 12), span.start)


def _wanted(stretch: Stretch) -> list[int]:
    """Places of words that could be part of a name, and of what may join them to the next."""
    wanted: list[int] = []
    for at, following in pairwise((*stretch.could, len(stretch.words))):
        wanted += range(at, _joined(stretch.words, at + 1, following))
    return wanted


def _run_end(words: Sequence[Word], labels: Mapping[int, Entity], start: int) -> int:
    """One past the last word of the name that begins at `start`."""
    end = start + 1
    while True:
        after = _joined(words, end, len(words))
        if labels.get(after) != labels[start] or _is_broken(words, end, after):
            return end
        end = after + 1


def _joined(words: Sequence[Word], start: int, stop: int) -> int:
    """One past the words from `start` on that may join a name's word to the next: two at most."""
    stop = min(stop, start + MOST_JOINED)
    while start < stop and _joins(words[start]):
        start += 1
    return start


def _joins(word: Word) -> bool:
    return word.text in _JOINS or word.text.lower() in _PARTICLES


def _is_broken(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether a gap or the end of a sentence parts the words before `start` and at `end`."""
    if words[end].start - words[end - 1].end > 2:
        return True
    return any(
        words[at].text == "." and words[at].spaced and not _is_short(words[at - 1].text) for at in range(start, end)
    )


def _is_short(word: str) -> bool:
    """Whether it is an initial or a saint's `St`: a dot behind it ends no sentence."""
    return len(word) == 1 or word in _SHORTENED


def _without_genitive(text: str, end: int) -> int:
    return end - 2 if text[max(0, end - 2) : end] in ("'s", "’s") else end

"""Our own finder of names: a first look, a small model, the gazetteer, and one score of what they say together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Final

from detectors.evidence import Evidence
from detectors.guards.code import is_amid_code, is_told_in_code
from detectors.lexiconfile import NO_NAME_LEXICON, NameLexicon
from detectors.names import gazetteer, model, weigh
from detectors.names.author import is_authors
from detectors.names.candidate import FirstLook, Stretch
from detectors.names.gazetteer import COMMON, FAMILY, GIVEN, PLACE
from detectors.names.named import Allowance, Entity, Named
from detectors.names.network import Floats
from detectors.names.sifted import sifted
from detectors.names.surrounding import Kind
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
_TITLED: Final = re.compile(
    r"(?i)(?:\b(?:mr|mrs|ms|miss|dr|prof|herrn?|frau|mme|mlle|sra?|dott|sig|dhr|mevr|pani?)\.?|\bm\.)\s{1,2}$"
)
_ESCAPES: Final = (("\\n", " \n"), ("\\t", " \t"), ("\\r", "  "), ('\\"', ' "'))
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
        self._loaded = False

    def load(self) -> None:
        if self._loaded:
            return
        self._gazetteer = gazetteer.bundled()
        self._network = model.bundled()
        given = self._given_scales
        self._scales = weigh.load(SCALES)["+".join(sorted(self._sources))] if given is None else given
        self._look = FirstLook(self._gazetteer)
        self._columns = [self._network.labels.index(entity) for entity in ENTITIES_OF_MODEL]
        self._loaded = True

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        """The names in `text`, in order."""
        text = _unescaped(text)
        told = (self._named(text, span, entity) for span, entity in self.spans(text, allowance))
        return list(sifted((named for named in told if named is not None), text, self._names))

    def spans(self, text: str, allowance: Allowance) -> Iterator[tuple[Span, Entity]]:
        """Whatever could be a name, to be weighed."""
        self.load()
        for stretches in batched(self._look.stretches(text), BATCH):
            if allowance.is_spent():
                allowance.unread = True
                return
            read = self._network.probabilities(
                [[(word.text, word.spaced) for word in one.words] for one in stretches],
                [_wanted(one) for one in stretches],
            )
            for stretch, probabilities in zip(stretches, read, strict=True):
                yield from self._spans(stretch, probabilities)

    def _spans(self, stretch: Stretch, probabilities: Floats) -> Iterator[tuple[Span, Entity]]:
        chances = probabilities[:, self._columns].tolist()
        labels = [
            self._label(word, row) if could else None
            for word, row, could in zip(stretch.words, chances, stretch.could, strict=True)
        ]
        at = 0
        while at < len(labels):
            label = labels[at]
            if label is None:
                at += 1
                continue
            end = self._run_end(stretch.words, labels, at)
            words, column = stretch.words[at:end], ENTITIES_OF_MODEL.index(label)
            known = [self._traits(word) for word in words]
            yield Span(words, known, [row[column] for row in chances[at:end]], stretch.kind), label
            at = end

    def _label(self, word: Word, chances: Sequence[float]) -> Entity | None:
        """What a word could be part of by the model, or else by the gazetteer."""
        if MODEL in self._sources:
            best = max(chances)
            if best >= LEAST_WORD:
                return ENTITIES_OF_MODEL[chances.index(best)]
        if GAZETTEER in self._sources:
            known = self._traits(word)
            if known[COMMON] <= "1":
                if known[GIVEN] >= "1" or known[FAMILY] >= "1":
                    return "PERSON"
                return "LOCATION" if known[PLACE] >= "2" else None
        return None

    def _traits(self, word: Word) -> str:
        return traits(word.text, self._gazetteer)

    def _run_end(self, words: Sequence[Word], labels: Sequence[Entity | None], start: int) -> int:
        """One past the last word of the name that begins at `start`."""
        end = start + 1
        while end < len(words):
            after = end
            while after < len(words) and after < end + 2 and _joins(words[after]):
                after += 1
            if after >= len(words) or labels[after] != labels[start] or _is_broken(words, end, after):
                break
            end = after + 1
        return end

    def _named(self, text: str, span: Span, entity: Entity) -> Named | None:
        found = weigh.chosen(weigh.features(span), self._sources)
        scales = self._scales[entity]
        score = scales.score(found)
        if score < LEAST[entity]:
            return None
        start, end = span.start, _without_genitive(text, span.end)
        if span.kind in ("string", "data") and not is_told_in_code(text, start, end):
            return None
        told: Entity = entity
        evidence = scales.evidence(found, entity)
        if entity == "PERSON":

            def in_code() -> bool:
                return span.kind in _CODE or is_amid_code(text, start, end)

            if _is_eponym(text, span) and in_code():
                return None
            if is_authors(text, start, end, in_code):
                told, evidence = "PUBLIC_PERSON", (*evidence, _PUBLISHED)
        return Named(start, end, told, round(score, 3), evidence)


def _unescaped(text: str) -> str:
    """A document in a string of JSON, as tools give them, with its line ends and quotes, as long as before."""
    if text.count("\\n") <= text.count("\n"):
        return text
    for escape, plain in _ESCAPES:
        text = text.replace(escape, plain)
    return text


def _is_eponym(text: str, span: Span) -> bool:
    """A family name alone, without a title: in code and its comments an algorithm's or a publisher's."""
    is_lone = sum(word.text[0].isalpha() for word in span.words) == 1
    return is_lone and span.traits[0][GIVEN] < "2" and not _TITLED.search(text, max(0, span.start - 12), span.start)


def _wanted(stretch: Stretch) -> list[bool]:
    """Words that could be part of a name, and what may join them to the next."""
    wanted: list[bool] = []
    for word, could in zip(stretch.words, stretch.could, strict=True):
        wanted.append(could or (bool(wanted) and wanted[-1] and _joins(word)))
    return wanted


def _joins(word: Word) -> bool:
    return word.text in _JOINS or word.text.lower() in _PARTICLES


def _is_broken(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether a gap or the end of a sentence parts the words before `start` and at `end`; an initial's dot does not."""
    if words[end].start - words[end - 1].end > 2:
        return True
    return any(words[at].text == "." and words[at].spaced and len(words[at - 1].text) > 1 for at in range(start, end))


def _without_genitive(text: str, end: int) -> int:
    return end - 2 if text[max(0, end - 2) : end] in ("'s", "’s") else end

"""Names of people and places, by a spaCy pipeline the operator configures: the only importer of spaCy.

Without a configured pack nothing here runs. Only prose is read, since a tagger sees names in code where there are none.
"""

from dataclasses import dataclass
from typing import Any

import regex

ENTITIES = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "LOCATION": "LOCATION",
    "FAC": "LOCATION",
}
"""spaCy's labels, in the schemes of its English and its other packs, to our entity names."""

SCORE = 0.6
MAX_CHARS = 20_000
"""Pieces this long are read one at a time: a tagger's memory grows with the text."""

_PROSE_WORD = regex.compile(r"(?<![\w.$/\\])[A-Za-z\u00c0-\u024f'’]{2,20}(?=[ ,.;:!?)\n]|$)")


@dataclass(frozen=True, slots=True)
class Named:
    """One name: where it stands and what it names."""

    start: int
    end: int
    entity: str
    score: float = SCORE


class NameFinder:
    """Finds names with the pack `pack`, an installed package's name or a folder, loaded when first needed."""

    def __init__(self, pack: str) -> None:
        self.pack = pack
        self._pipeline: Any = None

    def load(self) -> None:
        """Raises ValueError when the pack isn't there or isn't a spaCy pipeline."""
        if self._pipeline is not None:
            return
        import spacy

        try:
            self._pipeline = spacy.load(self.pack)
        except (OSError, ImportError, ValueError) as err:
            raise ValueError(
                f"names: pack, expected an installed spaCy package or a folder, found {self.pack!r}: {err}"
            ) from err

    def find(self, text: str) -> list[Named]:
        """Every name in a prose text, in order; nothing in text that isn't prose."""
        if not is_prose(text):
            return []
        self.load()
        return [
            Named(offset + entity.start_char, offset + entity.end_char, ENTITIES[entity.label_])
            for offset, piece in _pieces(text)
            for entity in self._pipeline(piece).ents
            if entity.label_ in ENTITIES
        ]


def is_prose(text: str) -> bool:
    """At least two words, and most of the text in plain words."""
    words = _PROSE_WORD.findall(text, 0, 4000)
    letters = sum(len(word) + 1 for word in words)
    return len(words) >= 2 and letters * 10 >= min(len(text), 4000) * 6


def _pieces(text: str) -> list[tuple[int, str]]:
    """The text cut at line ends or spaces, with offsets."""
    pieces = []
    start = 0
    while len(text) - start > MAX_CHARS:
        cut = max(text.rfind("\n", start, start + MAX_CHARS), text.rfind(" ", start, start + MAX_CHARS))
        cut = cut + 1 if cut > start else start + MAX_CHARS
        pieces.append((start, text[start:cut]))
        start = cut
    return [*pieces, (start, text[start:])]

"""Names by a spaCy pipeline that the operator brings, a package or a folder: the only importer of spaCy.

Nothing here downloads. What a text leaves behind is freed with it: a vocabulary that kept every word it met would grow
for as long as a worker lives.
"""

from collections.abc import Mapping
from typing import Any, Final

from detectors.evidence import Evidence
from detectors.lexiconfile import NO_NAME_LEXICON, NameLexicon
from detectors.names.installed import check_installed
from detectors.names.named import SCORE, Allowance, Entity, Named
from detectors.names.piece import BATCH, pieces
from detectors.names.sifted import sifted

LABELS: Final[Mapping[str, Entity]] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "LOCATION": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
}
"""spaCy's labels, in the schemes of its English and its other packs, to our entities."""

_NOT_NEEDED: Final = ("parser", "tagger", "morphologizer", "lemmatizer", "senter", "attribute_ruler")
"""Steps of spaCy's packs that its recognizer of names doesn't look at, and that take half of the time."""


class PackFinder:
    """Finds names with the pack `pack`, an installed package's name or a folder. `names` is what a rule base says."""

    def __init__(self, pack: str, names: NameLexicon = NO_NAME_LEXICON) -> None:
        self._pack = pack
        self._names = names
        self._pipeline: Any = None
        self._name = ""

    def load(self) -> None:
        """Raises ValueError when the pack isn't there, with the command to install it, or isn't a spaCy pipeline."""
        if self._pipeline is not None:
            return
        check_installed(self._pack)
        import spacy

        try:
            pipeline = spacy.load(self._pack)
        except (OSError, ImportError, ValueError, KeyError, TypeError, AttributeError) as err:
            raise ValueError(f"expected a spaCy pack, found {self._pack!r}, which can't be loaded: {err}") from err
        if "ner" in pipeline.pipe_names and "entity_ruler" not in pipeline.pipe_names:  # rulers may ask for any of them
            pipeline.select_pipes(disable=[name for name in _NOT_NEEDED if name in pipeline.pipe_names])
        self._name = f"{pipeline.lang}_{pipeline.meta.get('name', 'pack')}"
        self._pipeline = pipeline

    def find(self, text: str, allowance: Allowance) -> list[Named]:
        """Every name in the prose of a text, in order."""
        self.load()
        with self._pipeline.memory_zone():
            read = self._pipeline.pipe(pieces(text, allowance), as_tuples=True, batch_size=BATCH)
            found = (
                self._named(offset + entity.start_char, offset + entity.end_char, entity.label_)
                for document, offset in read
                for entity in document.ents
                if entity.label_ in LABELS
            )
            return list(sifted(found, text, self._names))

    def _named(self, start: int, end: int, label: str) -> Named:
        return Named(start, end, LABELS[label], SCORE, (Evidence("model", f"{self._name}: {label}", SCORE),))

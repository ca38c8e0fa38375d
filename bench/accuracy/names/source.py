"""Where names come from: fields (the rules, with no finder), the gazetteer and the model of our finder, each alone."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from bench.accuracy.names.span import Span
from detectors import Engine, bundled_rules, load_rules
from detectors.lexiconfile import NameLexicon
from detectors.names.named import Finder, unlimited
from detectors.names.own import OwnFinder

FIELDS: Final = "fields"
OWN: Final = ("gazetteer", "model")
SOURCES: Final = (FIELDS, *OWN)

Reader = Callable[[str], Iterable[Span]]
"""A text's names, as whoever is measured tells them."""


def readers(cache_dir: Path, without: Iterable[str] = ()) -> dict[str, Reader]:
    """Each source alone by its name, and `together` what the engine makes of them; less those of `without`."""
    ruleset = load_rules([bundled_rules()], cache_dir=cache_dir)

    def of_engine(names: Finder | None) -> Reader:
        engine = Engine(ruleset, b"accuracy", cache_dir=cache_dir, names=names)
        return lambda text: [Span(one.start, one.end, one.entity, one.rule) for one in engine.scan(text).findings]

    left = [source for source in SOURCES if source not in set(without)]
    made: dict[str, Reader] = {FIELDS: of_engine(None)} if FIELDS in left else {}
    own = [source for source in left if source in OWN]
    for source in own:
        made[source] = of_finder(finder([source], ruleset.names))
    if own:
        whole = finder(own, ruleset.names)
        made["together"] = of_engine(whole) if FIELDS in left else of_finder(whole)
    return made


def finder(evidence: Iterable[str], names: NameLexicon) -> Finder:
    """Our finder with these of its sources, loaded."""
    made = OwnFinder(names, evidence=frozenset(evidence))
    made.load()
    return made


def of_finder(names: Finder) -> Reader:
    return lambda text: [
        Span(one.start, one.end, one.entity, ", ".join(piece.kind for piece in one.evidence))
        for one in names.find(text, unlimited())
    ]

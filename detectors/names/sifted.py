"""What a rule base says of names, laid over what a model found: its products are no persons, and its figures public."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from detectors.evidence import Evidence
from detectors.lexiconfile import NameLexicon
from detectors.names.named import Named

_POSSESSIVE = ("'s", "’s", "'", "’")


def sifted(found: Iterable[Named], text: str, names: NameLexicon) -> Iterator[Named]:
    """The names without those that are none. A company may be called as its product is."""
    for named in found:
        word = _plain(text[named.start : named.end])
        if word in names.not_names and named.entity != "ORGANIZATION":
            continue
        if word in names.public_figures and named.entity == "PERSON":
            known = Evidence("gazetteer", "public_figures", 0.0)
            named = replace(named, entity="PUBLIC_PERSON", evidence=(*named.evidence, known))
        yield named


def _plain(name: str) -> str:
    word = " ".join(name.split()).casefold()
    ending = next((ending for ending in _POSSESSIVE if word.endswith(ending)), "")
    return word.removesuffix(ending)

"""Which finder of names a configuration asks for."""

from pathlib import Path
from typing import Final

from detectors.lexiconfile import NO_NAME_LEXICON, NameLexicon
from detectors.names.installed import check_installed
from detectors.names.named import Finder

OFF: Final = "off"
OWN: Final = "tightlip"
PRESIDIO: Final = "presidio:"
"""Before the path of a file in Presidio's own format."""


def make_finder(model: str, names: NameLexicon = NO_NAME_LEXICON) -> Finder | None:
    """The finder that `model` names, not loaded yet; None for "off". `names` is what a rule base says of names.

    "tightlip" is our own, "presidio:FILE" an NLP engine that such a file describes, and anything else a spaCy pack: an
    installed package's name or a folder.
    """
    if model == OFF:
        return None
    if model == OWN:
        from detectors.names.own import OwnFinder

        return OwnFinder(names)
    if model.startswith(PRESIDIO):
        from detectors.names.nlpengine import EngineFinder

        return EngineFinder(model.removeprefix(PRESIDIO), names)
    from detectors.names.pack import PackFinder

    return PackFinder(model, names)


def check(model: str) -> None:
    """Raises ValueError when what `model` names isn't there, with how to install it. Loads nothing."""
    if model.startswith(PRESIDIO):
        file = Path(model.removeprefix(PRESIDIO))
        if not file.is_file():
            raise ValueError(f"expected an NLP configuration of Presidio's, found no file at {str(file)!r}")
    elif model not in (OFF, OWN):
        check_installed(model)

"""Which finder of names a configuration asks for, and what that is read from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detectors.lexiconfile import NO_NAME_LEXICON, NameLexicon
from detectors.names.installed import check_installed, version
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


def sources(model: str) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """What of the operator's `model` is read from: files and folders, and installed packages as NAME==VERSION.

    Whoever follows these sees a model change that is called as before. Loads nothing.
    """
    if model in (OFF, OWN):
        return (), ()
    if not model.startswith(PRESIDIO):
        return _told_apart([model])
    from detectors.names.nlpengine import models_of

    file = Path(model.removeprefix(PRESIDIO))
    paths, packages = _told_apart(models_of(file))
    return (file, *paths), packages


def _told_apart(models: Sequence[str]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Folders, and packages with their versions, as spaCy and Presidio tell them apart. Neither is what isn't here."""
    versions = {model: version(model) for model in models}
    paths = (Path(model) for model in models if not versions[model])
    return tuple(path for path in paths if path.is_dir()), tuple(f"{m}=={v}" for m, v in versions.items() if v)

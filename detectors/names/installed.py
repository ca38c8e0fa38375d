"""Whether a spaCy pack is there, without a look at spaCy, which takes seconds to import."""

import re
from importlib import metadata
from pathlib import Path
from typing import Final

_SPACYS_OWN: Final = re.compile(r"[a-z]{2,3}_(?:core|ent|sent|dep)_[a-z]+_(?:sm|md|lg|trf)")


def check_installed(pack: str) -> None:
    """Raises ValueError when there is no such package or folder, with the command that installs it."""
    if version(pack) or Path(pack).is_dir():
        return
    if "/" in pack:
        raise ValueError(f"expected a folder that holds a spaCy pack, found none at {pack!r}")
    command = f"python -m spacy download {pack}" if _SPACYS_OWN.fullmatch(pack) else f"python -m pip install {pack}"
    raise ValueError(f"expected an installed spaCy pack, found no {pack!r}; to install it: {command}")


def version(pack: str) -> str:
    """The version of the package `pack`; empty when none is installed."""
    try:
        return metadata.version(pack)
    except (metadata.PackageNotFoundError, ValueError):
        return ""

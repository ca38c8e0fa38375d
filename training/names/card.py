"""Writes the model's card, `detectors/models/names/README.md`, by `card.md`: what it is, is made from, can and can't.

Figures are not repeated: `docs/benchmarks.md` has them, with the command that measures them.
"""

import email
import zipfile
from collections.abc import Iterator
from pathlib import Path

from detectors.names import gazetteer
from training.names import source, uncased
from training.names.example import templates

TEMPLATE = Path(__file__).with_name("card.md")


def write(folder: Path) -> None:
    known = gazetteer.unpack((folder / "gazetteer.bin").read_bytes())
    (folder / "README.md").write_text(
        TEMPLATE.read_text(encoding="utf-8").format(
            words=len(known),
            vocabulary=len(known.vocabulary),
            examples=len(templates()),
            packages="\n".join(["| package | version | licence |", "|---|---|---|", *_packages()]),
        ),
        encoding="utf-8",
    )


def _packages() -> Iterator[str]:
    found = {one.name: one for one in (*uncased.archives(), *(source.CACHE / "wheels").iterdir())}
    for archive in sorted(found.values(), key=lambda one: one.name.lower()):
        name, version = archive.name.removesuffix(".tar.gz").split("-")[:2]
        yield f"| {name} | {version} | {_licence(archive)} |"


def _licence(archive: Path) -> str:
    """What a wheel's metadata says, in a few words."""
    if archive.suffix != ".whl":
        return "MIT"  # `names` and `jieba`, whose archives have no metadata that says so in a field
    with zipfile.ZipFile(archive) as opened:
        member = next(one for one in opened.namelist() if one.endswith(".dist-info/METADATA"))
        told = email.message_from_bytes(opened.read(member))
    if told["License-Expression"]:
        return str(told["License-Expression"])
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    return ", ".join(classified) or (told["License"] or "see the package").splitlines()[0][:60]

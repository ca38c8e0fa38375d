"""Source code of Python projects as their source distributions hold it: what is there to find is next to nothing."""

import random
import shutil
from pathlib import Path
from typing import Final

from bench.accuracy.public.fetch import FOLDER, pypi

PROJECTS: Final = {
    "dev": (
        *("django==5.2.8", "flask==3.1.2", "requests==2.32.5", "celery==5.5.3", "sqlalchemy==2.0.44"),
        *("scrapy==2.13.3", "sphinx==8.2.3", "ansible-core==2.19.3", "twisted==25.5.0", "networkx==3.5"),
    ),
    "held-out": ("buildbot==4.3.0", "fastapi==0.165.0", "paramiko==5.1.0", "pylint==4.1.4", "sympy==1.14.0"),
}
"""The first may be looked at while the finder changes, the others are for counting alone: whoever changes something
because of them moves them up and takes others."""

SUFFIXES: Final = frozenset(".py .pyi .pyx .c .h .js .sh .toml .cfg .ini .yaml .yml".split())
BYTES: Final = 3_000_000
"""Of each project, whole files drawn from a seed."""


def prepare(kind: str, package: str) -> Path:
    """The folder with a project's files. Raises NotObtainable."""
    into = FOLDER / "code" / kind / package.partition("==")[0]
    if into.exists():
        return into
    root = pypi(package, source=True)
    files = sorted(file for file in root.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    random.Random(package).shuffle(files)
    half, left = into.with_name(f"{into.name}.half"), BYTES
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for file in files:
        size = file.stat().st_size
        if size <= left:
            left -= size
            place = half / file.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
    half.rename(into)
    return into

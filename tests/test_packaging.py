"""The wheel: built, installed beside the environment and used. The image is in `deploy/`."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from proxy import __version__
from tests.e2e.lab import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (built,) = folder.glob("*.whl")
    return built


def _files(folder: str, suffix: str) -> set[str]:
    paths = (path for path in (ROOT / folder).rglob(f"*{suffix}") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in paths}


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_the_rules_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        entry = archive.read(f"tightlip-{__version__}.dist-info/entry_points.txt").decode()
        licence = archive.read(f"tightlip-{__version__}.dist-info/licenses/LICENSE").decode()
    data = {path.replace("rules/", "detectors/_rules/", 1) for path in _files("rules", ".yaml")}
    data |= _files("detectors", ".bin") | _files("detectors", ".txt") | _files("detectors/models", "")
    assert names == _files("proxy", ".py") | _files("detectors", ".py") | data
    assert "tightlip = proxy.cli:main" in entry
    assert "Apache License" in licence


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone in a folder; its dependencies are those of the environment."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True, timeout=60)
    return folder


def _installed(installed: Path, folder: Path, *command: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(installed),
        "TIGHTLIP_STATE_DIR": str(folder / "state"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_the_installed_command_works_without_the_source_tree(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "bin" / "tightlip")
    assert _installed(installed, tmp_path, command, "version") == f"tightlip {__version__}"
    where = "import detectors, proxy; print(proxy.__file__, detectors.__file__, detectors.bundled_rules())"
    for path in _installed(installed, tmp_path, sys.executable, "-c", where).split():
        assert Path(path).is_relative_to(installed)
    assert "policy balanced" in _installed(installed, tmp_path, command, "config", "check")

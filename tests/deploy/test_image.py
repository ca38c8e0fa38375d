"""The image, as far as it can be proved without a container engine.

What the Dockerfile says is read; its command is started as it stands there, with folders and ports of the test's own.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from proxy import __version__
from tests.compiled import share_rules
from tests.deploy.image import INSTRUCTIONS, PROXY, TEXT, environment, healthcheck, last, run_line, sources, words
from tests.e2e.lab import ROOT

_WELCOME = re.compile(r"listens on 127\.0\.0\.1:(\d+),.*metrics on http://127\.0\.0\.1:(\d+)/metrics")
_START_SECONDS = 60


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    copied = set(sources())
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert [source for source in copied if not (ROOT / source).exists()] == []


def _needs(name: str) -> set[str]:
    """The names of a distribution and of everything that it requires here."""
    wanted = [Requirement(text) for text in requires(name) or []]
    below = [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return {name}.union(*map(_needs, below)) if below else {name}


@pytest.mark.skipif(shutil.which("awk") is None, reason="the image has awk, this machine has not")
def test_the_build_backend_is_taken_whole_out_of_the_lock_file() -> None:
    (command,) = re.findall(r"awk '[^']+' requirements-dev\.lock", TEXT)
    lock = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pinned = re.findall(r"^([a-z-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert set(pinned) == _needs("hatchling")


def test_nothing_is_installed_without_hashes() -> None:
    installs = re.findall(r"pip (?:--python \S+ )?install ([^\n]*)", TEXT)
    assert len(installs) == 3
    for options in installs:
        assert "--require-hashes -r" in options or options == "--no-deps /dist/*.whl"


def test_the_image_is_not_root_and_keeps_its_state_in_the_volume() -> None:
    kinds = [kind for kind, _ in INSTRUCTIONS]
    assert kinds.index("USER") > max(index for index, kind in enumerate(kinds) if kind in ("RUN", "COPY"))
    assert last("USER") == PROXY["user"]
    state = last("VOLUME")
    assert environment()["TIGHTLIP_STATE_DIR"] == state
    assert environment()["TIGHTLIP_USERS"].startswith(f"{state}/")
    assert PROXY["volumes"] == [f"state:{state}"]
    assert PROXY["image"] == f"tightlip:{__version__}"


# Built and started as it stands there.


@pytest.fixture(scope="module")
def opt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build stage leaves in /opt/tightlip, by its own commands. Dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("image")
    places = {"/opt/tightlip": str(folder / "opt"), "/dist": str(folder / "dist"), "/tmp/compile": str(folder / "made")}
    share_rules(folder / "made")  # what was compiled before is not compiled again
    _run(run_line("venv").partition(" && ")[0], places)
    (site,) = (folder / "opt" / "lib").glob("python*/site-packages")
    (site / "here.pth").write_text(sysconfig.get_path("purelib"))
    _run(run_line("hatchling build").replace("install", "install --no-index"), places)
    _run(run_line("inspect"), places)
    return folder / "opt"


def _run(line: str, places: Mapping[str, str]) -> None:
    """A RUN in the repository's folder, with the test's folders for the image's."""
    for place, instead in places.items():
        line = line.replace(place, instead)
    shell = ["sh", "-ec", line]
    done = subprocess.run(shell, cwd=ROOT, env=_bare(), capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr


def _bare() -> dict[str, str]:
    """This environment's Python on the PATH, and nothing that would lead to the source tree."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": "/nonexistent"}


@pytest.fixture
def container(opt: Path, tmp_path: Path) -> dict[str, str]:
    """The image's environment with folders of the test's own and no home to write to."""
    state = last("VOLUME")
    inside = {name: value.replace(state, str(tmp_path / "state")) for name, value in environment().items()}
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "etc").mkdir()
    return {**_bare(), **inside, "PATH": f"{opt / 'bin'}:/usr/bin:/bin"}


@pytest.mark.slow
def test_rules_are_compiled_into_the_image_and_nothing_else_is(opt: Path) -> None:
    (compiled,) = opt.glob("lib/python*/site-packages/detectors/_compiled")
    kinds = {path.name.partition("-")[0] for path in compiled.iterdir() if not path.name.endswith(".partial")}
    assert kinds == {"health", "names", "plans", "prefilter", "rules", "vendors"}
    assert list(opt.rglob("key")) == []


@pytest.mark.slow
def test_without_a_user_the_container_says_so_and_ends(container: dict[str, str], tmp_path: Path, opt: Path) -> None:
    command = [str(opt / "bin" / "tightlip"), *words("CMD")]
    ended = subprocess.run(command, cwd=tmp_path / "etc", env=container, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "users.yaml" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_with_a_user_it_starts_is_healthy_and_ends_cleanly(
    container: dict[str, str], tmp_path: Path, opt: Path
) -> None:
    """And writes to its volume alone, where it makes nothing that the image has."""
    tightlip, folder, log = str(opt / "bin" / "tightlip"), tmp_path / "etc", tmp_path / "log"
    before = _files(opt)
    added = [tightlip, "users", "add", "ada"]
    subprocess.run(added, cwd=folder, env=container, input="a long password\n", text=True, check=True, timeout=60)
    flags = [re.sub(r"^0\.0\.0\.0:\d+$", "127.0.0.1:0", word) for word in words("CMD")]
    with log.open("wb") as output:
        running = subprocess.Popen([tightlip, *flags], cwd=folder, env=container, stdout=output, stderr=output)
    try:
        port, metrics = _wait_listening(running, log)
        check = [word.replace(":9464/", f":{metrics}/") for word in healthcheck()]
        assert subprocess.run(check, env=container, timeout=30).returncode == 0
        assert _connect(port).startswith(b"HTTP/1.1 407")
    finally:
        running.terminate()
        code = running.wait(30)
    assert code == 0
    assert subprocess.run(check, env=container, timeout=30, capture_output=True).returncode != 0
    assert list(folder.iterdir()) == []
    assert _files(opt) == before
    assert list((tmp_path / "state" / "cache").iterdir()) == []


def _files(folder: Path) -> dict[str, int]:
    """Every file below, and when it was written."""
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def _wait_listening(running: subprocess.Popen[bytes], log: Path) -> tuple[int, int]:
    for _ in range(_START_SECONDS * 20):
        if found := _WELCOME.search(log.read_text()):
            return int(found[1]), int(found[2])
        try:
            running.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(log.read_text())


def _connect(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n")
        return sock.recv(64)

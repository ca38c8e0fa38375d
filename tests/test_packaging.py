"""The image and the wheel, as far as they can be proved without a container engine.

Dockerfile, Compose file and Prometheus' configuration are read and held against each other and the command line; the
image's command is started as it stands there, with folders and ports of the test's own. The wheel is built, installed
beside the environment and used.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

from proxy import __version__
from tests.e2e.lab import ROOT
from tests.test_docs import refused

_WELCOME = re.compile(r"listens on 127\.0\.0\.1:(\d+),.*metrics on http://127\.0\.0\.1:(\d+)/metrics")
_START_SECONDS = 60


def _yaml(path: str) -> Any:
    return YAML(typ="safe", pure=True).load((ROOT / path).read_text())


def _instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined, comments left out."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    pairs = [line.strip().split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(name, arguments) for name, arguments in pairs]


INSTRUCTIONS = _instructions()
COMPOSE = _yaml("docker-compose.yml")
PROXY = COMPOSE["services"]["proxy"]


def _last(name: str) -> str:
    return [arguments for kind, arguments in INSTRUCTIONS if kind == name][-1]


def _words(name: str) -> list[str]:
    """The words of an instruction in its JSON form."""
    return [str(word) for word in YAML(typ="safe", pure=True).load(_last(name).removeprefix("CMD "))]


def _environment() -> dict[str, str]:
    """What the image sets, PATH left out."""
    pairs = [word.partition("=") for word in shlex.split(_last("ENV"))]
    return {name: value for name, _, value in pairs if name != "PATH"}


def _healthcheck() -> list[str]:
    found = YAML(typ="safe", pure=True).load(_last("HEALTHCHECK").partition("CMD ")[2])
    return [str(word) for word in found]


def _sources() -> Iterator[str]:
    for kind, arguments in INSTRUCTIONS:
        if kind == "COPY" and not arguments.startswith("--from"):
            yield from arguments.split()[:-1]


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    sources = set(_sources())
    assert {line[1:] for line in ignored if line.startswith("!")} == sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def _needs(name: str) -> set[str]:
    """The names of a distribution and of everything that it requires here."""
    wanted = [Requirement(text) for text in requires(name) or []]
    below = [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return {name}.union(*map(_needs, below)) if below else {name}


@pytest.mark.skipif(shutil.which("awk") is None, reason="the image has awk, this machine has not")
def test_the_build_backend_is_taken_whole_out_of_the_lock_file() -> None:
    (command,) = re.findall(r"awk '[^']+' requirements-dev\.lock", _text())
    lock = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pinned = re.findall(r"^([a-z-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert set(pinned) == _needs("hatchling")


def test_nothing_is_installed_without_hashes() -> None:
    installs = re.findall(r"pip install ([^\n]*)", _text())
    assert len(installs) == 3
    for options in installs:
        assert "--require-hashes -r" in options or options == "--no-deps /dist/*.whl"


def _text() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_the_image_runs_the_command_line_as_it_is() -> None:
    assert _words("ENTRYPOINT") == ["tightlip"]
    assert refused(_words("CMD")) is None
    assert PROXY["command"] == _words("CMD")
    shown = re.findall(r"run --rm proxy ([^\n]+)", (ROOT / "docker-compose.yml").read_text())
    assert [refused(shlex.split(words)) for words in shown] == [None]


def test_ports_agree() -> None:
    listen, metrics = (word.rpartition(":")[2] for word in _words("CMD") if ":" in word)
    assert _last("EXPOSE").split() == [listen, metrics]
    assert [port.rpartition(":")[2] for port in PROXY["ports"]] == [listen]
    (job,) = _yaml("deploy/prometheus.yml")["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"proxy:{metrics}"]}]
    assert f"'http://127.0.0.1:{metrics}/readyz'" in _healthcheck()[-1]
    assert PROXY["healthcheck"]["test"] == ["CMD", *_healthcheck()]


def test_ports_are_published_on_loopback_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service["ports"]]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_services_may_do_no_more_than_they_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert not service["user"].startswith(("0", "root"))
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["pids_limit"]
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"])
    for source in (mount.partition(":")[0] for mount in service["volumes"]):
        assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_image_is_not_root_and_keeps_its_state_in_the_volume() -> None:
    kinds = [kind for kind, _ in INSTRUCTIONS]
    assert kinds.index("USER") > max(index for index, kind in enumerate(kinds) if kind in ("RUN", "COPY"))
    assert _last("USER") == PROXY["user"]
    state = _last("VOLUME")
    assert _environment()["TIGHTLIP_STATE_DIR"] == state
    assert _environment()["TIGHTLIP_USERS"].startswith(f"{state}/")
    assert PROXY["volumes"] == [f"state:{state}"]
    assert PROXY["image"] == f"tightlip:{__version__}"


# Started as it stands there.


@pytest.fixture
def container(tmp_path: Path) -> dict[str, str]:
    """The image's environment with folders of the test's own and no home to write to."""
    state = _last("VOLUME")
    inside = {name: value.replace(state, str(tmp_path / "state")) for name, value in _environment().items()}
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "etc").mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": "/nonexistent", "PYTHONPATH": str(ROOT), **inside}


def _tightlip(*words: str) -> list[str]:
    return [sys.executable, "-m", "proxy", *words]


@pytest.mark.slow
def test_without_a_user_the_container_says_so_and_ends(container: dict[str, str], tmp_path: Path) -> None:
    ended = subprocess.run(
        _tightlip(*_words("CMD")), cwd=tmp_path / "etc", env=container, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2
    assert "users.yaml" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_with_a_user_it_starts_is_healthy_and_ends_cleanly(container: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    subprocess.run(
        _tightlip("users", "add", "ada"), cwd=folder, env=container, input="a long password\n", text=True, check=True
    )
    words = [re.sub(r"^0\.0\.0\.0:\d+$", "127.0.0.1:0", word) for word in _words("CMD")]
    log = tmp_path / "log"
    with log.open("wb") as output:
        running = subprocess.Popen(_tightlip(*words), cwd=folder, env=container, stdout=output, stderr=output)
    try:
        port, metrics = _wait_listening(running, log)
        check = [word.replace(":9464/", f":{metrics}/") for word in _healthcheck()]
        assert subprocess.run([sys.executable, *check[1:]], env=container, timeout=30).returncode == 0
        assert _connect(port).startswith(b"HTTP/1.1 407")
    finally:
        running.terminate()
        code = running.wait(30)
    assert code == 0
    dead = subprocess.run([sys.executable, *check[1:]], env=container, timeout=30, capture_output=True)
    assert dead.returncode != 0
    assert list(folder.iterdir()) == []


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


# The wheel.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (built,) = folder.glob("*.whl")
    return built


def _files(folder: str, suffix: str) -> set[str]:
    paths = (ROOT / folder).rglob(f"*{suffix}")
    return {path.relative_to(ROOT).as_posix() for path in paths}


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_the_rules_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        entry = archive.read(f"tightlip-{__version__}.dist-info/entry_points.txt").decode()
        licence = archive.read(f"tightlip-{__version__}.dist-info/licenses/LICENSE").decode()
    data = {path.replace("rules/", "detectors/_rules/", 1) for path in _files("rules", ".yaml")}
    data |= _files("detectors", ".bin") | _files("detectors", ".txt")
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

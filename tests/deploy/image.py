"""The Dockerfile and the Compose file as data, for the tests that hold them against each other and the command line."""

import re
import shlex
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML

from tests.deploy.board import read_yaml
from tests.e2e.lab import ROOT

TEXT: Final = (ROOT / "Dockerfile").read_text()
COMPOSE: Final[Any] = read_yaml(ROOT / "docker-compose.yml")
PROXY: Final = COMPOSE["services"]["proxy"]


def _instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined, comments left out."""
    lines = [line for line in TEXT.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    pairs = [line.strip().split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(name, arguments) for name, arguments in pairs]


INSTRUCTIONS: Final = _instructions()


def last(name: str) -> str:
    return [arguments for kind, arguments in INSTRUCTIONS if kind == name][-1]


def words(name: str) -> list[str]:
    """The words of an instruction in its JSON form."""
    return [str(word) for word in YAML(typ="safe", pure=True).load(last(name).removeprefix("CMD "))]


def environment() -> dict[str, str]:
    """What the image sets, PATH left out."""
    pairs = [word.partition("=") for word in shlex.split(last("ENV"))]
    return {name: value for name, _, value in pairs if name != "PATH"}


def healthcheck() -> list[str]:
    found = YAML(typ="safe", pure=True).load(last("HEALTHCHECK").partition("CMD ")[2])
    return [str(word) for word in found]


def sources() -> Iterator[str]:
    """What is copied out of the repository."""
    for kind, arguments in INSTRUCTIONS:
        if kind == "COPY" and not arguments.startswith("--from"):
            yield from arguments.split()[:-1]


def run_line(part: str) -> str:
    """The arguments of the one RUN that has this in it, spaces made one."""
    (found,) = [arguments for kind, arguments in INSTRUCTIONS if kind == "RUN" and part in arguments]
    return re.sub(r"\s+", " ", found)

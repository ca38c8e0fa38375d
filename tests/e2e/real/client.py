"""What is known about one client: where it comes from, how a prompt is given to it, which of its tools to call."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakevendor import Tool

Arguments = Callable[[Path], Mapping[str, object]]
Edit = Callable[[Path, str, str], tuple[str, Mapping[str, object]]]
FOLDER = "{folder}"
"""Stands for the folder that a package is installed to, in commands."""


@dataclass(frozen=True, slots=True)
class Package:
    """What to install, with exact versions, and the folder for it below the clients' own.

    `python` is the newest Python that it runs on. `node` is the oldest Node; without one, the registry's own is
    installed beside it.
    """

    folder: str
    npm: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    python: tuple[int, int] = (sys.version_info.major, sys.version_info.minor)
    node: int = 0


@dataclass(frozen=True, slots=True)
class Client:
    """`start` begins a session with a prompt, `resume` goes on with it; the prompt comes last, or replaces `{prompt}`.

    An empty `resume` means that it can't: the next turn is a new session. `files` are written to the home folder
    before. `read` and `edit` make the tool calls that the vendor's script asks for; None means that the client has no
    such tool. `version` names what was driven, for the report.
    """

    id: str
    name: str
    version: str
    package: Package
    transport: str
    start: tuple[str, ...]
    resume: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    read: tuple[str, Arguments] | None = None
    edit: Edit | None = None
    signed: bool = False  # its requests can't be rewritten
    websocket: str = "scan"  # how its proxy is configured
    note: str = ""

    def read_call(self, file: Path, number: int) -> Tool:
        assert self.read is not None
        name, arguments = self.read
        return Tool(name, arguments(file), number)

    def edit_call(self, file: Path, old: str, new: str, number: int) -> Tool:
        assert self.edit is not None
        name, arguments = self.edit(file, old, new)
        return Tool(name, arguments, number)

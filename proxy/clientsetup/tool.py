"""What is known of a tool: where its settings stand, which of them lead it to the proxy and make it trust the CA.

Data only; the tables are `assistant.py`, `editor.py` and `runtime.py`. Values are templates that `Values` fills.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

NO_PROXY: Final = "localhost,127.0.0.1,::1"
"""Some clients send loopback traffic, their own local servers', to a proxy too."""


class Platform(StrEnum):
    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Values:
    """What templates are filled with. `proxy` may hold a name and a password, so no repr shows it.

    `ca` is our certificate alone, for what adds to the trusted roots; `bundle` has the machine's roots too, for what
    replaces them. `origin` is the proxy's address for the base-URL mode.
    """

    proxy: str = field(repr=False)
    ca: str
    bundle: str

    def fill(self, template: str) -> str | None:
        """The template with its values, or None when it asks for a password and there is none."""
        parts = urlsplit(self.proxy)
        credentials = credentials_of(self.proxy)
        if "{credentials}" in template and credentials is None:
            return None
        return template.format(
            proxy=self.proxy,
            ca=self.ca,
            bundle=self.bundle,
            origin=self.origin,
            host=parts.hostname or "",
            port=str(parts.port or 80),
            no_proxy=NO_PROXY,
            credentials=credentials,
        )

    def replaced(self, text: str) -> str:
        """`text` with the CA's path put in."""
        return text.replace("{ca}", self.ca)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.proxy)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"http://{host}:{parts.port or 80}"


def credentials_of(proxy: str) -> str | None:
    """What a client says to a proxy with a name in its address, `Basic ...`; None without one."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


Path = str | Mapping[Platform, str]
"""Below the home folder, with `/` between; `{config}` is where the platform keeps applications' settings."""

_CONFIG: Final = {
    Platform.LINUX: ".config",
    Platform.MACOS: "Library/Application Support",
    Platform.WINDOWS: "AppData/Roaming",
}


def path_on(platform: Platform, path: Path) -> str:
    chosen = path if isinstance(path, str) else path[platform]
    return chosen.replace("{config}", _CONFIG[platform])


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a JSON file that may have comments. A value that is no text is set as it is."""

    path: Path
    values: Mapping[tuple[str, ...], str | bool]


class Form(StrEnum):
    """How a line-based file writes `NAME` and a value."""

    DOTENV = "dotenv"
    TOML = "toml"
    CURLRC = "curlrc"


@dataclass(frozen=True, slots=True)
class Lines:
    """A marked block in a file of lines."""

    path: Path
    form: Form
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Variables:
    """Environment variables, for tools that have no file for them: a marked block in the shell's start-up files."""

    values: Mapping[str, str]


Change = Keys | Lines | Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One client.

    `commands` and `signs` (paths below the home folder) tell that it is installed. `changes` lead it through the proxy,
    `base_url` is the other way, for when it can't use one. Which roots it trusts: the variables in `adds` name more,
    those in `replaces` others instead, and without any it asks the system's store (`system`) or brings its own.
    `hosts` are those its prompts go to, for the doctor, who can read its settings unless `readable` says no.
    """

    id: str
    name: str
    commands: tuple[str, ...] = ()
    signs: tuple[Path, ...] = ()
    changes: tuple[Change, ...] = ()
    base_url: tuple[Change, ...] = ()
    adds: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    system: bool = False
    readable: bool = True
    hosts: tuple[str, ...] = ("api.openai.com",)
    advised: tuple[tuple[str, str, str], ...] = ()
    """Variables with the value that they had better have, and why."""
    notes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

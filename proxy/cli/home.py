"""A user's home folder as set-ups see it: the only reader and writer of clients' settings files.

Nothing outside of the folder is touched, a link that leads out of it included; a file is replaced as a whole or not
at all.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from proxy.ca import write_file
from proxy.clientsetup import record as recording
from proxy.clientsetup.record import Record
from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Platform, Tool, path_on
from proxy.configfile import ConfigError

RECORDS = Path(".local/state/tightlip/setup")
"""Below the home folder, whatever the state folder is: what was done belongs to the home that it was done to."""


@dataclass(frozen=True, slots=True)
class Home:
    """A user's home folder, real or a test's."""

    folder: Path
    platform: Platform

    def place(self, path: str) -> Path:
        """The real file behind a path below the home. Raises ConfigError when it is not below."""
        real = (self.folder / path).resolve()
        if not real.is_relative_to(self.folder.resolve()):
            raise ConfigError(
                f"~/{path}: expected a file in the home folder, found a link out of it: change it by hand"
            )
        return real

    def read(self, path: str) -> str | None:
        try:
            return self.place(path).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as err:
            raise ConfigError(f"~/{path}: expected a readable UTF-8 file, found {type(err).__name__}") from err

    def write(self, path: str, text: str) -> None:
        """Replaces the file; a new one only its owner can read, since an address may hold a password."""
        file = self.place(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
        write_file(file, text.encode(), mode)

    def remove(self, path: str) -> None:
        self.place(path).unlink(missing_ok=True)

    def record(self, tool: Tool) -> Record:
        text = self.read(record_path(tool))
        try:
            return recording.read(text) if text is not None else {}
        except ValueError as err:
            raise ConfigError(f"~/{record_path(tool)}: {err}") from err

    def has(self, tool: Tool) -> bool:
        """Whether the tool seems to be installed."""
        signs = (self.folder / path_on(self.platform, sign) for sign in tool.signs)
        return any(sign.exists() for sign in signs) or any(map(shutil.which, tool.commands))


def home_of(folder: Path | None, platform: str | None = None) -> Home:
    """This user's home on this platform, unless others are named."""
    if platform is not None and platform not in list(Platform):
        raise ConfigError(f"setup: expected linux, macos or windows, found {platform}")
    return Home(folder or Path("~").expanduser(), Platform(platform) if platform else this_platform())


def this_platform() -> Platform:
    return {"darwin": Platform.MACOS, "win32": Platform.WINDOWS}.get(sys.platform, Platform.LINUX)


def find_tool(name: str) -> Tool:
    """The tool of that name, or with a command of that name. Raises ConfigError with the names that there are."""
    tool = TOOLS.get(name) or next((tool for tool in TOOLS.values() if name in tool.commands), None)
    if tool is None:
        raise ConfigError(f"setup: expected one of {', '.join(TOOLS)}, found {name}")
    return tool


def record_path(tool: Tool) -> str:
    return (RECORDS / f"{tool.id}.json").as_posix()

"""`tightlip setup`: shows what leads a tool through the proxy, sets it in the tool's own files, takes it back.

Each change is shown first. The files themselves are `home.py`'s.
"""

import difflib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from proxy.ca import CERT_FILE, ensure
from proxy.cabundle import BUNDLE_FILE, write_bundle
from proxy.cli.home import Home, find_tool, home_of, record_path
from proxy.clientsetup import plan as planning
from proxy.clientsetup import record as recording
from proxy.clientsetup.fleet import fleet_files
from proxy.clientsetup.instruction import instructions
from proxy.clientsetup.record import Record
from proxy.clientsetup.table import TOOLS
from proxy.clientsetup.tool import Change, Tool, Values
from proxy.clientsetup.trust import STORES
from proxy.config import Config
from proxy.configfile import ConfigError
from proxy.setting import catalogue_of, domains_of

DONE, REFUSED = 0, 1
CERTIFICATES = Path(".local/state/tightlip/ca")
"""Where the certificate of a proxy on another machine is brought."""

_ADDRESS = re.compile(r"http://(?:[\w.~%!*+-]+:[\w.~%!*+-]*@)?(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wish:
    """The command line of `tightlip setup`. The address may hold a password: no repr shows it."""

    tool: str | None
    apply: bool
    undo: bool
    yes: bool
    base_url: bool
    proxy: str | None = field(repr=False)
    mdm: Path | None
    platform: str | None
    home: Path | None
    ca: Path | None


def set_up(config: Config, wish: Wish) -> int:
    """Does what was asked for; the exit code. Raises ConfigError for what can't be."""
    home = home_of(wish.home, wish.platform)
    proxy = sys.stdin.readline().strip() if wish.proxy == "-" else wish.proxy
    values = values_of(config, proxy, home.folder / CERTIFICATES if wish.ca else config.state_dir / "ca")
    if wish.mdm is not None:
        return _write_fleet(config, wish.mdm, values)
    if wish.tool is None:
        return list_tools(home, values)
    if wish.tool == "trust":
        return show_trust(values)
    tool = find_tool(wish.tool)
    changes = tool.base_url if wish.base_url else tool.changes
    if wish.undo:
        return undo(tool, home, yes=wish.yes)
    if not wish.apply:
        return show(tool, changes, home, values)
    if wish.ca is not None:
        _bring_ca(wish.ca, home)
    elif not wish.base_url and not Path(values.ca).exists():
        raise ConfigError(
            f"setup: {values.ca} is not there yet: start the proxy once, or name its certificate with --ca"
        )
    if config.users is not None and urlsplit(values.proxy).username is None:
        raise ConfigError("setup: the proxy wants a password: say --proxy http://NAME:PASSWORD@HOST:PORT")
    return apply(tool, changes, home, values, yes=wish.yes)


def values_of(config: Config, proxy: str | None, folder: Path) -> Values:
    """What settings are filled with: the address named, or where the configuration says that clients connect, and the
    certificates in `folder`.
    """
    if proxy is not None and not _ADDRESS.fullmatch(proxy):
        raise ConfigError("setup: --proxy: expected http://[NAME:PASSWORD@]HOST:PORT, special characters as %XX")
    return Values(proxy or f"http://{config.reach}", str(folder / CERT_FILE), str(folder / BUNDLE_FILE))


def list_tools(home: Home, values: Values) -> int:
    """Every tool, whether it is here, and whether it is set up as it would be now."""
    for tool in TOOLS.values():
        print(f"{tool.id:<14} {_standing(home, tool, values):<24} {tool.name}")
    print("\n`tightlip setup TOOL` tells what to set, with --apply it sets it, with --undo it takes it back.")
    return DONE


def show(tool: Tool, changes: Sequence[Change], home: Home, values: Values) -> int:
    print(f"{tool.name}\n")
    if not changes:
        print("There is no file or variable for this way that could be set.\n")
    for step in instructions(tool, changes, values, home.platform):
        print(step.where)
        print("".join(f"    {line}\n" for line in step.lines))
    for reference in tool.references:
        print(f"See {reference}")
    return DONE


def show_trust(values: Values) -> int:
    for store in STORES:
        print(f"{store.name}:")
        print("".join(f"    {values.replaced(line)}\n" for line in store.lines))
    return DONE


def apply(tool: Tool, changes: Sequence[Change], home: Home, values: Values, *, yes: bool) -> int:
    """Shows the differences, asks, writes. The record is written first: a half-done set-up can be taken back too."""
    if not changes:
        print(f"{tool.name} has no file for this; `tightlip setup {tool.id}` tells what to do by hand.")
        return REFUSED
    earlier = home.record(tool)
    edits = _planned(tool, changes, home, values, earlier)
    if not any(edit.changes for edit in edits):
        print(f"{tool.name} is set up already.")
        return DONE
    for edit in edits:
        _print_difference(edit.path, edit.before or "", edit.after)
    if not (yes or _agreed("Write this?")):
        return REFUSED
    _check_unchanged(home, ((edit.path, edit.before) for edit in edits))
    home.write(record_path(tool), recording.write(recording.record_of(edits, earlier)))
    for edit in edits:
        if edit.changes:
            home.write(edit.path, edit.after)
    print(
        f"{tool.name} goes through {values.origin} from its next start on; `tightlip doctor --client {tool.id}` tells."
    )
    return DONE


def undo(tool: Tool, home: Home, *, yes: bool) -> int:
    """Takes back what `apply` set and leaves what was changed since."""
    record = home.record(tool)
    if not record:
        print(f"Nothing is on record for {tool.name}.")
        return DONE
    undone = _undone(tool, home, record)
    for item in undone:
        _print_difference(item.path, item.before, item.after or "")
    if not (yes or _agreed("Write this?")):
        return REFUSED
    _check_unchanged(home, ((item.path, item.before) for item in undone))
    for item in undone:
        if item.after is None:
            home.remove(item.path)
        else:
            home.write(item.path, item.after)
        for name in item.kept:
            print(f"~/{item.path}: {name} was changed since and stays.")
    home.remove(record_path(tool))
    return DONE


def _planned(tool: Tool, changes: Iterable[Change], home: Home, values: Values, known: Record) -> list[planning.Edit]:
    try:
        return planning.plan(tool, changes, values, home.platform, home.read, known)
    except ValueError as err:
        raise ConfigError(str(err)) from err


def _undone(tool: Tool, home: Home, record: Record) -> list[planning.Undone]:
    undone = []
    for path, done in record.items():
        text = home.read(path)
        if text is None:
            continue
        try:
            undone.append(planning.undo(tool, path, text, done))
        except ValueError as err:
            raise ConfigError(f"~/{path}: {err}") from err
    return undone


def _check_unchanged(home: Home, files: Iterable[tuple[str, str | None]]) -> None:
    """Whether each file still is what was shown: a person may take a while to say yes."""
    for path, before in files:
        if home.read(path) != before:
            raise ConfigError(f"~/{path}: changed in the meantime; nothing was written, run this again")


def _standing(home: Home, tool: Tool, values: Values) -> str:
    found = "found" if home.has(tool) else "-"
    record = home.record(tool)
    if not record:
        return found
    try:
        planned = _planned(tool, tool.changes, home, values, record)
    except ConfigError:
        return f"{found}, can't be read"
    if not any(edit.changes for edit in planned):
        return f"{found}, set up"
    return f"{found}, set up otherwise"


def _print_difference(path: str, before: str, after: str) -> None:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"~/{path}", f"~/{path} (new)", n=0
    )
    for line in lines:
        print(line.rstrip("\r\n"))


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        print("Nothing was written: say --yes where nobody can be asked.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _bring_ca(file: Path, home: Home) -> None:
    """Puts another machine's CA where settings can name it, with the roots of this machine beside it."""
    home.place(CERTIFICATES.as_posix()).mkdir(parents=True, exist_ok=True)
    try:
        home.write((CERTIFICATES / CERT_FILE).as_posix(), file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"{file}: expected certificates in PEM, found {type(err).__name__}") from err
    write_bundle((home.folder / CERTIFICATES).parent, datetime.now(UTC))


def _write_fleet(config: Config, folder: Path, values: Values) -> int:
    """Files for machines that are managed from one place, made for the CA that is there."""
    authority = ensure(config.state_dir, domains_of(config, catalogue_of(config)), datetime.now(UTC))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in fleet_files(values, authority.certificate).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
        print(folder / name)
    return DONE

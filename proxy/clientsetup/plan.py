"""From a tool's table to the edits of this user's files, and back. Pure: files come in as texts and go out as texts.

An undo goes key by key and block by block, so what the user changed since stays: a key that no longer says what was
set is left alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from proxy.clientsetup import block, jsonc
from proxy.clientsetup.tool import Change, Form, Keys, Lines, Platform, Tool, Values, Variables, path_on

ReadText = Callable[[str], str | None]
"""The text of a file below the home folder, or None when there is none."""

_SHELLS: Final = {".bashrc": "sh", ".zshrc": "sh", ".config/fish/config.fish": "fish"}
_WINDOWS_PROFILE: Final = "Documents/PowerShell/profile.ps1"


@dataclass(frozen=True, slots=True)
class KeySet:
    """A key that was set: what it was set to, and what stood there before (absent: `had` is False)."""

    keys: tuple[str, ...]
    value: str | bool = field(repr=False)
    had: bool = False
    before: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a file: the keys that were set, none for a marked block; and whether there was none before."""

    keys: tuple[KeySet, ...] = ()
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One file's change, and what an undo has to know. The texts may hold the user's secrets: no repr shows them."""

    path: str
    before: str | None = field(repr=False)
    after: str = field(repr=False)
    done: Done = Done()

    @property
    def changes(self) -> bool:
        return (self.before or "") != self.after


@dataclass(frozen=True, slots=True)
class Undone:
    """A file without what was set; `after` is None when nothing else is in it. `kept` names keys changed since."""

    path: str
    before: str = field(repr=False)
    after: str | None = field(repr=False)
    kept: tuple[str, ...] = ()


def plan(
    tool: Tool,
    changes: Iterable[Change],
    values: Values,
    platform: Platform,
    read: ReadText,
    known: Mapping[str, Done],
) -> list[Edit]:
    """The edits that lead the tool through the proxy. `known` is what was done earlier, by file.

    Raises JsoncError or BlockError, with the file's name in front, when a file can't be edited safely.
    """
    edits: dict[str, Edit] = {}
    for change in changes:
        for path, make in _edits(tool, change, values, platform, read):
            earlier = edits.get(path)
            text = earlier.after if earlier else read(path)
            last = known.get(path, Done(is_new=text is None))
            try:
                after, keys = make(text or "", last.keys)
            except ValueError as err:
                raise type(err)(f"~/{path}: {err}") from err
            before, more = (earlier.before, earlier.done.keys) if earlier else (text, ())
            edits[path] = Edit(path, before, after, Done(more + keys, last.is_new))
    return list(edits.values())


def undo(tool: Tool, path: str, text: str, done: Done) -> Undone:
    """The file without what was set in it. Raises JsoncError or BlockError when it can't be read any more."""
    after, kept = text, []
    for item in done.keys:
        now = jsonc.get(after, item.keys)
        if now is jsonc.MISSING:
            continue
        if now != item.value:
            kept.append(".".join(item.keys))
        elif item.had:
            after = jsonc.put(after, item.keys, item.before)
        else:
            after = jsonc.drop(after, item.keys)
    if not done.keys:
        after = block.take(text, tool.id)
    is_gone = done.is_new and after.strip() in ("", "{}")
    return Undone(path, text, None if is_gone else after, tuple(kept))


def shell_files(platform: Platform, read: ReadText) -> dict[str, str]:
    """The start-up files that a shell's variables go to, with the shell's kind."""
    if platform is Platform.WINDOWS:
        return {_WINDOWS_PROFILE: "powershell"}
    there = {path: shell for path, shell in _SHELLS.items() if read(path) is not None}
    return there or {".profile": "sh"}


_Make = Callable[[str, Sequence[KeySet]], tuple[str, tuple[KeySet, ...]]]


def _edits(
    tool: Tool, change: Change, values: Values, platform: Platform, read: ReadText
) -> Iterator[tuple[str, _Make]]:
    if isinstance(change, Keys):
        wanted = filled(change.values, values)
        yield path_on(platform, change.path), lambda text, known: _with_keys(text, wanted, known)
    elif isinstance(change, Lines):
        yield path_on(platform, change.path), _block_maker(tool, change, values)
    else:
        for path, shell in shell_files(platform, read).items():
            yield path, _shell_maker(tool, change, values, shell)


def _with_keys(
    text: str, wanted: Mapping[tuple[str, ...], str | bool], known: Sequence[KeySet]
) -> tuple[str, tuple[KeySet, ...]]:
    done = []
    for keys, value in wanted.items():
        now = jsonc.get(text, keys)
        earlier = next((item for item in known if item.keys == keys and item.value == now), None)
        had, before = (earlier.had, earlier.before) if earlier else (now is not jsonc.MISSING, now)
        text = text if now == value else jsonc.put(text, keys, value)
        done.append(KeySet(keys, value, had, before if had else None))
    return text, tuple(done)


def _block_maker(tool: Tool, change: Lines, values: Values) -> _Make:
    wanted = {name: str(value) for name, value in filled(change.values, values).items()}

    def make(text: str, known: Sequence[KeySet]) -> tuple[str, tuple[KeySet, ...]]:
        first = change.form is Form.TOML  # behind a table's heading it would be that table's
        after = block.put(text, tool.id, block.lines_of(change.form, wanted), first=first)
        block.check(change.form, text, after, wanted, tool.id)
        return after, ()

    return make


def _shell_maker(tool: Tool, change: Variables, values: Values, shell: str) -> _Make:
    wanted = {name: str(value) for name, value in filled(change.values, values).items()}
    return lambda text, known: (block.put(text, tool.id, block.shell_lines(wanted, shell)), ())


def filled[K](templates: Mapping[K, str | bool] | Mapping[K, str], values: Values) -> dict[K, str | bool]:
    """The templates filled; those that need a password which is not there are left out."""
    filled: dict[K, str | bool] = {}
    for key, template in templates.items():
        value = values.fill(template) if isinstance(template, str) else template
        if value is not None:
            filled[key] = value
    return filled

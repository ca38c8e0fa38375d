"""Homes in memory: files by path, edits carried out, for tests of what is pure."""

from collections.abc import Iterable

from proxy.clientsetup.block import read as read_lines
from proxy.clientsetup.plan import Done, plan, undo
from proxy.clientsetup.tool import Change, Form, Platform, Tool, Values

VALUES = Values("http://127.0.0.1:8080", "/state/ca/tightlip-ca.pem", "/state/ca/bundle.pem")
Files = dict[str, str]
Known = dict[str, Done]


def applied(
    tool: Tool,
    files: Files,
    *,
    values: Values = VALUES,
    platform: Platform = Platform.LINUX,
    changes: Iterable[Change] | None = None,
    known: Known | None = None,
) -> tuple[Files, Known]:
    """The files after a set-up, and what is to be known for an undo."""
    chosen = tool.changes if changes is None else changes
    edits = plan(tool, chosen, values, platform, files.get, known or {})
    after = {**files, **{edit.path: edit.after for edit in edits}}
    return after, {**(known or {}), **{edit.path: edit.done for edit in edits}}


def undone(tool: Tool, files: Files, known: Known) -> Files:
    after = dict(files)
    for path, done in known.items():
        text = undo(tool, path, files[path], done).after
        if text is None:
            del after[path]
        else:
            after[path] = text
    return after


def environment_of(files: Files) -> dict[str, str]:
    """The variables that a shell's start-up files would set."""
    shells = [text for path, text in files.items() if path in (".profile", ".bashrc", ".zshrc")]
    return {name: value.strip("'") for text in shells for name, value in read_lines(Form.DOTENV, text).items()}

"""What to set for a tool, in words and lines to be pasted. Pure; for the command line and for the portal's page."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from proxy.clientsetup import block
from proxy.clientsetup.plan import filled
from proxy.clientsetup.tool import Change, Keys, Lines, Platform, Tool, Values, path_on


@dataclass(frozen=True, slots=True)
class Step:
    """A place with the lines that go there, or a note without lines."""

    where: str
    lines: tuple[str, ...] = ()


def instructions(tool: Tool, changes: Iterable[Change], values: Values, platform: Platform) -> Iterator[Step]:
    """The steps for one way of setting a tool up, then what else is to be known of it."""
    for change in changes:
        text = _text(change, values, platform)
        if text:
            yield Step(_where(change, platform), tuple(text.splitlines()))
    for note in tool.notes:
        yield Step(values.fill(note) or note)


def _where(change: Change, platform: Platform) -> str:
    if isinstance(change, Keys | Lines):
        return f"In ~/{path_on(platform, change.path)}:"
    return "In the environment, as the shell's start-up file sets it:"


def _text(change: Change, values: Values, platform: Platform) -> str:
    if isinstance(change, Keys):
        tree: dict[str, Any] = {}
        for keys, value in filled(change.values, values).items():
            below = tree
            for key in keys[:-1]:
                below = below.setdefault(key, {})
            below[keys[-1]] = value
        return json.dumps(tree, indent=2)
    wanted = {name: str(value) for name, value in filled(change.values, values).items()}
    if isinstance(change, Lines):
        return block.lines_of(change.form, wanted)
    return block.shell_lines(wanted, "powershell" if platform is Platform.WINDOWS else "sh")

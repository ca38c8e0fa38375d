"""Globs on paths and repositories: `*` and `?` stay within one step, `**` is any number of whole steps. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from proxy.place import home_of, is_absolute

GLOB_CHARS: Final = 300
MAX_CROSSING: Final = 3
"""`**` in one glob: each may begin anywhere, so time grows with the path's length to this power."""


def check_glob(glob: str) -> str:
    """The glob itself. Raises ValueError for one that can match no path, or would take too long to."""
    if not glob or len(glob) > GLOB_CHARS:
        raise ValueError(f"expected a pattern of 1 to {GLOB_CHARS} characters")
    if "\\" in glob:
        raise ValueError("expected forward slashes, on every system")
    steps = glob.split("/")
    if any("**" in step and step != "**" for step in steps):
        raise ValueError("expected `**` as a whole step, such as src/**/test or **/*.sql")
    if steps.count("**") > MAX_CROSSING:
        raise ValueError(f"expected at most {MAX_CROSSING} times `**`")
    return glob


def anywhere(glob: str) -> str:
    """A glob on paths as paths are compared: `src/**` at any depth, a home folder as `~`."""
    return home_of(glob) if is_absolute(glob) or glob.startswith("**/") else f"**/{glob}"


def globs_pattern(globs: Iterable[str], *, ignore_case: bool = False) -> re.Pattern[str]:
    """What matches, by `fullmatch`, a path that any of `globs` (checked ones) matches."""
    either = "|".join(_translated(glob) for glob in globs)
    return re.compile(either, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _translated(glob: str) -> str:
    steps = glob.split("/")
    parts = []
    for index, step in enumerate(steps):
        is_last = index == len(steps) - 1
        if step == "**":
            parts.append(".*" if is_last else "(?:[^/]*/)*")
        else:
            parts.append(_step(step) + ("" if is_last else "/"))
    return "".join(parts)


def _step(step: str) -> str:
    """Within a step the leftmost place for each piece between stars is as good as any: nothing is tried again."""
    first, *rest = ("".join("[^/]" if char == "?" else re.escape(char) for char in piece) for piece in step.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + "[^/]*" + last

"""A marked block of lines in a file that has `#` comments: put in, replaced, found, taken out. Pure.

Everything outside the marks is the user's and stays as it is.
"""

import re
import shlex
import tomllib
from collections.abc import Mapping
from typing import Final

from proxy.clientsetup.tool import Form

_OPEN: Final = "# >>> tightlip setup {name} >>>"
_CLOSE: Final = "# <<< tightlip setup {name} <<<"


class BlockError(ValueError):
    """The file can't be edited as it stands; the message says why."""


def put(text: str, name: str, lines: str, *, first: bool = False) -> str:
    """The text with the block, in the place of an older one, else at its end, or at its beginning when `first`."""
    block = f"{_OPEN.format(name=name)}\n{lines}{_CLOSE.format(name=name)}\n"
    span = _span(text, name)
    if span is not None:
        return text[: span[0]] + block + text[span[1] :]
    if first:
        return block + text
    return text + ("\n" if text and not text.endswith("\n") else "") + block


def take(text: str, name: str) -> str:
    """The text without the block."""
    span = _span(text, name)
    return text if span is None else text[: span[0]] + text[span[1] :]


def inner(text: str, name: str) -> str | None:
    """The lines of the block, or None when there is none."""
    span = _span(text, name)
    return None if span is None else text[span[0] : span[1]].partition("\n")[2].rpartition("# <<<")[0]


def _span(text: str, name: str) -> tuple[int, int] | None:
    opened = re.findall(rf"^{re.escape(_OPEN.format(name=name))}\n", text, re.MULTILINE)
    closed = re.findall(rf"^{re.escape(_CLOSE.format(name=name))}(?:\n|\Z)", text, re.MULTILINE)
    if not opened and not closed:
        return None
    start, end = text.find(opened[0]) if opened else -1, text.find(closed[0]) if closed else -1
    if len(opened) != 1 or len(closed) != 1 or end < start:
        raise BlockError(f"expected one whole block of `tightlip setup {name}`, found a damaged one: mend it by hand")
    return start, end + len(closed[0])


def dotenv_lines(values: Mapping[str, str]) -> str:
    return "".join(f'{name}="{value}"\n' if _is_odd(value) else f"{name}={value}\n" for name, value in values.items())


def shell_lines(values: Mapping[str, str], shell: str) -> str:
    """Assignments for start-up files of `sh` and its kin, of `fish`, or of `powershell`."""
    match shell:
        case "fish":
            return "".join(f"set -gx {name} {shlex.quote(value)}\n" for name, value in values.items())
        case "powershell":
            return "".join(f"$env:{name} = '{value.replace("'", "''")}'\n" for name, value in values.items())
        case _:
            return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())


def lines_of(form: Form, values: Mapping[str, str]) -> str:
    match form:
        case Form.DOTENV:
            return dotenv_lines(values)
        case Form.TOML | Form.CURLRC:
            return "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())


def check(form: Form, before: str, after: str, values: Mapping[str, str], name: str) -> None:
    """Proves that a file with the block says what it said before and the block's values. Raises BlockError.

    A name that stands outside the block already is told: which of the two would win differs from reader to reader.
    """
    outside = take(before, name)
    match form:
        case Form.TOML:
            try:
                said = tomllib.loads(outside)
                taken = sorted(said.keys() & values.keys())
                if not taken and tomllib.loads(after) != {**said, **values}:
                    raise BlockError("the edit could not be proved")
            except tomllib.TOMLDecodeError as err:
                raise BlockError(f"expected TOML, found: {err}") from err
        case _:
            taken = sorted(values.keys() & read(form, outside).keys())
    if taken:
        raise BlockError(f"{', '.join(taken)}: set already, outside of our block; take it out or change it by hand")


def read(form: Form, text: str) -> dict[str, str]:
    """The values that a file of lines sets, the first of each name."""
    if form is Form.TOML:
        try:
            return {name: value for name, value in tomllib.loads(text).items() if isinstance(value, str)}
        except tomllib.TOMLDecodeError as err:
            raise BlockError(f"expected TOML, found: {err}") from err
    separator = "=" if form is Form.DOTENV else r"[=:\s]"
    pattern = rf"^\s*(?:export\s+|--)?([A-Za-z_][\w-]*)\s*{separator}[ \t]*(.*?)\s*$"
    found: dict[str, str] = {}
    for name, value in re.findall(pattern, text, re.MULTILINE):
        found.setdefault(name, _unquoted(value))
    return found


def _is_odd(value: str) -> bool:
    return re.search(r"[\s#'\"$`\\]", value) is not None


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value.partition(" #")[0].rstrip()

"""Raw configuration layers: where each value came from, so that a mistake can be shown at its line.

Knows YAML, environment names and pydantic's error list; knows nothing of what the keys mean.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proxy.yamlreader import load

Key = tuple[str, ...]
Values = dict[Key, object]
Places = dict[Key, str]
PREFIX = "TIGHTLIP_"
SHOWN_CHARS = 60


class ConfigError(Exception):
    """The operator's fault: start-up stops. One problem a line: place, key, expected, found."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Layers:
    """Values merged in order, with the place each came from."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._places: Places = {}

    def add(
        self, values: Values, places: Places, *, base: Path, before_path: Callable[[Key, object], str | None]
    ) -> None:
        """Put `values` over what is there. Relative paths are anchored at `base`: `before_path` says what of a value
        stands before one, None when it holds none.
        """
        for key, value in values.items():
            at = self.values
            for part in key[:-1]:
                at = at.setdefault(part, {})
            if isinstance(at, dict):  # otherwise a scalar stands where a section belongs: explained later
                at[key[-1]] = _anchor(value, base, partial(before_path, key))
        self._places.update(places)

    def place(self, *key: str) -> str:
        """Where the value of a key, or of the nearest one above it, came from."""
        return next((p for n in range(len(key), 0, -1) if (p := self._places.get(key[:n]))), "configuration")

    def explain(self, problem: ErrorDetails, model: type[BaseModel]) -> str:
        """`place: key: expected ..., found ...` for one of pydantic's errors."""
        loc = tuple(str(part) for part in problem["loc"] if part != "[key]")
        return f"{self.place(*loc)}: {'.'.join(loc)}: {_expectation(problem, model)}"


def read_file(path: Path) -> tuple[Values, Places]:
    """The leaves of a YAML file and each key's `file:line`. Lists are leaves: a later layer replaces them."""
    try:
        tree = load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 1
        raise ConfigError(f"{path}:{line}: expected YAML, found: {err.problem or err.context}") from None
    except (OSError, UnicodeDecodeError, YAMLError) as err:
        raise ConfigError(f"{path}: expected a readable YAML file, found: {_reason(err)}") from err
    if tree is None:
        return {}, {}
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{path}:1: expected `key: value` lines, found {type(tree).__name__}")
    values: Values = {}
    places: Places = {}
    _collect(tree, (), str(path), values, places)
    return values, places


def read_env(env: Mapping[str, str], model: type[BaseModel]) -> tuple[Values, Places]:
    """Values of the `TIGHTLIP_*` variables: nested keys joined by `__`, lists and mappings as YAML or JSON.

    An empty variable counts as unset: compose files and service units can't leave one out conditionally.
    """
    known = dict(_env_names(model))
    values: Values = {}
    places: Places = {}
    unknown = sorted(name for name in env if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ConfigError(*(f"environment: {name}: {_closest(name, known)}" for name in unknown))
    for name, (key, structured) in known.items():
        if env.get(name):
            places[key] = f"environment {name}"
            values[key] = _parse_flow(name, env[name]) if structured else env[name]
    return values, places


def _reason(err: Exception) -> str:
    return err.strerror or type(err).__name__ if isinstance(err, OSError) else type(err).__name__


def _collect(tree: CommentedMap, at: Key, file: str, values: Values, places: Places) -> None:
    for name, value in tree.items():
        key = (*at, str(name))
        places[key] = f"{file}:{tree.lc.key(name)[0] + 1}"
        if isinstance(value, CommentedMap) and value:
            _collect(value, key, file, values, places)
        else:
            values[key] = value
        if isinstance(value, CommentedSeq):
            places |= {(*key, str(i)): f"{file}:{value.lc.item(i)[0] + 1}" for i in range(len(value))}


def _env_names(model: type[BaseModel], at: Key = ()) -> list[tuple[str, tuple[Key, bool]]]:
    names: list[tuple[str, tuple[Key, bool]]] = []
    for name, field in model.model_fields.items():
        key = (*at, name)
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names += _env_names(kind, key)
        else:
            structured = get_origin(kind) in (tuple, Mapping)
            names.append((PREFIX + "__".join(key).upper(), (key, structured)))
    return names


def _parse_flow(name: str, text: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        raise ConfigError(f"environment {name}: expected a YAML or JSON list or mapping") from None


def _anchor(value: object, base: Path, before_path: Callable[[object], str | None]) -> object:
    if isinstance(value, list):
        return [_anchor(item, base, before_path) for item in value]
    prefix = before_path(value) if isinstance(value, str | Path) else None
    if prefix is None:
        return value
    return prefix + str(base / Path(str(value).removeprefix(prefix)).expanduser())


def _expectation(problem: ErrorDetails, model: type[BaseModel]) -> str:
    if problem["type"] == "extra_forbidden":
        return _closest(str(problem["loc"][-1]), _siblings(problem["loc"], model))
    wanted = problem["msg"].removeprefix("Value error, ").replace("Input should be ", "expected ")
    if "proxy" in problem["loc"]:  # may hold credentials
        return wanted
    found = repr(problem["input"]) if isinstance(problem["input"], str | int | float | bool) else None
    found = found or str(problem["input"] if problem["input"] is None else type(problem["input"]).__name__)
    return f"{wanted}, found {found if len(found) <= SHOWN_CHARS else found[:SHOWN_CHARS] + '...'}"


def _siblings(loc: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    for part in loc[:-1]:
        if isinstance(part, int):  # an item of a list, whose model is that of its list
            continue
        kind = model.model_fields[part].annotation
        for inner in (kind, *get_args(kind)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                model = inner
    return list(model.model_fields)


def _closest(name: str, known: Mapping[str, object] | Sequence[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"expected one of {', '.join(sorted(known))}, found {name}{hint}"

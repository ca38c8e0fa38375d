"""What a policy file's model refuses, in the operator's words: where, what was expected, what was found."""

import re
from collections.abc import Iterator
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from proxy.policy.problem import Problem, one_of, quoted
from proxy.policy.source import Location, Source

_QUOTED: Final = re.compile(r"'([^']*)'")
_LISTED: Final = {"requests": "clause", "findings": "clause", "clauses": "clause", "limits": "clause", "tests": "test"}
"""What the items of these lists are called in messages."""


def explained(source: Source, err: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """A problem for each mistake that `model` found in a file's content."""
    seen = set()
    for error in err.errors(include_url=False):
        at = _place(source, error)
        is_of_items = error["type"] == "too_short" and error["input"]  # the mistakes in these are told themselves
        if at not in seen and not is_of_items:
            seen.add(at)
            yield source.problem(at, f"{named(source, at)}: {_expectation(source, at, error, model)}")


def named(source: Source, at: Location) -> str:
    """A place as a reader finds it: `clause bulk-mail: when.entity`."""
    if len(at) < 2 or at[0] not in _LISTED or not isinstance(at[1], int):
        return ".".join(map(str, at)) or "the file"
    item = source.content[str(at[0])][at[1]]
    name = item.get("id", item.get("name")) if isinstance(item, dict) else None
    who = f"{_LISTED[str(at[0])]} {name}" if isinstance(name, str) and name.isprintable() else f"{at[0]}.{at[1]}"
    return f"{who}: {'.'.join(map(str, at[2:]))}" if at[2:] else who


def _place(source: Source, error: ErrorDetails) -> Location:
    """The error's location without what only its validator knows: names of types and of alternatives."""
    loc = list(error["loc"])
    if "[key]" in loc:
        return tuple(loc[: loc.index("[key]")])
    at: Location = ()
    value: Any = source.content
    for step in loc:
        known = isinstance(step, int) if isinstance(value, list) else isinstance(value, dict) and step in value
        if known and isinstance(value, list) and not 0 <= int(step) < len(value):
            known = False
        if not known:
            is_key = isinstance(value, dict) and error["type"] in ("missing", "extra_forbidden")
            return (*at, step) if is_key and step == loc[-1] else at
        at, value = (*at, step), value[step]
    return at


def _expectation(source: Source, at: Location, error: ErrorDetails, model: type[BaseModel]) -> str:
    found, context = error["input"], error.get("ctx") or {}
    if error["type"] == "extra_forbidden":
        return _unknown_key(at, model)
    if error["type"] == "missing":
        return "expected one, found none"
    if "[key]" in error["loc"]:
        return one_of([*_QUOTED.findall(context.get("expected", "")), "default"], str(at[-1]))
    if error["type"] in ("literal_error", "enum"):
        known = _QUOTED.findall(context["expected"])
        if at[-1] == "version":
            return f"expected 1, found {quoted(found)}: the file is for another release"
        return (
            one_of(known, found)
            if isinstance(found, str)
            else f"expected one of {', '.join(known)}, found {quoted(found)}"
        )
    if error["type"] == "too_short":
        return "expected at least one, found none: this could never hold"
    if error["type"] == "string_pattern_mismatch":
        return f"expected {_written(str(context['pattern']))}, found {quoted(found)}"
    wanted = error["msg"].removeprefix("Value error, ").replace("Input should be ", "expected ")
    wanted = wanted.replace("String should have", "expected").replace("a valid ", "a ")
    wanted = _KINDS.get(error["type"], wanted)
    return f"{wanted}, found {quoted(found)}"


_KINDS: Final = {
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "mapping_type": "expected a mapping",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
}


def _written(pattern: str) -> str:
    return "upper case such as US_SSN" if "A-Z" in pattern else "lower case, digits and single hyphens"


def _unknown_key(at: Location, model: type[BaseModel]) -> str:
    return one_of(_keys_at(at[:-1], model), str(at[-1]))


def _keys_at(above: Location, model: type[BaseModel]) -> list[str]:
    """The keys that may stand in the mapping at a place."""
    for step in above:
        if not isinstance(step, int) and (field := _fields(model).get(step)) is not None:
            model = next(_models(field.annotation), model)
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)

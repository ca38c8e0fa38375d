"""YAML files that each hold one model: read with the place of each mistake, and not read again while they are the same.

Remembered twice: in this process by file and content, and in the cache folder all of them together, since parsing a few
hundred takes a quarter of a second and their models ten milliseconds.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from detectors.rulecache import read_cached, store_cached
from proxy.yamldocument import parse_document, validated

_MEMORY: Final = 1024
_FORMAT: Final = 1

Placed = tuple[BaseModel, str]


class _Unusable(Exception):
    """A file with mistakes, one `file:line: what` for each."""


def read_models[M: BaseModel](
    model: type[M], files: Iterable[Path], problems: list[str], cache_dir: Path | None = None
) -> list[tuple[M, str]]:
    """The model in each file and the `file:line` at which it begins; what is wrong is added to `problems`."""
    contents = {file: content for file in files if (content := _content(file, problems)) is not None}
    cached = _cache_file(model, contents, cache_dir)
    kept = _kept(model, list(contents), cached) if cached else None
    if kept is not None:
        return kept
    found = [placed for file, content in contents.items() if (placed := _read(model, file, content, problems))]
    if cached is not None and len(found) == len(contents):
        fields = [(item.model_dump(mode="json", exclude_unset=True), place.rpartition(":")[2]) for item, place in found]
        store_cached(cached, json.dumps(fields).encode())
    return found


def _content(file: Path, problems: list[str]) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError as err:
        problems.append(f"{file}:1: expected a readable file, found {err.strerror}")
        return None


def _read[M: BaseModel](model: type[M], file: Path, content: bytes, problems: list[str]) -> tuple[M, str] | None:
    try:
        item, place = _parsed(model, file, content)
    except _Unusable as err:
        problems += map(str, err.args)
        return None
    assert isinstance(item, model)
    return item, place


@functools.lru_cache(maxsize=_MEMORY)
def _parsed(model: type[BaseModel], file: Path, content: bytes) -> Placed:
    problems: list[str] = []
    document = parse_document(file, content, problems)
    item = validated(model, document.content, document, problems) if document else None
    if document is None or item is None:
        raise _Unusable(*problems)
    return item, document.place()


def _cache_file(model: type[BaseModel], contents: Mapping[Path, bytes], cache_dir: Path | None) -> Path | None:
    if cache_dir is None or not contents:
        return None
    shape = hashlib.sha256(json.dumps(model.model_json_schema(), sort_keys=True).encode())
    for content in contents.values():
        shape.update(hashlib.sha256(content).digest())
    return cache_dir / f"{model.__name__.lower()}s-{_FORMAT}-{shape.hexdigest()[:32]}.json"


def _kept[M: BaseModel](model: type[M], files: Sequence[Path], path: Path) -> list[tuple[M, str]] | None:
    try:
        fields: list[tuple[dict[str, Any], str]] = json.loads(read_cached(path))
        pairs = zip(files, fields, strict=True)
        return [(model.model_validate(content), f"{file}:{line}") for file, (content, line) in pairs]
    except (OSError, ValueError, TypeError, ValidationError):
        return None  # absent or torn: parse again

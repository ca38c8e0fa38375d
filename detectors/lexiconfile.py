"""Lexicon files to what they hold: `context/health.yaml` and `context/names.yaml` in each rule base.

Read like rule files: every fault with its place, nothing taken from a faulty file.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError, model_validator

from detectors.rulecache import read_cached, store_cached

HEALTH_FILE: Final = "health.yaml"
NAMES_FILE: Final = "names.yaml"


class Lexicon(BaseModel):
    """Lists of words, each under its key."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HealthLexicon(Lexicon):
    """Words of medicine, lower case, and codes as first-pass expressions (bounded, no look-around)."""

    words: tuple[Annotated[str, Field(min_length=3, max_length=60)], ...] = ()
    codes: tuple[Annotated[str, Field(min_length=4, max_length=200)], ...] = ()


def _folded(word: str) -> str:
    word = " ".join(word.split())
    if not any(map(str.isalpha, word)):
        raise ValueError("Value should have a letter")
    return word.casefold()


_Word = Annotated[str, Field(min_length=2, max_length=60), AfterValidator(_folded)]
_Words = Annotated[frozenset[_Word], PlainSerializer(sorted, return_type=list[str])]
"""In the order of their letters wherever they are written down, since digests are made of that."""


class NameLexicon(Lexicon):
    """What finders of names are told, casefolded: whose name is no private person's, and what is no name at all."""

    public_figures: _Words = frozenset()
    not_names: _Words = frozenset()

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if both := self.public_figures & self.not_names:
            raise ValueError(f"{min(both)!r} should stand in one list, not in both")
        return self


NO_HEALTH_LEXICON: Final = HealthLexicon()
NO_NAME_LEXICON: Final = NameLexicon()


def load_health(folders: Sequence[Path], cache_dir: Path | None, problems: list[str]) -> HealthLexicon:
    """The lexicons of all folders as one; faults are added to `problems`."""
    found = [*_load(HealthLexicon, HEALTH_FILE, folders, cache_dir, problems)]
    words = dict.fromkeys(word for one in found for word in one.words)
    codes = dict.fromkeys(code for one in found for code in one.codes)
    return HealthLexicon(words=tuple(words), codes=tuple(codes))


def load_names(folders: Sequence[Path], cache_dir: Path | None, problems: list[str]) -> NameLexicon:
    """The same of names. What one folder calls a figure and another no name, is none."""
    found = [*_load(NameLexicon, NAMES_FILE, folders, cache_dir, problems)]
    not_names = frozenset[str]().union(*(one.not_names for one in found))
    figures = frozenset[str]().union(*(one.public_figures for one in found))
    return NameLexicon(public_figures=figures - not_names, not_names=not_names)


def _load[L: Lexicon](
    model: type[L], name: str, folders: Sequence[Path], cache_dir: Path | None, problems: list[str]
) -> Iterator[L]:
    for file in (folder / name for folder in folders):
        if file.is_file():
            lexicon = _read(model, file, cache_dir, problems)
            if lexicon is not None:
                yield lexicon


def _read[L: Lexicon](model: type[L], file: Path, cache_dir: Path | None, problems: list[str]) -> L | None:
    raw = file.read_bytes()
    cached = cache_dir / f"{file.stem}-{hashlib.sha256(raw).hexdigest()[:32]}.json" if cache_dir else None
    try:
        if cached is not None:
            return model.model_validate_json(read_cached(cached))
    except (OSError, ValidationError):
        pass  # absent or torn: parse again
    try:
        lexicon = model.model_validate(_parse(raw))
    except ValidationError as err:
        lists = " and ".join(f"`{key}`" for key in model.model_fields)
        for error in err.errors(include_url=False):
            at = ".".join(str(part) for part in error["loc"]) or "lists"
            said = error["msg"].removeprefix("Value error, ")
            problems.append(
                f"{file}:{_line(raw, error['loc'])}: rule ?: lexicon, expected the lists {lists}, found at {at}: {said}"
            )
        return None
    except ValueError as err:
        problems.append(f"{file}:1: rule ?: lexicon, expected YAML, found {_first_line(err)}")
        return None
    if cached is not None:
        store_cached(cached, json.dumps(lexicon.model_dump()).encode())
    return lexicon


def _parse(raw: bytes) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(raw.decode())
    except (YAMLError, ValueError, LookupError, TypeError, RecursionError) as err:
        raise ValueError(getattr(err, "problem", None) or type(err).__name__) from err


def _line(raw: bytes, loc: Sequence[int | str]) -> int:
    """The line of what stands at a place of a file that could be parsed, or of the nearest thing above it."""
    from ruamel.yaml import YAML

    node = YAML(typ="safe", pure=True).compose(raw.decode())
    line = 1
    for part in loc:
        if node is None or node.id == "scalar":
            break
        if node.id == "mapping":
            key, node = next(((key, value) for key, value in node.value if key.value == part), (None, None))
            line = key.start_mark.line + 1 if key is not None else line
        elif isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _first_line(err: Exception) -> str:
    return str(err).splitlines()[0]

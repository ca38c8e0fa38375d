"""Lexicon files to what they hold: the words and codes of `context/health.yaml` in each rule base.

Read like rule files: every fault with its place, nothing taken from a faulty file.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detectors.rulecache import read_cached, store_cached

HEALTH_FILE = "health.yaml"


class HealthLexicon(BaseModel):
    """Words of medicine, lower case, and codes as first-pass expressions (bounded, no look-around)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[Annotated[str, Field(min_length=3, max_length=60)], ...] = ()
    codes: tuple[Annotated[str, Field(min_length=4, max_length=200)], ...] = ()


NO_HEALTH_LEXICON = HealthLexicon()


def load_health(folders: Sequence[Path], cache_dir: Path | None, problems: list[str]) -> HealthLexicon:
    """The lexicons of all folders as one; faults are added to `problems`."""
    found = [_read(folder / HEALTH_FILE, cache_dir, problems) for folder in folders if folder.is_dir()]
    words = dict.fromkeys(word for one in found for word in one.words)
    codes = dict.fromkeys(code for one in found for code in one.codes)
    return HealthLexicon(words=tuple(words), codes=tuple(codes))


def _read(file: Path, cache_dir: Path | None, problems: list[str]) -> HealthLexicon:
    if not file.is_file():
        return NO_HEALTH_LEXICON
    raw = file.read_bytes()
    cached = cache_dir / f"health-{hashlib.sha256(raw).hexdigest()[:32]}.json" if cache_dir else None
    try:
        if cached is not None:
            return HealthLexicon.model_validate_json(read_cached(cached))
    except (OSError, ValidationError):
        pass  # absent or torn: parse again
    try:
        lexicon = HealthLexicon.model_validate(_parse(raw))
    except (ValueError, ValidationError) as err:
        problems.append(f"{file}:1: rule ?: lexicon, expected the lists `words` and `codes`, found {_first_line(err)}")
        return NO_HEALTH_LEXICON
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


def _first_line(err: Exception) -> str:
    return str(err).splitlines()[0]

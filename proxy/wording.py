"""The words for people, in their language: texts from `rules/messages/`, or from the operator's own file.

A text takes what its placeholders name and nothing else: plain names in braces, a closed set for each text. What is put
in is not looked at again. A text that a file leaves out is the English one.
"""

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from detectors import bundled_rules
from proxy.configfile import ConfigError, read_file
from proxy.entityname import entity_name

ENGLISH: Final = "en"

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ENTITY: Final = re.compile(r"entity\.[A-Z][A-Z0-9_]*")
"""Keys of types, of which a file may name more than there are in English: an operator's rules have their own."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language by their dotted key."""

    language: str
    texts: Mapping[str, str] = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of all texts."""
        return hashlib.sha256(json.dumps(dict(self.texts), sort_keys=True).encode()).hexdigest()

    def say(self, key: str, **parts: str | int) -> str:
        """The text `key` with its placeholders filled. KeyError for one that is unknown or not given."""
        return _PLACEHOLDER.sub(lambda match: str(parts[match[1]]), self.texts[key])

    def find(self, key: str) -> str | None:
        """A text without placeholders, or None if there is none of that key."""
        return self.texts.get(key)

    def entity(self, entity: str) -> str:
        """An entity type as one says it."""
        return self.texts.get(f"entity.{entity}") or entity_name(entity)


def message_folder() -> Path:
    return bundled_rules() / "messages"


@functools.cache
def english() -> Wording:
    return Wording(ENGLISH, dict(_texts(message_folder() / f"{ENGLISH}.yaml")))


def load_wording(language: str) -> Wording:
    """The texts of a language that comes along, or of the file at path `language`. Missing ones are English.

    Raises ConfigError, which names the file and the line of each mistake.
    """
    bundled = message_folder() / f"{language}.yaml"
    path = bundled if bundled.is_file() else Path(language)
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in message_folder().glob("*.yaml")))
        raise ConfigError(f"language: expected one of {known}, or a file's path, found {language}")
    return Wording(path.stem, {**english().texts, **dict(_texts(path, english().texts))})


def placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _texts(path: Path, known: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """The texts of a file by their dotted key; held against those `known`, if given."""
    values, places = read_file(path)
    problems = []
    for at, value in values.items():
        key = ".".join(at)
        problem = _problem(key, value, known)
        if problem is not None:
            problems.append(f"{places[at]}: {key}: {problem}")
        else:
            yield key, str(value)
    if problems:
        raise ConfigError(*problems)


def _problem(key: str, value: object, known: Mapping[str, str] | None) -> str | None:
    if not isinstance(value, str) or not value:
        return "expected a text"
    if _UNPRINTED.search(value):
        return "expected one line without control characters"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", value)):
        return "expected braces around names alone"
    if known is None:
        return None
    if key not in known:
        return None if _ENTITY.fullmatch(key) and not placeholders(value) else "expected a text that en.yaml has"
    wanted = sorted(placeholders(known[key]))
    return None if sorted(placeholders(value)) == wanted else f"expected the placeholders {', '.join(wanted) or 'none'}"

"""Instructions of a client whose licence doesn't let them be passed on, in other words of the same lengths.

Sentences, lists, code signs, digits and capitals stay where they are, and so does every byte outside: what a detector
has to do on them is much the same. Names of tools and of their parameters stay too.
"""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final

_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_WORDS: Final = tuple(
    "the and for are not row key one two see any own had was its let set new out way "
    "each line then that rows file when test cold case look with this from made only must keep "
    "which while reads write cache where under index after first table names parts times shown "
    "before return caller opened during second adding input values folder change itself member "
    "because request handler changed session without started answers between reading another "
    "touching document standing together followed includes somewhat sentence position "
    "different something elsewhere beginning condition described following".split()
)
_KEPT: Final = "x-anthropic-billing-header"  # new in every request, which is what matters about it


def reworded(body: str) -> str:
    """A Messages request with the client's own instructions in other words. Raises ValueError if one isn't found."""
    for text in dict.fromkeys(_instructions(json.loads(body))):
        told = json.dumps(text, ensure_ascii=False)
        if told not in body:
            raise ValueError("instructions, expected as JavaScript writes them")
        body = body.replace(told, json.dumps(_other_words(text), ensure_ascii=False))
    return body


def _instructions(request: dict[str, Any]) -> Iterator[str]:
    """The longest first, so that none is changed within another."""
    yield from sorted((text for text in _found(request) if not text.startswith(_KEPT)), key=lambda text: -len(text))


def _found(request: dict[str, Any]) -> Iterator[str]:
    yield from _texts(request.get("system", ()), "text")
    yield from _texts(request.get("tools", ()), "description")
    for message in request["messages"]:
        content = message["content"]
        if message["role"] == "system":
            yield from [content] if isinstance(content, str) else _texts(content, "text")
        else:
            yield from (text for text in _texts(content, "text") if text.startswith("<system-reminder>"))


def _texts(value: Any, name: str) -> Iterator[str]:
    """Every string that is a member `name`, at any depth."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == name and isinstance(below, str):
                yield below
            else:
                yield from _texts(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below, name)


def _other_words(text: str) -> str:
    return _WORD.sub(lambda found: _other_word(found[0]), text)


def _other_word(word: str) -> str:
    """As long and with the same capitals; the same for the same word."""
    number, other = zlib.crc32(word.lower().encode()), ""
    while len(other) < len(word):
        left = len(word) - len(other)
        fitting = [one for one in _WORDS if len(one) == left] or [one for one in _WORDS if len(one) < left - 2]
        other += fitting[number % len(fitting)] if fitting else "s" * left
        number //= 7
    return "".join(new.upper() if old.isupper() else new for old, new in zip(word, other, strict=True))

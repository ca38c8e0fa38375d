"""Host patterns of the vendor files and what they cover. Pure.

`*.x.y` is any host below x.y, another `*` any run of characters within its label.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_PATTERN: Final = re.compile(
    r"""
    (?: \*\. )?                               # any number of labels in front
    (?: [a-z0-9*] (?: [a-z0-9*-]* [a-z0-9*] )? \. )+  # a star inside: any characters of that one label
    [a-z0-9] (?: [a-z0-9-]* [a-z0-9] )?       # the last label and so the suffix is always spelled out
    """,
    re.VERBOSE,
)


def check_pattern(pattern: str) -> str:
    """The pattern itself. Raises ValueError when it is none, or would claim hosts of anyone."""
    if not _PATTERN.fullmatch(pattern):
        raise ValueError("expected a lower-case host name, stars only before its last two labels")
    if "*" in "".join(pattern.split(".")[-2:]):
        raise ValueError("expected the last two labels without a star: it would claim hosts of anyone")
    return pattern


def normalise(host: str) -> str:
    """A host name in lower-case ASCII without its last dot; "" when it is none."""
    name = host.strip().lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name.removesuffix(".")


def any_matches(patterns: Iterable[str], host: str) -> bool:
    name = normalise(host)
    return any(matches(pattern, name) for pattern in patterns)


def matches(pattern: str, name: str) -> bool:
    """Whether a host pattern of the catalogue covers a normalised name."""
    if pattern.startswith("*."):
        labels, deep = pattern[2:].split("."), True
    else:
        labels, deep = pattern.split("."), False
    given = name.split(".")
    if len(given) <= len(labels) if deep else len(given) != len(labels):
        return False
    return all(map(_label_matches, labels, given[-len(labels) :]))


def _label_matches(pattern: str, label: str) -> bool:
    head, star, tail = pattern.partition("*")
    if not star:
        return pattern == label
    return len(label) > len(head) + len(tail) and label.startswith(head) and label.endswith(tail)


def parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.partition(".")[2]
        yield name


def stem(pattern: str) -> str:
    """The longest suffix of whole labels without a star."""
    labels = pattern.split(".")
    starred = [index for index, label in enumerate(labels) if "*" in label]
    return ".".join(labels[starred[-1] + 1 :] if starred else labels)


def covers(pattern: str, other: str) -> bool:
    return pattern == other or matches(pattern, other.replace("*", "x"))

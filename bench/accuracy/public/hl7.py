"""HL7 v2 messages of packages' tests: files, and texts in Python sources. The labels are names by position.

The reader shares nothing with the product's. Where a patient's name stands again in a note or an observation it is
labelled there too.
"""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bench.accuracy.public.fetch import npm, pypi

PYPI: Final = ("hl7==0.4.5", "hl7apy==1.3.5")
NPM: Final = ("simple-hl7@3.3.0", "nodehl7@2.0.0", "hl7-standard@1.0.4")

NAMES: Final[Mapping[str, Mapping[int, int]]] = {
    "EVN": {5: 1},
    "PID": {5: 0, 6: 0, 9: 0},
    "PD1": {4: 1},
    "NK1": {2: 0, 30: 0},
    "MRG": {7: 0},
    "GT1": {3: 0, 4: 0},
    "IN1": {16: 0},
    "PV1": dict.fromkeys((7, 8, 9, 17, 52), 1),
    "ORC": dict.fromkeys((10, 11, 12, 19), 1),
    "OBR": dict.fromkeys((10, 16, 28), 1),
    "OBX": {16: 1},
    "ROL": {4: 1},
    "PR1": dict.fromkeys((8, 11, 12), 1),
    "DG1": {16: 1},
    "TXA": dict.fromkeys((5, 9, 10, 11), 1),
}
"""Per segment the fields that hold names, and the component in which the family name stands; the given name is next."""

NOT_NAMES: Final = frozenset({"unknown", "sconosciuto", "clinic"})
"""What some of the messages say in a name's place; found or not, it counts neither way."""

TEXTS: Final[Mapping[str, int]] = {"NTE": 3, "OBX": 5}
"""Per segment the field that holds text."""

_SEGMENT = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"(?<!_)[^\W\d_]{2,}\d*(?!_)")
_ASKED = re.compile(r"@PID\.5(?:\.\d)?\^([^~|^\r\n]+)")


def cases() -> Iterator[dict[str, Any]]:
    """Raises NotObtainable."""
    folders = [*(pypi(name, source=True) for name in PYPI), *(npm(name) for name in NPM)]
    known = dict.fromkeys(text for folder in folders for text in _messages(folder))
    for number, text in enumerate(known):
        yield {"id": str(number), "text": text, "spans": list(spans(text))}


def _messages(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        if file.suffix == ".py" and "MSH|" in text:
            with warnings.catch_warnings(action="ignore", category=SyntaxWarning):  # of escapes that aren't ours
                nodes = ast.walk(ast.parse(text))
            strings = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
            yield from (value for value in strings if value.lstrip().startswith("MSH|^~\\&|") and "PID|" in value)
        elif file.suffix in {".hl7", ".adm", ".txt"} and "MSH|" in text and "PID|" in text:
            yield text


def spans(text: str) -> Iterator[dict[str, Any]]:
    """Places of names in a message, or several, with the usual delimiters; without those that MSH doesn't start."""
    segments = [(found.start(), found[0]) for found in _SEGMENT.finditer(text)]
    yield from ({"start": one.start(1), "end": one.end(1), "type": "PERSON"} for one in _ASKED.finditer(text))
    patient: set[str] = set()
    for at, segment in segments:
        for number, start, field in _fields(at, segment):
            family = NAMES.get(segment.lstrip()[:3], {}).get(number)
            if family is None:
                continue
            for begin, name in _pieces(start, field, "~"):
                if place := _name(begin, name, family):
                    words = {word.casefold() for word in _WORD.findall(text[slice(*place)])}
                    kind = "PERSON" if NOT_NAMES.isdisjoint(words) else "PLACEHOLDER"
                    yield {"start": place[0], "end": place[1], "type": kind}
                    if segment.lstrip().startswith("PID"):
                        patient |= words
    for at, segment in segments:
        for number, start, field in _fields(at, segment):
            if TEXTS.get(segment.lstrip()[:3]) == number:
                yield from (
                    {"start": one, "end": other, "type": "PERSON"} for one, other in again(field, start, patient)
                )


def _fields(at: int, segment: str) -> Iterator[tuple[int, int, str]]:
    for number, (start, field) in enumerate(_pieces(at, segment, "|")):
        yield number, start, field


def _pieces(at: int, text: str, separator: str) -> Iterator[tuple[int, str]]:
    for piece in text.split(separator):
        yield at, piece
        at += len(piece) + 1


def _name(at: int, name: str, family: int) -> tuple[int, int] | None:
    """From the family name to the given name; the field as it is where it has no components."""
    parts = list(_pieces(at, name, "^"))
    named = [(start, part) for start, part in parts[family : family + 2] if _WORD.search(part)]
    return (named[0][0], named[-1][0] + len(named[-1][1])) if named else None


def again(text: str, offset: int, words: set[str]) -> Iterator[tuple[int, int]]:
    """Where words of names stand in a text that begins at `offset`; what only blanks and points part is one."""
    start = end = -1
    for found in _WORD.finditer(text):
        if found[0].casefold() not in words or not found[0][0].isupper():
            continue
        if start >= 0 and re.fullmatch(r"[\s.,]*", text[end : found.start()]):
            end = found.end()
            continue
        if start >= 0:
            yield offset + start, offset + end
        start, end = found.span()
    if start >= 0:
        yield offset + start, offset + end

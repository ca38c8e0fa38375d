"""Views of texts written one character at a time: lists of quoted characters, objects of numbered bytes, `od`'s rows.

As in `dump.py`, opened only where `GATES` saw several in a row; a finding inside covers the list whole.
"""

import re
from collections.abc import Callable, Iterator

from detectors.views.escape import unescape
from detectors.views.view import Budget, View

_TEXT_DECIMAL = r"(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])"
_TEXT_OCTAL = r"(?:0[4-7]|1[0-7])[0-7]"

GATES = tuple(
    gate.encode()
    for gate in (
        r"(?:[\"'][!-~ ][\"'][, \t\r\n0-9+.]{1,20}){8}",
        rf"(?:\"[0-9]{{1,5}}\": ?{_TEXT_DECIMAL},[ \r\n]{{0,12}}){{6}}",
        rf"[0-7]{{7}}(?:(?: {{3}}[!-~ ]| {{2}}\\[0abfnrtv]){{8}}|(?: 0[2-7][0-7]{{4}}){{4}}"
        rf"|(?: {_TEXT_OCTAL}){{6}}|(?: {{1,3}}{_TEXT_DECIMAL}){{8}})",
        rf"(?:{_TEXT_OCTAL} ){{9}}",
    )
)

_QUOTED = r"""(?:'(?:[^'\\\n]|\\[^\n]|\\[0-7]{2,3})'|"(?:[^"\\\n]|\\[^\n]|\\u[0-9a-fA-F]{4})")"""
_ADDRESS = r"(?:0x[0-9a-f]{4,16}:[ \t]{1,4})"
_CHARACTERS = re.compile(rf"{_QUOTED}(?:[\s,+.]{{1,60}}{_ADDRESS}?(?:[0-9]{{1,3}} )?{_QUOTED}){{7,}}")
_CHARACTER = re.compile(_QUOTED)
_MEMBER = r'"[0-9]{1,6}"[ ]?:[ ]{0,4}'
_OBJECT = re.compile(rf"{_MEMBER}[0-9]{{1,3}}(?:,\s{{0,40}}{_MEMBER}[0-9]{{1,3}}){{7,}}(?![0-9.])")
_VALUE = re.compile(r":[ ]{0,4}([0-9]{1,3})")
_OCTALS = re.compile(r"(?<![0-9])[01][0-7]{2}(?:[ ,\r\n]{1,20}[01][0-7]{2}){8,}(?![0-9])")
_OCTAL = re.compile("[0-7]{3}")

_ROW = re.compile(
    r"""(?P<offset>[0-7]{7})(?:(?P<words>(?:[ ][0-7]{6}){1,8}) | (?P<numbers>(?:[ ][ 0-9]{3}|[ ]{2,3}[0-9]{1,3}){1,16})
         | (?P<characters>(?:[ ]{3}[!-~ ]|[ ]{2}\\[0abfnrtv]|[ ][0-7]{3}){1,16}))[ ]?\r?$""",
    re.VERBOSE | re.MULTILINE,
)
_CELL = re.compile(r"[ ]{3}(?P<plain>[!-~ ])|[ ]{2}(?P<escape>\\[0abfnrtv])|[ ](?P<octal>[0-7]{3})")
_NUMBER = re.compile("[0-9]+")

LOOK_BACK_CHARS = 600


def octets(text: str, hits: list[tuple[int, int]], budget: Budget) -> Iterator[View]:
    """The views that `hits` of `GATES` promise."""
    done = [0] * len(GATES)
    for kind, end in sorted(hits, key=lambda hit: hit[1]):
        if end <= done[kind]:
            continue
        for start, after, said in _READERS[kind](text, end, done[kind]):
            done[kind] = max(done[kind], after)
            if budget.take(len(said)):
                yield View("characters", said, text, start, after)
        done[kind] = max(done[kind], end)


def _characters(text: str, end: int, floor: int) -> Iterator[tuple[int, int, str]]:
    for match in _around(_CHARACTERS, text, end, floor):
        said = (one[1:-1] for one in _CHARACTER.findall(match[0]))
        yield match.start(), match.end(), "".join(unescape(one) if len(one) > 1 else one for one in said)


def _object(text: str, end: int, floor: int) -> Iterator[tuple[int, int, str]]:
    for match in _around(_OBJECT, text, end, floor):
        yield match.start(), match.end(), _bytes_as_text(int(value) for value in _VALUE.findall(match[0]))


def _octals(text: str, end: int, floor: int) -> Iterator[tuple[int, int, str]]:
    for match in _around(_OCTALS, text, end, floor):
        yield match.start(), match.end(), _bytes_as_text(int(value, 8) for value in _OCTAL.findall(match[0]))


def _around(pattern: "re.Pattern[str]", text: str, end: int, floor: int) -> Iterator["re.Match[str]"]:
    """The run that the hit ending here lies in."""
    for match in pattern.finditer(text, max(floor, end - LOOK_BACK_CHARS)):
        if match.end() >= end - 20:
            if match.start() < end:
                yield match
            return


def _bytes_as_text(values: Iterator[int]) -> str:
    return bytes(value & 0xFF for value in values).decode("utf-8", "replace")


def _od(text: str, end: int, floor: int) -> Iterator[tuple[int, int, str]]:
    """A dump in rows as `od` writes them: words in octal, bytes in octal or decimal, or characters."""
    at = text.rfind("\n", 0, end) + 1
    if at < floor:
        return
    start, rows = at, []
    while (row := _ROW.match(text, at)) is not None:
        rows.append(row)
        at = row.end() + 1
    if rows:
        yield start, rows[-1].end(), b"".join(map(_reader_of(rows), rows)).decode("utf-8", "replace")


def _reader_of(rows: "list[re.Match[str]]") -> "Callable[[re.Match[str]], bytes]":
    """Rows of digits alone don't tell what they are; the dump as a whole does."""
    if any(row["characters"] for row in rows):
        return lambda row: b"".join(_cell(cell) for cell in _CELL.finditer(row[0], len(row["offset"])))
    if any(row["words"] for row in rows):
        return lambda row: b"".join(
            (int(word, 8) & 0xFFFF).to_bytes(2, "little") for word in (row["words"] or "").split()
        )
    decimal = any("  " in row["numbers"] or set(row["numbers"]) & {"8", "9"} for row in rows)  # octal is never padded
    return lambda row: bytes(int(number, 10 if decimal else 8) & 0xFF for number in _NUMBER.findall(row["numbers"]))


def _cell(cell: "re.Match[str]") -> bytes:
    if cell["octal"]:
        return bytes((int(cell["octal"], 8) & 0xFF,))
    return (cell["plain"] or unescape(cell["escape"])).encode("latin-1", "replace")


_READERS = (_characters, _object, _od, _octals)

"""Views of bytes written as a list of numbers: hex dumps, C arrays, decimal and binary bytes, calls of `chr`.

A list is opened only where the first pass saw several numbers in a row that stand for text (`GATES`). A finding inside
covers the list whole.
"""

import re
from collections.abc import Callable, Iterator
from itertools import batched

from detectors.views.view import Budget, View

_TEXT_HEX = r"(?:[2-7][0-9a-fA-F]|0[9aAdD])"
_TEXT_DECIMAL = r"(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]|10|13|9)"

GATES = tuple(
    gate.encode()
    for gate in (
        r"(?:[2-7][0-9a-fA-F][ :,-]){8}",
        rf"(?:(?:\(byte\) ?)?0[xX]{_TEXT_HEX}[,;]?[ \t\r\n]{{0,16}}){{8}}",
        r"[ :](?:[2-7][0-9a-fA-F][2-7][0-9a-fA-F] ){5}",
        r"(?:(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]),[ \r\n]{0,16}){9}",
        r"(?:(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]) {1,3}){11}",
        r"(?:(?:0b)?0[01]{7}[ ,]{0,2}){6}",
        r"(?:(?i:chr|char)[wWbB]?\$?\([0-9]{1,3}\)[ \t\r\n.&+,|]{1,12}){6}",
    )
)

_OFFSET = (
    r"(?:0[xX])?(?:[0-9a-fA-F]{4,16}[:h]|[0-9a-fA-F]{7,16}(?=[ \t])|[0-9a-fA-F]{4,6}(?=[ ]{2,4}[0-9a-fA-F]{2}[ ]))"
)
_WORDS = r"(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{4}|[0-9a-fA-F]{2})"
_ROW = re.compile(
    rf"""[ \t>|+*\#]{{0,20}}(?P<offset>{_OFFSET})?[ \t]{{0,4}}
         (?P<bytes>{_WORDS}(?:(?:[ \t]{{1,2}}|[ ]?-[ ]?){_WORDS}(?![^\s-])){{0,1023}})
         (?P<column>[ \t]{{2,40}}[^\n]{{0,80}}|[ \t]{{0,8}}\|[^\n]{{0,80}})?[ \t\r]{{0,8}}$""",
    re.VERBOSE | re.MULTILINE,
)
_WORD = re.compile("[0-9a-fA-F]{4,8}")
_PAIRS = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{2}(?:(?:[:,-] ?|[ ]{1,2}|\s{0,2}\r?\n[ \t]{0,40})[0-9a-fA-F]{2}){8,}(?![0-9A-Za-z])"
)
_C_ARRAY = re.compile(  # a debugger's lines begin with an address, Java's bytes with a cast
    r"0[xX][0-9a-fA-F]{1,2}(?:[uU]?[\s,;]{1,60}(?:0x[0-9a-f]{4,16}:[ \t]{1,4}|\(byte\) ?)?0[xX][0-9a-fA-F]{1,2}){8,}"
    r"(?![0-9A-Za-z])"
)
_DECIMALS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:[\s,;]{1,60}[0-9]{1,3}){11,}(?![0-9.]*[0-9A-Za-z])")
_BITS = re.compile(
    r"(?<![0-9])[01]{8}(?:(?:[\s,]{0,3}|, ?0b|[ ]{2,40}[!-~][!-~ ]{0,7}\r?\n[0-9a-f]{8}:[ ])[01]{8}){7,}(?![0-9])"
)
_CALLS = re.compile(
    r"(?i:chr|char)[wWbB]?\$?\([0-9]{1,3}\)(?:[\s.&+,_|]{1,40}(?i:chr|char)[wWbB]?\$?\([0-9]{1,3}\)){5,}"
)

_HEX_NUMBER = re.compile(r"(?<![0-9A-Fa-f])(?:0[xX])?([0-9a-fA-F]{1,2})(?![0-9a-fA-FxX])")
_NUMBER = re.compile("[0-9]{1,3}")
_BYTE = re.compile("[01]{8}(?!:)")
_HEX_BYTE = re.compile(r"(?<![0-9A-Za-z])0[xX]([0-9a-fA-F]{1,2})(?![0-9a-fA-F])")


REACH_CHARS = 4096
"""How far before a hit its list may begin. A longer list begins with a hit of its own."""


def dumps(text: str, hits: list[tuple[int, int]], budget: Budget) -> Iterator[View]:
    """The views that `hits` of `GATES` promise."""
    hits.sort(key=lambda hit: hit[1])
    table = _Table(text)
    lists = {kind: _Lists(text, *reading) for kind, reading in _INLINE.items()}
    for kind, end in hits:
        if kind in (0, 2) and (rows := table.around(end)) is not None and budget.take(len(rows[2])):
            yield View("hex", rows[2], text, rows[0], rows[1])
        if kind == 2 or end <= table.done:
            continue
        for start, after, decoded in lists[kind].up_to(end):
            if budget.take(len(decoded)):
                yield View(lists[kind].name, decoded, text, start, after)


class _Lists:
    """The matches of one pattern, asked for by ascending offsets. What was searched once isn't searched again: on
    hostile text every character is a hit, and the next match is far away or nowhere.
    """

    def __init__(self, text: str, pattern: "re.Pattern[str]", read: Callable[[str], str | None], name: str) -> None:
        self.name = name
        self._text = text
        self._pattern = pattern
        self._read = read
        self._done = 0
        self._next: re.Match[str] | None = None
        self._searched = False

    def up_to(self, end: int) -> Iterator[tuple[int, int, str]]:
        """Start, end and text of each further list that holds `end`."""
        if end <= self._done:
            return
        low = max(0, end - REACH_CHARS)
        start = max(self._done, low, self._text.rfind("\n", low, max(low, end - 400)) + 1)
        while (match := self._from(start)) is not None and match.start() <= end:
            self._done = start = match.end()
            if match.end() >= end and (decoded := self._read(match[0])) is not None:
                yield match.start(), match.end(), decoded
        self._done = max(self._done, end)

    def _from(self, start: int) -> "re.Match[str] | None":
        """The first match at `start` or behind it."""
        if not self._searched or (self._next is not None and self._next.start() < start):
            self._next = self._pattern.search(self._text, start)
            self._searched = True
        return self._next


class _Table:
    """The rows of hex dumps, asked for by ascending offsets."""

    def __init__(self, text: str) -> None:
        self.done = 0
        """Where the last dump ended."""
        self._text = text
        self._line = 0
        self._looked = 0
        self._tried = -1

    def around(self, at: int) -> tuple[int, int, str] | None:
        """The hex dump around an offset: start, end, and what it says; None if the line is no dump's, or was told."""
        if at <= self.done:
            return None
        newline = self._text.rfind("\n", self._looked, at - 1)
        self._looked = max(self._looked, at - 1)
        self._line = newline + 1 if newline >= 0 else self._line
        if self._line == self._tried:
            return None
        self._tried = self._line
        rows = _rows(self._text, self._line, self.done)
        if rows is not None:
            self.done = rows[1]
        return rows


def _rows(text: str, first: int, floor: int) -> tuple[int, int, str] | None:
    """The hex dump around the line at `first`, not beginning before `floor`."""
    row = _ROW.match(text, first)
    if row is None or (row["offset"] is None and row["column"] is None and _WORD.search(row["bytes"]) is None):
        return None
    while first > floor and (above := _ROW.match(text, text.rfind("\n", floor, first - 1) + 1)) and above.end() < first:
        first = above.start()
    raw = bytearray()
    last = at = first
    while (row := _ROW.match(text, at)) is not None:
        raw += _bytes_of(row)
        last = row.end()
        at = last + 1
    return first, last, raw.decode("utf-8", "replace")


def _bytes_of(row: "re.Match[str]") -> bytes:
    digits = re.sub("[^0-9a-fA-F]", "", row["bytes"])
    raw = bytes.fromhex(digits)
    if row["offset"] is not None and row["offset"][-1] not in ":h" and _WORD.match(row["bytes"]):
        return b"".join(bytes(reversed(pair)) for pair in batched(raw, 2))  # words as `hexdump` and `od -x` write them
    return raw


def _read_hex(run: str) -> str | None:
    return bytes(int(number, 16) for number in _HEX_NUMBER.findall(run)).decode("utf-8", "replace")


def _read_array(run: str) -> str | None:
    return bytes(int(number, 16) for number in _HEX_BYTE.findall(run)).decode("utf-8", "replace")


def _read_decimals(run: str) -> str | None:
    numbers = [int(number) for number in _NUMBER.findall(run)]
    return bytes(numbers).decode("utf-8", "replace") if max(numbers) < 256 else None


def _read_bits(run: str) -> str | None:
    return bytes(int(number, 2) for number in _BYTE.findall(run)).decode("utf-8", "replace")


_INLINE = {
    0: (_PAIRS, _read_hex, "hex"),
    1: (_C_ARRAY, _read_array, "hex"),
    3: (_DECIMALS, _read_decimals, "bytes"),
    4: (_DECIMALS, _read_decimals, "bytes"),
    5: (_BITS, _read_bits, "bits"),
    6: (_CALLS, _read_decimals, "bytes"),
}

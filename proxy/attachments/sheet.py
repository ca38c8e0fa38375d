"""Excel's worksheets: rows of cells as lines with tabs between, so that a heading stands above its column."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from proxy.attachments.xmltext import begin

MAX_GAP_CELLS = 256
"""Empty cells between two that hold something, told as tabs; more would let a few bytes grow to many."""

_SHEET = re.compile(r"xl/(?:worksheets|chartsheets|dialogsheets|macrosheets)/[^/]+\.xml")
_STRINGS = "xl/sharedStrings.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")


def is_sheet(name: str) -> bool:
    return _SHEET.fullmatch(name) is not None


def is_strings(name: str) -> bool:
    return name == _STRINGS


class Workbook:
    """The strings that all sheets of a workbook share, and which of them were shown."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        content = parts.get(_STRINGS)
        self._strings = _shared(content) if content else []
        self._shown: set[int] = set()

    def rows(self, content: bytes) -> str:
        """A worksheet's text. Raises expat's errors for what is no XML."""
        reader = _Sheet(self._strings, self._shown)
        parser = begin(reader.start, reader.end, reader.text)
        parser.Parse(content, True)
        return "".join(reader.out)

    def unused(self) -> str:
        """The strings that no sheet shows, a line each."""
        return "\n".join(text for number, text in enumerate(self._strings) if number not in self._shown)


def _shared(content: bytes) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []

    def end(name: str) -> None:
        if name.rpartition(":")[2] == "si":
            strings.append("".join(pieces))
            pieces.clear()

    begin(lambda *_: None, end, pieces.append).Parse(content, True)
    return [*strings, *pieces]


class _Sheet:
    """Handlers for one worksheet's elements."""

    def __init__(self, strings: list[str], shown: set[int]) -> None:
        self.out: list[str] = []
        self._strings = strings
        self._shown = shown
        self._kind = ""
        self._column = 0
        self._text: list[str] = []

    def start(self, name: str, attributes: list[str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._column = 0
            case "c":
                named = dict(zip(attributes[::2], attributes[1::2], strict=False))
                self._kind = named.get("t", "")
                self._go_to(named.get("r", ""))
        self._text = []

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.out.append("\n")
            case "v":
                self.out.append(self._shown_value("".join(self._text)))
            case "f":
                self.out.append(f"={''.join(self._text)} ")
            case "t":
                self.out.append("".join(self._text))
            case "c" | "is" | "r":
                pass
            case _:
                if said := "".join(self._text).strip():  # headers, footers, validation: whatever else has text
                    self.out.append(f"\n{said}\n")
        self._text = []

    def _go_to(self, reference: str) -> None:
        """Puts tabs up to the cell's column."""
        found = _REFERENCE.fullmatch(reference)
        column = _column(found[1]) if found else self._column + 1
        if self._column:
            self.out.append("\t" * min(max(column - self._column, 1), MAX_GAP_CELLS))
        self._column = column

    def _shown_value(self, value: str) -> str:
        if self._kind == "s":
            number = int(value) if value.strip().isdecimal() else -1
            self._shown.add(number)
            return self._strings[number] if 0 <= number < len(self._strings) else value
        if "E" in value or "e" in value:
            return _in_full(value)
        return value


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _in_full(value: str) -> str:
    """A number written with an exponent as all its digits: long numbers stand so in the file, never on the screen."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 40 else value

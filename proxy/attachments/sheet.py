"""Excel's worksheets: rows of cells as lines with tabs between, so that a heading stands above its column."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from proxy.attachments.xmltext import begin

MAX_GAP_CELLS = 256
"""Empty cells between two that hold something, told as tabs; more would let a few bytes grow to many."""

_STYLES = "xl/styles.xml"
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(50, 59)))
"""Built-in number formats that show a date (ECMA-376, part 1, section 18.8.30)."""

_NO_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|General')
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of the serial numbers, for every date after February 1900."""

_DAYS = range(61, 2_958_466)

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
        styles = parts.get(_STYLES)
        self._dates = _date_styles(styles) if styles else frozenset()
        self._shown: set[int] = set()

    @property
    def is_empty(self) -> bool:
        """Whether there are no shared strings, or none that could be read."""
        return not self._strings

    def rows(self, content: bytes) -> str:
        """A worksheet's text. Raises expat's errors for what is no XML."""
        reader = _Sheet(self._strings, self._shown, self._dates)
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


def _date_styles(content: bytes) -> frozenset[str]:
    """The numbers of the cell styles that show a date."""
    own: set[str] = set()
    styles: list[bool] = []
    above = [""]

    def start(name: str, attributes: list[str]) -> None:
        local = name.rpartition(":")[2]
        named = dict(zip(attributes[::2], attributes[1::2], strict=False))
        number = named.get("numFmtId", "")
        if local == "numFmt" and re.search("[yYdD]", _NO_DATE.sub("", named.get("formatCode", ""))):
            own.add(number)
        elif local == "xf" and above[-1] == "cellXfs":
            styles.append(number in own or (number.isdecimal() and int(number) in _DATE_FORMATS))
        above.append(local)

    def end(_: str) -> None:
        above.pop()

    begin(start, end, lambda _: None).Parse(content, True)
    return frozenset(str(number) for number, is_date in enumerate(styles) if is_date)


class _Sheet:
    """Handlers for one worksheet's elements."""

    def __init__(self, strings: list[str], shown: set[int], dates: frozenset[str]) -> None:
        self.out: list[str] = []
        self._strings = strings
        self._shown = shown
        self._dates = dates
        self._kind = ""
        self._is_date = False
        self._column = 0
        self._text: list[str] = []

    def start(self, name: str, attributes: list[str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._column = 0
            case "c":
                named = dict(zip(attributes[::2], attributes[1::2], strict=False))
                self._kind = named.get("t", "")
                self._is_date = not self._kind and named.get("s", "") in self._dates
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
        if self._is_date:
            return _as_date(value)
        if "E" in value or "e" in value:
            return _in_full(value)
        return value


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _as_date(value: str) -> str:
    """A serial number as the date that is shown for it; what is none stays."""
    days = value.partition(".")[0]
    if not days.isdecimal() or len(days) > len(str(_DAYS.stop)) or int(days) not in _DAYS:
        return value
    return (_FIRST_DAY + timedelta(days=int(days))).isoformat()


def _in_full(value: str) -> str:
    """A number written with an exponent as all its digits: long numbers stand so in the file, never on the screen."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 40 else value

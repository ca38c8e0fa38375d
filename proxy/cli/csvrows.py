"""Rows of a CSV file, a batch at a time, with a clear word on the first thing that is wrong. Quotes no value."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from proxy.configfile import ConfigError

BATCH_ROWS = 2000
MAX_FIELD_CHARS = 1 << 20
_DELIMITERS = ",;\t|"
_SHOWN_HEADERS = 20


class CsvRows:
    """The columns named `headers` of a file with a header line. Raises ConfigError, with the line."""

    def __init__(self, file: Path, headers: Sequence[str], encoding: str, delimiter: str) -> None:
        self._file = file
        self._headers = headers
        self._encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        self._delimiter = delimiter
        self._lines: dict[int, int] = {}
        try:
            self.size_bytes = file.stat().st_size
            "".encode(self._encoding)
        except OSError as err:
            raise ConfigError(f"{file}: expected a readable file, found: {err.strerror}") from err
        except LookupError:
            raise ConfigError(f"--encoding: expected an encoding such as utf-8 or latin-1, found {encoding}") from None
        if len(delimiter) > 1:
            raise ConfigError(f"--delimiter: expected one character, found {len(delimiter)}")

    def batches(self, advance: Callable[[int], None] = lambda size: None) -> Iterator[list[list[str]]]:
        """All rows, in batches; `advance` hears how many bytes each took."""
        csv.field_size_limit(MAX_FIELD_CHARS)
        with self._file.open("rb") as raw:
            text = io.TextIOWrapper(raw, encoding=self._encoding, newline="")
            reader = csv.reader(iter(()))
            try:
                header = text.readline()
                delimiter = self._delimiter or max(_DELIMITERS, key=header.count)
                names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
                places = self._places(names)
                reader = csv.reader(text, delimiter=delimiter, strict=True)
                yield from self._batches(reader, places, len(names), advance, raw)
            except UnicodeDecodeError:
                at = reader.line_num + 2
                raise self._fault(
                    at, f"text in {self._encoding}, from here or a little after on", "other bytes"
                ) from None
            except csv.Error:
                raise self._fault(
                    reader.line_num + 1, "a row of CSV", "a quote that is not closed or not at an edge"
                ) from None

    def line_of(self, row: int) -> int:
        """About the line of a row, counted from 1: exact unless values hold line ends."""
        first = max((known for known in self._lines if known <= row), default=1)
        return self._lines.get(first, 2) + row - first

    def _batches(
        self,
        reader: "Iterator[list[str]]",
        places: Sequence[int],
        width: int,
        advance: Callable[[int], None],
        raw: io.BufferedReader,
    ) -> Iterator[list[list[str]]]:
        batch: list[list[str]] = []
        rows = done = 0
        for row in reader:
            if not row:
                continue
            if len(row) != width:
                raise self._fault(reader.line_num + 1, f"{width} columns, as in the header", str(len(row)))  # type: ignore[attr-defined]
            batch.append([row[place] for place in places])
            if len(batch) == BATCH_ROWS:
                rows += len(batch)
                self._lines[rows + 1] = reader.line_num + 2  # type: ignore[attr-defined]
                yield batch
                batch = []
                advance(raw.tell() - done)
                done = raw.tell()
        if batch:
            yield batch
        if not rows and not batch:
            raise self._fault(2, "rows below the header", "none")

    def _places(self, names: Sequence[str]) -> list[int]:
        stripped = [name.strip() for name in names]
        for header in self._headers:
            if stripped.count(header) != 1:
                found = ", ".join(stripped[:_SHOWN_HEADERS]) if header not in stripped else "it more than once"
                raise self._fault(1, f"a column {header}", found or "an empty line")
        return [stripped.index(header) for header in self._headers]

    def _fault(self, line: int, expected: str, found: str) -> ConfigError:
        return ConfigError(f"{self._file}:{line}: expected {expected}, found {found}")

"""From a protobuf message without a schema to its segments: every text, and whatever else could hold a value.

The wire says only how long a value is: a text, a message within, packed numbers and a blob look alike. What could be
two of them is read as both, and rewritten only where one of them is all but certain.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Final

from proxy.binary.run import MIN_CHARS, fixed_numbers, packed_numbers, text_runs, varint_number
from proxy.binary.wire import Field, Wire, fields
from proxy.reason import Reason, RequestError
from proxy.segment import Label, Segment

Path = tuple[str | int, ...]
LabelOf = Callable[[Path], Label]
Opener = Callable[[int, int, str], Iterator[Segment]]
"""Gives the texts of the file that `[start, end)` at a pointer is, none if it is none; raises RequestError at last."""

_CONTROL: Final = re.compile(rb"[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f]")
"""What no text has. A message within nearly always has one: a small number, or a length below 32."""

MOST_FIELDS: Final = 500_000
"""Of one body. Each costs some microseconds before anything is looked for in it."""

_FIRST_LENGTH: Final = b"\n"
"""The tag of field 1 with a length. Few texts begin with a line feed and the number of characters that follow it."""


class Doubt(IntEnum):
    """How sure it is that a message within is one."""

    NONE = 0
    READ_AS_TEXT = 1  # could be a text, has been read as one as a whole, and hardly is one
    OPEN = 2  # the same, and as likely the text: nothing in it can be rewritten


class Reader:
    """Reads the messages of one body. Numbers of fields are a path's tokens.

    `most` bounds the fields of all messages together, as does MOST_FIELDS.
    `fault` is why the first file could not be read to its end, if one could not.
    """

    def __init__(self, data: bytes, label_of: LabelOf, most: int, depth: int, open_file: Opener | None = None) -> None:
        self.fault: RequestError | None = None
        self._data = data
        self._open_file = open_file
        self._label_of = label_of
        self._left = min(most, MOST_FIELDS)
        self._depth = depth

    def message(self, start: int, end: int, lead: str) -> Iterator[Segment]:
        """Yield the segments of the message in `data[start:end]`, in order; `lead` goes before each pointer.

        RequestError BAD_PROTOBUF when it is none, after what shows of it as a text; TOO_DEEP, TOO_LARGE.
        """
        found = self._fields(start, end, 0)
        if found is None:
            yield from self._bytes(start, end, lead)
            raise RequestError(Reason.BAD_PROTOBUF, start)
        yield from self._message(found, start, end, (), lead, 0, Doubt.NONE)

    def _fields(self, start: int, end: int, depth: int) -> list[Field] | None:
        found = fields(self._data, start, end, self._left, self._depth - depth)
        self._left -= len(found or ())
        return found

    def _message(
        self, found: list[Field], start: int, end: int, path: Path, lead: str, depth: int, doubt: Doubt
    ) -> Iterator[Segment]:
        if depth >= self._depth:
            raise RequestError(Reason.TOO_DEEP, start)
        gap = start
        for field in found:
            if field.wire is not Wire.LENGTH:
                yield from self._numbers(field, lead)
                continue
            yield from self._between(gap, field.start, lead)
            gap = field.end
            if field.start < field.end:
                yield from self._value(field, (*path, *field.path), lead + field.pointer, depth, doubt)
        yield from self._between(gap, end, lead)

    def _value(self, field: Field, path: Path, pointer: str, depth: int, doubt: Doubt) -> Iterator[Segment]:
        """Yield what a LENGTH holds: a text, a message, bytes, or what could be two of them."""
        start, end = field.start, field.end
        inner = self._fields(start, end, depth + 1)
        text = None if inner is not None and _CONTROL.search(self._data, start, end) else self._text(start, end)
        covered = sum(one.end - one.start for one in inner or () if one.wire is Wire.LENGTH)
        if text is not None and not covered:
            yield Segment(pointer, self._label_of(path) if doubt < Doubt.OPEN else Label.BINARY, text, "", start, end)
            return
        if inner is None:
            yield from self._bytes(start, end, pointer)
            return
        if text is not None:
            if doubt is Doubt.NONE:
                yield Segment(pointer, Label.BINARY, text, "", start, end)
            is_likely = self._data.startswith(_FIRST_LENGTH, start) and 2 * covered >= end - start
            doubt = max(doubt, Doubt.READ_AS_TEXT if is_likely else Doubt.OPEN)
        yield from self._message(inner, start, end, path, f"{pointer}.", depth + 1, doubt)

    def _text(self, start: int, end: int) -> str | None:
        try:
            return self._data[start:end].decode()
        except UnicodeDecodeError:
            return None

    def _numbers(self, field: Field, lead: str) -> Iterator[Segment]:
        raw = self._data[field.start : field.end]
        found = fixed_numbers(raw) if field.wire is Wire.FIXED64 else filter(None, (varint_number(raw),))
        yield from self._unwritable(found, field.start, field.end, lead + field.pointer)

    def _between(self, start: int, end: int, lead: str) -> Iterator[Segment]:
        """Yield what numbers, tags and lengths that follow each other spell."""
        if end - start >= MIN_CHARS:
            yield from self._unwritable((text_runs(self._data[start:end]),), start, end, lead.removesuffix("."))

    def _bytes(self, start: int, end: int, pointer: str) -> Iterator[Segment]:
        raw = self._data[start:end]
        yield from self._unwritable((text_runs(raw), *packed_numbers(raw)), start, end, pointer)
        if self._open_file is not None:
            try:
                yield from self._open_file(start, end, pointer)
            except RequestError as err:
                self.fault = self.fault or err

    def _unwritable(self, texts: Iterable[str], start: int, end: int, pointer: str) -> Iterator[Segment]:
        for text in texts:
            if text:
                yield Segment(pointer, Label.BINARY, text, "", start, end)

"""Protobuf's wire format without a schema: the fields of one message, one level deep.

Strict, since it has to tell messages from texts that only look like one. Format: Protocol Buffers documentation,
"Encoding" (read November 2026). Judges no content: that is for `protobuf` to do.
"""

import re
from enum import IntEnum
from typing import Final, NamedTuple

from proxy.reason import Reason, RequestError


class Wire(IntEnum):
    """The wire types of values that are looked at; groups appear as steps of a path."""

    VARINT = 0
    FIXED64 = 1
    LENGTH = 2


class Scope(NamedTuple):
    """Where fields stand: the numbers of the groups around them, the pointer of the innermost one, with its dot."""

    path: tuple[str, ...]
    lead: str


class Field(NamedTuple):
    """One field whose value can hold something: `[start, end)` is the value, `[at, start)` a LENGTH's length.

    `nth` counts the fields of this number before it.
    """

    wire: Wire
    scope: Scope
    number: int
    nth: int
    at: int
    start: int
    end: int

    @property
    def path(self) -> tuple[str, ...]:
        """The field's number, after those of the groups around it."""
        return (*self.scope.path, str(self.number))

    @property
    def pointer(self) -> str:
        """The same with dots between, and an index on what repeats: `2.1[3]`."""
        return f"{self.scope.lead}{self.number}[{self.nth}]" if self.nth else f"{self.scope.lead}{self.number}"


_GROUPS: Final = 100
"""More groups within each other no implementation reads."""

_MESSAGE: Final = Scope((), "")


def _tag(wire: int) -> bytes:
    """A pattern for the shortest spelling of a tag of this wire type, with a field number of 1 to 2^29 - 1."""
    short = b"".join(b"\\x%02x" % (number << 3 | wire) for number in range(1, 16))
    first = b"".join(b"\\x%02x" % (0x80 | number << 3 | wire) for number in range(16))
    rest = rb"(?: [\x01-\x7f] | [\x80-\xff]{1,2} [\x01-\x7f] | [\x80-\xff]{3} [\x01-\x0f] )"
    return rb"(?: [" + short + rb"] | [" + first + rb"] " + rest + rb")"


# Numbers too small for any that is looked for pass without a step of their own: most fields are such.
_FIELD: Final = re.compile(
    rb"(?:" + _tag(0) + rb"[\x80-\xff]{0,4} [\x00-\x7f] |" + _tag(5) + rb".{4} )*+"
    rb"(?:"
    rb" (" + _tag(2) + rb") ( [\x80-\xff]{0,4} [\x00-\x7f] )"  # a length
    rb"|(" + _tag(0) + rb") [\x80-\xff]{5,8} [\x00-\x7f] |(" + _tag(0) + rb") [\x80-\xff]{9} [\x00\x01]"
    rb"|(" + _tag(1) + rb") .{8}"
    rb"|(" + _tag(3) + rb")"
    rb"|(" + _tag(4) + rb")"
    rb"| \Z )",
    re.VERBOSE | re.DOTALL,
)
_TAG, _SIZE, _VARINT, _LONGEST, _FIXED64, _OPENS, _CLOSES = range(1, 8)
_WIRE: Final = {_VARINT: Wire.VARINT, _LONGEST: Wire.VARINT, _FIXED64: Wire.FIXED64}


def fields(data: bytes, start: int, end: int, most: int, depth: int) -> list[Field] | None:
    """Return the fields of the message in `data[start:end]`, or None when that is no message.

    Only those that can hold something: lengths, and numbers of more than 35 bits. RequestError TOO_LARGE for `most`
    steps or more, TOO_DEEP for groups within `depth` others.
    """
    found: list[Field] = []
    scope, counts = _MESSAGE, dict[int, int]()
    above: list[tuple[Scope, dict[int, int], int]] = []
    pos = start
    for _ in range(most):
        if (match := _FIELD.match(data, pos, end)) is None:
            return None
        pos = match.end()
        if (group := match.lastindex) is None:
            return None if above or pos != end else found
        tag = match.start(_TAG if group == _SIZE else group)
        at = match.end(_TAG if group == _SIZE else group)
        number = (data[tag] if at - tag == 1 else read_varint(data[tag:at])) >> 3
        if group == _CLOSES:
            if not above or above[-1][2] != number:
                return None
            scope, counts, _ = above.pop()
            continue
        nth = counts.get(number, 0)
        counts[number] = nth + 1
        if group == _SIZE:
            value = pos
            pos += data[at] if pos - at == 1 else read_varint(data[at:pos])
            if pos > end:
                return None
            found.append(Field(Wire.LENGTH, scope, number, nth, at, value, pos))
        elif group == _OPENS:
            if len(above) >= depth:
                raise RequestError(Reason.TOO_DEEP, pos)
            around = Field(Wire.LENGTH, scope, number, nth, at, at, at)
            above.append((scope, counts, number))
            scope, counts = Scope(around.path, around.pointer + "."), {}
        else:
            found.append(Field(_WIRE[group], scope, number, nth, at, at, pos))
    raise RequestError(Reason.TOO_LARGE, pos)


def is_message(data: bytes) -> bool:
    """Whether the bytes are a message from end to end. RequestError as for `fields`."""
    return fields(data, 0, len(data), len(data) + 1, _GROUPS) is not None


def read_varint(raw: bytes) -> int:
    """Return the number that a whole varint spells."""
    value = 0
    for shift, byte in enumerate(raw):
        value |= (byte & 0x7F) << 7 * shift
    return value


def varint(value: int) -> bytes:
    """Return the shortest varint of a number that isn't negative."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

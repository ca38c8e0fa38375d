"""Fields of a message, one level deep: all that an independent writer put in, and nothing read that is no message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.wire import Wire, fields, is_message, read_varint, varint
from proxy.reason import Reason, RequestError
from tests.proxy.binary.message import MESSAGES, Field, Group, write
from tests.proxy.binary.message import varint as plain_varint

WIDE = 1 << 35
"""Smaller varints are passed over."""


def read(data: bytes, most: int = 1000, depth: int = 50) -> list[tuple[str, bytes]] | None:
    found = fields(data, 0, len(data), most, depth)
    return None if found is None else [(field.pointer, data[field.start : field.end]) for field in found]


def expected(message: list[Field], lead: str = "") -> list[tuple[str, bytes]]:
    out: list[tuple[str, bytes]] = []
    counts: dict[int, int] = {}
    for number, value in message:
        small = isinstance(value, int) and value < WIDE
        if not small:
            nth = counts.get(number, 0)
            counts[number] = nth + 1
            pointer = f"{lead}{number}[{nth}]" if nth else f"{lead}{number}"
            if isinstance(value, Group):
                out += expected(value.fields, f"{pointer}.")
            else:
                out.append((pointer, _value(value)))
    return out


def _value(value: object) -> bytes:
    match value:
        case int():
            return plain_varint(value)
        case float():
            return int(value).to_bytes(8, "little")
        case list():
            return write(value)
        case _:
            return value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]


@given(MESSAGES)
def test_every_field_is_read_where_it_stands(message: list[Field]) -> None:
    assert read(write(message)) == expected(message)


@given(st.binary(max_size=30))
def test_what_is_read_reaches_from_end_to_end(data: bytes) -> None:
    found = fields(data, 0, len(data), 1000, 50)
    if found is not None:
        assert all(0 < field.at <= field.start <= field.end <= len(data) for field in found)
        assert all(read_varint(data[f.at : f.start]) == f.end - f.start for f in found if f.wire is Wire.LENGTH)


@given(st.integers(0, 2**64 - 1))
def test_varints(number: int) -> None:
    assert varint(number) == plain_varint(number)
    assert read_varint(varint(number)) == number


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x00\x01",  # field 0
        b"\x0a\x05abcd",  # cut short
        b"\x0a",
        b"\x08",
        b"\x08\x80",
        b"\x09" + bytes(7),
        b"\x0d" + bytes(3),
        b"\x0e\x00",  # wire types 6 and 7
        b"\x0f\x00",
        b"\x0b",  # a group left open
        b"\x0c",
        b"\x0b\x14",  # closed by another
        b"\x8a\x00\x01a",  # a tag longer than it need be
        b"\xfa\xff\xff\xff\x10\x01a",  # a field number over 2^29
        b"\x08" + b"\xff" * 10 + b"\x01",  # more than 64 bits
        b"\x08" + b"\xff" * 9 + b"\x02",
        b"\x0a\xff\xff\xff\xff\xff\x01",
    ],
)
def test_no_message(data: bytes) -> None:
    assert read(data) is None
    assert not is_message(data)


def test_lengths_may_be_longer_than_they_need_be() -> None:
    assert read(b"\x0a\x81\x00a") == [("1", b"a")]


def test_a_part_is_read_alone() -> None:
    found = fields(b"xx\x0a\x01ayy", 2, 5, 10, 10)
    assert found is not None
    assert [(field.path, field.at, field.start, field.end) for field in found] == [(("1",), 3, 4, 5)]


@pytest.mark.parametrize(
    ("data", "reason"), [(b"\x0a\x00" * 11, Reason.TOO_LARGE), (b"\x0b" * 6 + b"\x0c" * 6, Reason.TOO_DEEP)]
)
def test_bounds(data: bytes, reason: Reason) -> None:
    with pytest.raises(RequestError) as caught:
        read(data, most=11, depth=5)
    assert caught.value.reason is reason

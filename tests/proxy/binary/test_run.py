import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.binary.run import MIN_CHARS, packed_numbers, text_runs, varint_number
from proxy.binary.wire import varint

WORD = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=MIN_CHARS, max_size=20)
NOISE = st.lists(st.integers(0, 8), min_size=1).map(bytes)


@given(NOISE, WORD, NOISE, WORD, NOISE)
def test_printable_runs_are_read_a_line_each(a: bytes, one: str, b: bytes, other: str, c: bytes) -> None:
    assert text_runs(a + one.encode() + b + other.encode() + c) == f"{one}\n{other}"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\0short\0", ""),
        (b"\xff\xfe" + "Bürgermeister".encode("utf-16-le"), "rgermeister"),
        ("password".encode("utf-16-le"), "password"),
        ("password".encode("utf-16-be"), "password"),
        (b"\0" + "Müller 漢字 😀".encode() + b"\0", "Müller 漢字 😀"),
        (b"\0" + "Gebäude, Straße".encode("latin-1"), "Gebäude, Straße"),
    ],
)
def test_encodings(raw: bytes, text: str) -> None:
    assert text_runs(raw) == text


@given(st.integers(0, 2**64 - 1))
def test_numbers_of_12_to_19_digits(number: int) -> None:
    assert varint_number(varint(number)) == (str(number) if 12 <= len(str(number)) <= 19 else "")


@given(st.lists(st.integers(10**11, 10**17 - 1), min_size=1, max_size=20))
def test_packed_lists_of_long_numbers(numbers: list[int]) -> None:
    texts = list(map(str, numbers))
    assert set(texts) <= set(packed_numbers(b"".join(number.to_bytes(8, "little") for number in numbers)))
    assert texts == [one for one in packed_numbers(b"".join(map(varint, numbers)) + b"\1") if one in texts]


@given(st.integers(10**11, 2**53 - 1))
def test_doubles_that_are_whole_numbers(number: int) -> None:
    assert str(number) in list(packed_numbers(struct.pack("<d", number)))


@pytest.mark.parametrize("number", [0.7, 1.0, -1.5, 1e300, 1763712000.25])
def test_doubles_of_usual_sizes_are_no_numbers(number: float) -> None:
    assert list(packed_numbers(struct.pack("<d", number))) == []


@given(st.binary(min_size=32, max_size=32))
def test_hashes_hardly_ever_look_like_numbers(digest: bytes) -> None:
    assert len(list(packed_numbers(digest))) <= 4

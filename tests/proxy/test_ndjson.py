import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.ndjson import Line, is_ndjson, lines


@given(st.lists(st.sampled_from([b"1", b'{"a": 1}', b"", b"  ", b"\t"])), st.sampled_from([b"\n", b"\r\n"]))
def test_lines_are_those_that_hold_something(rows: list[bytes], feed: bytes) -> None:
    data = feed.join(rows)
    found = [(line.number, data[line.start : line.end].strip()) for line in lines(data)]
    assert found == [(number, row) for number, row in enumerate(rows, 1) if row.strip()]


def test_lines_within_a_larger_body() -> None:
    assert list(lines(b"xx\n\n1\n2yy", 2, 7)) == [Line(3, 4, 5), Line(4, 6, 7)]


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'{"a": 1}\n{"b": 2}', True),
        (b'\n{"a": 1} \r\n\r\n [1]', True),
        (b"[1]\n[2]\nnonsense", True),
        (b'{"a": 1}', False),
        (b'{\n"a": [\n[1],\n[2]\n]\n}', False),
        (b"[[1]\n,[2]]", False),
        (b"1\n2", False),
        (b"", False),
    ],
)
def test_ndjson_is_told_from_one_text(data: bytes, is_one: bool) -> None:
    assert is_ndjson(data) is is_one

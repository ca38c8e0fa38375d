from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from proxy.form import Field, fields, quote, unquote, wide_runs


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_fields_undo_urlencode(pairs: list[tuple[str, str]]) -> None:
    data = urlencode(pairs).encode()
    assert [(field.name, field.value) for field in fields(data)] == pairs


@given(st.text("a=&%41fF+ é;", max_size=40).map(str.encode))
def test_fields_read_as_the_standard_library_does(data: bytes) -> None:
    ours = [(field.name, field.value) for field in fields(data)]
    theirs = parse_qsl(data.decode(), keep_blank_values=True, errors="surrogateescape", max_num_fields=None)
    assert ours == theirs


@given(st.binary(max_size=60))
def test_offsets_lead_back_to_the_raw_bytes(data: bytes) -> None:
    covered = b""
    for field in fields(data):
        assert unquote(data[field.name_start : field.name_end]) == field.name
        assert unquote(data[field.value_start : field.value_end]) == field.value
        covered += data[field.name_start : field.name_end] + data[field.value_start : field.value_end]
    assert sorted(covered.replace(b"=", b"")) == sorted(data.replace(b"=", b"").replace(b"&", b""))


@given(st.text())
def test_unquote_undoes_quote(text: str) -> None:
    assert unquote(quote(text)) == text


def test_fields_within_a_larger_body() -> None:
    assert list(fields(b"?a=1&b#", start=1, end=6)) == [
        Field("a", 1, 2, "1", 3, 4),
        Field("b", 5, 6, "", 6, 6),
    ]


def test_bytes_that_are_not_utf8_are_kept() -> None:
    (field,) = fields(b"k=%FFcard%ff")
    assert field.value == "\udcffcard\udcff"
    assert "card" not in repr(field)


@given(st.binary(max_size=60))
def test_wide_runs_and_single_bytes_make_up_the_text(raw: bytes) -> None:
    text, at = "", 0
    for start, end, width in wide_runs(raw):
        assert end - start == width
        text += unquote(raw[at:start]) + unquote(raw[start:end])
        assert len(unquote(raw[at:start])) == start - at
        assert len(unquote(raw[start:end])) == 1
        at = end
    assert text + unquote(raw[at:]) == unquote(raw)

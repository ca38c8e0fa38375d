import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.body import Kind
from proxy.document import segments
from proxy.jsontext import Path
from proxy.rewrite import Edit, apply, fit, splice
from proxy.segment import Label, Segment
from tests.law import often

MARK = "[SSN:7f3a9c]"
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
UTF8 = st.text(max_size=40)
REPLACEMENT = st.sampled_from([MARK, 'a"b\\c', "line\nfeed\x00", "grüße \U0001f600", "x"])


def prompt(path: Path) -> Label:
    return Label.PROMPT


def cover(draw: st.DrawFn, text: str) -> list[Edit]:
    """Some edits of `text`, apart from each other."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    return [
        Edit(start, end, draw(REPLACEMENT)) for start, end in zip(cuts[::2], cuts[1::2], strict=False) if start < end
    ]


@st.composite
def changes(draw: st.DrawFn, data: bytes, kind: Kind) -> list[tuple[Segment, list[Edit]]]:
    found = list(segments(data, kind, prompt))
    return [
        (segment, cover(draw, segment.text))
        for segment in found
        if segment.label is not Label.KEY and draw(st.booleans())
    ]


def outside(data: bytes, spans: list[tuple[int, int]]) -> list[bytes]:
    """The stretches of `data` that no token in `spans` covers."""
    edges = [0, *(edge for span in spans for edge in span), len(data)]
    return [data[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def starts_as_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[", '"')


@often(300)
@given(
    st.data(),
    st.lists(
        TEXT.filter(lambda text: not starts_as_json(text))
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
    ),
    st.booleans(),
)
def test_json_splice_then_decode_is_replacement_in_the_decoded(
    draw: st.DataObject, values: list[Any], ascii_only: bool
) -> None:
    data = json.dumps({"k": values}, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    if not ascii_only and any("\ud800" <= char <= "\udfff" for char in str(data, "utf-8", "surrogatepass")):
        return
    edits = draw.draw(changes(data, Kind.JSON))
    done = splice(data, Kind.JSON, edits)
    want = {segment.start: apply(segment.text, each) for segment, each in edits if each}
    before, after = list(segments(data, Kind.JSON, prompt)), list(segments(done, Kind.JSON, prompt))
    assert [each.text for each in after] == [want.get(each.start, each.text) for each in before]
    assert [each.pointer for each in after] == [each.pointer for each in before]
    assert outside(done, [(each.start, each.end) for each in after]) == outside(
        data, [(each.start, each.end) for each in before]
    )


@settings(deadline=None)
@given(st.data(), st.lists(st.tuples(UTF8.filter(bool), UTF8.filter(lambda text: not starts_as_json(text)))))
def test_form_splice_then_decode_is_replacement_in_the_decoded(
    draw: st.DataObject, pairs: list[tuple[str, str]]
) -> None:
    data = urlencode(pairs).encode()
    edits = draw.draw(changes(data, Kind.FORM))
    want = {segment.start: apply(segment.text, each) for segment, each in edits}
    before = [each for each in segments(data, Kind.FORM, prompt) if each.label is Label.PROMPT]
    done = parse_qsl(splice(data, Kind.FORM, edits).decode(), keep_blank_values=True)
    assert [value for _, value in done] == [want.get(each.start, each.text) for each in before]
    assert [name for name, _ in done] == [name for name, _ in pairs]


@settings(deadline=None)
@given(st.data(), UTF8.filter(lambda text: bool(text) and not starts_as_json(text)))
def test_plain_splice_is_replacement(draw: st.DataObject, text: str) -> None:
    edits = draw.draw(changes(text.encode(), Kind.TEXT))
    want = apply(text, edits[0][1]) if edits else text
    assert splice(text.encode(), Kind.TEXT, edits) == want.encode()


@given(st.binary(max_size=40).map(lambda raw: raw.replace(b"&", b"").replace(b"=", b"")), st.data())
def test_form_offsets_hold_for_any_bytes(raw: bytes, draw: st.DataObject) -> None:
    data = b"k=" + raw
    *_, segment = segments(data, Kind.FORM, prompt)
    at = draw.draw(st.integers(0, max(len(segment.text) - 1, 0)))
    if not segment.text or starts_as_json(segment.text):
        return
    done = splice(data, Kind.FORM, [(segment, [Edit(at, at + 1, "R")])])
    *_, after = segments(done, Kind.FORM, prompt)
    assert after.text == segment.text[:at] + "R" + segment.text[at + 1 :]


LEAF = st.integers(0, 10**9) | st.sampled_from(["SECRET", 'a "SECRET" b', "x\nSECRET\\", "é SECRET", "clean"])
INNER = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | st.lists(inner, min_size=1, max_size=2).map(json.dumps)
        | inner.map(lambda value: json.dumps({"in": value}, ensure_ascii=False))
    ),
    max_leaves=8,
)


def hidden(value: Any, old: str, new: str) -> Any:
    """`value` with `old` replaced in every string, JSON within strings opened as `fit` opens it."""
    if isinstance(value, str):
        if value[:1] in ("{", "[", '"'):
            try:
                return hidden(json.loads(value), old, new)
            except ValueError:
                pass
        return value.replace(old, new)
    if isinstance(value, list):
        return [hidden(item, old, new) for item in value]
    if isinstance(value, dict):
        return {key: hidden(item, old, new) for key, item in value.items()}
    return value


@often(300)
@given(INNER.map(lambda value: json.dumps([value])), REPLACEMENT)
def test_json_in_strings_stays_json_at_every_level(text: str, new: str) -> None:
    data = json.dumps({"arguments": text}).encode()
    _, segment = segments(data, Kind.JSON, prompt)
    edits, at = [], text.find("SECRET")
    while at >= 0:
        edits.append(Edit(at, at + 6, new))
        at = text.find("SECRET", at + 1)
    done = json.loads(splice(data, Kind.JSON, [(segment, edits)]))
    assert hidden(done["arguments"], "-", "-") == hidden(hidden(text, "SECRET", new), "-", "-")


@pytest.mark.parametrize(
    ("text", "found", "done"),
    [
        ('{"n": 123456789}', "123456789", '{"n": "MARK"}'),
        ('{"n": -123456789.0}', "123456789", '{"n": "-MARK.0"}'),
        ('{"n": [1, 123456789]}', "1, 123456789", '{"n": ["MARK", "MARK"]}'),
        ('{"n": "123456789"}', '"123456789"', '{"n": "MARK"}'),
        ('{"n": "123456789"}', '"n": "123456789"', '{"MARK": "MARK"}'),
        ('["\\u0031\\u0032"]', "0031\\u00", '["MARK"]'),
        ('["a\\n123"]', "n123", '["aMARK"]'),
        ('["123\\n"]', "123\\", '["MARK"]'),
        ("[true]", "true", "[MARK]"),
        ('{"half": 12', "12", '{"half": MARK'),
        ("no JSON: 123", "123", "no JSON: MARK"),
    ],
)
def test_edits_fit_the_json_in_a_text(text: str, found: str, done: str) -> None:
    at = text.index(found)
    assert apply(text, fit(text, [Edit(at, at + len(found), "MARK")])) == done


def test_replacement_is_escaped_once_for_each_level() -> None:
    three = json.dumps({"a": json.dumps({"b": json.dumps(["SECRET"])})})
    at = three.index("SECRET")
    done = apply(three, fit(three, [Edit(at, at + 6, '"\\')]))
    assert json.loads(json.loads(json.loads(done)["a"])["b"]) == ['"\\']


def test_json_number_becomes_a_string() -> None:
    data = b'{"ssn": 123456789, "n": 5}'
    segment = list(segments(data, Kind.JSON, prompt))[1]
    assert splice(data, Kind.JSON, [(segment, [Edit(0, 9, MARK)])]) == b'{"ssn": "[SSN:7f3a9c]", "n": 5}'


def test_multipart_places() -> None:
    head = b'--XX\r\nContent-Disposition: form-data; name="a"; filename="SECRET"\r\n\r\n'
    data = head + b'{"k": "SECRET"}\r\n--XX\r\n\r\nthe "SECRET"\r\n--XX--'
    found = segments(data, Kind.MULTIPART, prompt, content_type="multipart/form-data; boundary=XX")
    edits = [(each, [Edit(at, at + 6, 'x"\n')]) for each in found if (at := each.text.find("SECRET")) >= 0]
    assert len(edits) == 3
    assert splice(data, Kind.MULTIPART, edits) == (
        head.replace(b"SECRET", b"x%22%0A") + b'{"k": "x\\"\\n"}\r\n--XX\r\n\r\nthe "x"\n"\r\n--XX--'
    )


def test_ndjson_and_query_places() -> None:
    lines = b'{"a": "SECRET"}\n{"a": "SECRET"}'
    found = [each for each in segments(lines, Kind.NDJSON, prompt) if each.text == "SECRET"]
    assert splice(lines, Kind.NDJSON, [(found[1], [Edit(0, 6, '"')])]) == b'{"a": "SECRET"}\n{"a": "\\""}'
    query = b"q=a+SECRET%21&r=s"
    found = [each for each in segments(query, Kind.FORM, prompt) if "SECRET" in each.text]
    assert splice(query, Kind.FORM, [(found[0], [Edit(2, 8, MARK)])]) == b"q=a+%5BSSN%3A7f3a9c%5D%21&r=s"


def test_json_in_a_form_value_stays_json() -> None:
    data = urlencode({"payload": json.dumps({"ssn": 123456789, "note": 'say "hi"'})}).encode()
    *_, segment = segments(data, Kind.FORM, prompt)
    at = segment.text.index("123456789")
    done = parse_qsl(splice(data, Kind.FORM, [(segment, [Edit(at, at + 9, 'a"b')])]).decode())
    assert json.loads(done[0][1]) == {"ssn": 'a"b', "note": 'say "hi"'}


def test_overlapping_edits_become_one() -> None:
    data = b'["0123456789"]'
    (segment,) = segments(data, Kind.JSON, prompt)
    edits = [Edit(4, 8, "B"), Edit(2, 6, "A"), Edit(3, 5, "C"), Edit(8, 9, "D")]
    assert splice(data, Kind.JSON, [(segment, edits)]) == b'["01AD9"]'


def test_without_edits_nothing_changes() -> None:
    data = b'{"a" : "\\u0041"}'
    assert splice(data, Kind.JSON, []) == data
    assert splice(data, Kind.JSON, [(each, []) for each in segments(data, Kind.JSON, prompt)]) == data


@pytest.mark.parametrize("edits", [[Edit(0, 4, "x")], [Edit(-1, 2, "x")], [Edit(2, 1, "x")], [Edit(1, 1, "x")]])
def test_edits_outside_the_segment_are_faults(edits: list[Edit]) -> None:
    data = b'["abc"]'
    (segment,) = segments(data, Kind.JSON, prompt)
    with pytest.raises(ValueError, match="outside its segment"):
        splice(data, Kind.JSON, [(segment, edits)])


def test_segment_of_another_body_is_a_fault() -> None:
    (segment,) = segments(b'["abc"]', Kind.JSON, prompt)
    with pytest.raises(ValueError, match="not of this body"):
        splice(b'["ab"]  ', Kind.JSON, [(segment, [Edit(0, 1, "x")])])


def test_overlapping_segments_are_a_fault() -> None:
    data = b'["abc"]'
    (segment,) = segments(data, Kind.JSON, prompt)
    with pytest.raises(ValueError, match="overlap"):
        splice(data, Kind.JSON, [(segment, [Edit(0, 2, "x")]), (segment, [Edit(1, 3, "y")])])

import json
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from proxy.body import Kind, Limits, sniff
from proxy.document import json_segments, pointer_of, segments
from proxy.jsonsplit import split
from proxy.jsontext import Path, leaves
from proxy.reason import Reason, RequestError
from proxy.segment import Label, Segment

FORM_DATA = "multipart/form-data; boundary=XX"


def prompt(path: Path) -> Label:
    return Label.PROMPT


def label_by(**known: Label) -> Callable[[Path], Label]:
    return lambda path: known.get(".".join(map(str, path)), Label.UNKNOWN)


def read(data: bytes, content_type: str | None = None) -> list[Segment]:
    return list(segments(data, sniff(content_type, data), prompt, content_type=content_type))


def summary(found: list[Segment]) -> list[tuple[str, Label, str, str]]:
    return [(each.pointer, each.label, each.text, each.field) for each in found]


def test_json_pointers_labels_and_fields() -> None:
    data = b'{"a/b~c": [{"x": "1"}, 2, [true, "y"]], "": "z"}'
    label_of = label_by(**{"a/b~c.0.x": Label.SYSTEM})
    found = list(segments(data, Kind.JSON, label_of))
    assert summary(found) == [
        ("/a~1b~0c", Label.KEY, "a/b~c", "a/b~c"),
        ("/a~1b~0c/0/x", Label.KEY, "x", "x"),
        ("/a~1b~0c/0/x", Label.SYSTEM, "1", "x"),
        ("/a~1b~0c/1", Label.NUMBER, "2", "a/b~c"),
        ("/a~1b~0c/2/1", Label.UNKNOWN, "y", "a/b~c"),
        ("/", Label.KEY, "", ""),
        ("/", Label.UNKNOWN, "z", ""),
    ]
    assert [data[each.start : each.end] for each in found][2:4] == [b'"1"', b"2"]


@pytest.mark.parametrize("data", [b'"root"', b" 12 "])
def test_json_scalar_has_the_empty_pointer(data: bytes) -> None:
    (segment,) = segments(data, Kind.JSON, prompt)
    assert (segment.pointer, segment.field) == ("", "")


def test_chunks_give_the_segments_of_the_whole() -> None:
    turns = [{"role": "user", "content": [{"text": "words " * 40}]}, "words " * 40, 7]
    data = json.dumps({"request": {"contents": turns}, "m": "x"}).encode()
    parts = split(data)
    assert parts is not None
    found = [
        replace(each, start=parts.offset(each.start), end=parts.offset(each.end))
        for each in json_segments(parts.skeleton, prompt)
    ]
    for path, start, end in parts.chunks:
        found += json_segments(data, prompt, start=start, end=end, prefix=path)
    assert len(parts.chunks) == 2
    assert sorted(found, key=lambda each: each.start) == list(segments(data, Kind.JSON, prompt))


def test_pointers_agree_with_the_paths() -> None:
    data = json.dumps([{"a": [[1], {"~/": [2, "b", {}]}]}, [[["c"]]]]).encode()
    assert [each.pointer for each in json_segments(data, prompt)] == [pointer_of(leaf.path) for leaf in leaves(data)]


def test_ndjson_lines() -> None:
    found = read(b'{"a": "x"}\n\n["y", {"b": 1}]\n')
    assert [each.pointer for each in found] == ["line:1/a", "line:1/a", "line:3/0", "line:3/1/b", "line:3/1/b"]


def test_form_names_and_values() -> None:
    data = b"a=1+%32&b%20c&=x"
    found = read(data, "application/x-www-form-urlencoded")
    assert summary(found) == [
        ("form:a", Label.KEY, "a", "a"),
        ("form:a", Label.PROMPT, "1 2", "a"),
        ("form:b c", Label.KEY, "b c", "b c"),
        ("form:", Label.KEY, "", ""),
        ("form:", Label.PROMPT, "x", ""),
    ]
    assert data[found[1].start : found[1].end] == b"1+%32"


def test_text_is_one_segment() -> None:
    data = "\ufeffgrüße".encode()
    assert read(data) == [Segment("", Label.PROMPT, "\ufeffgrüße", "", 0, len(data))]


def test_empty_body_has_none() -> None:
    assert read(b"") == []


def part(content: bytes, *headers: bytes) -> bytes:
    return b"--XX\r\n" + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + content + b"\r\n"


DISPOSITION = b'Content-Disposition: form-data; name="n"'


def test_multipart_yields_every_part_of_it() -> None:
    data = (
        b"before\r\n"
        + part(b"words", DISPOSITION)
        + part(b'{"a": "b"}', DISPOSITION, b"Content-Type: application/json")
        + part(b'{"c": 1}\n{"d": 2}', DISPOSITION + b'; filename="patient 12.jsonl"')
        + part(b"x=y", b"Content-Type: application/x-www-form-urlencoded")
        + part(b"")
        + b"--XX--\r\nafter"
    )
    found = read(data, FORM_DATA)
    disposition = DISPOSITION.decode().partition(": ")[2]
    assert summary(found) == [
        ("part:0/preamble", Label.UNKNOWN, "before", ""),
        ("part:1/header:content-disposition", Label.KEY, "content-disposition", "content-disposition"),
        ("part:1/header:content-disposition", Label.HEADER, disposition, "content-disposition"),
        ("part:1/body", Label.PROMPT, "words", "n"),
        ("part:2/header:content-disposition", Label.KEY, "content-disposition", "content-disposition"),
        ("part:2/header:content-disposition", Label.HEADER, disposition, "content-disposition"),
        ("part:2/header:content-type", Label.KEY, "content-type", "content-type"),
        ("part:2/header:content-type", Label.HEADER, "application/json", "content-type"),
        ("part:2/json/a", Label.KEY, "a", "a"),
        ("part:2/json/a", Label.PROMPT, "b", "a"),
        ("part:3/header:content-disposition", Label.KEY, "content-disposition", "content-disposition"),
        (
            "part:3/header:content-disposition",
            Label.HEADER,
            disposition + '; filename="patient 12.jsonl"',
            "content-disposition",
        ),
        ("part:3/line:1/c", Label.KEY, "c", "c"),
        ("part:3/line:1/c", Label.NUMBER, "1", "c"),
        ("part:3/line:2/d", Label.KEY, "d", "d"),
        ("part:3/line:2/d", Label.NUMBER, "2", "d"),
        ("part:4/header:content-type", Label.KEY, "content-type", "content-type"),
        ("part:4/header:content-type", Label.HEADER, "application/x-www-form-urlencoded", "content-type"),
        ("part:4/body", Label.PROMPT, "x=y", ""),
        ("part:0/epilogue", Label.UNKNOWN, "\r\nafter", ""),
    ]


def test_multipart_as_a_real_client_writes_it() -> None:
    request = httpx.Request(
        "POST",
        "https://vendor.example/v1/files",
        data={"purpose": "batch", "größe": "zwölf"},
        files={"file": ('be"ta.jsonl', b'{"custom_id": "1"}\n{"custom_id": "2"}\n', "application/jsonl")},
    )
    found = read(request.read(), request.headers["content-type"])
    texts = {each.pointer: each.text for each in found if each.label is not Label.KEY}
    assert texts["part:1/body"] == "batch"
    assert texts["part:2/body"] == "zwölf"
    assert "be%22ta.jsonl" in texts["part:3/header:content-disposition"]
    assert [texts["part:3/line:1/custom_id"], texts["part:3/line:2/custom_id"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "headers", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0", [DISPOSITION + b'; filename="scan.png"'], Reason.ATTACHMENT),
        (b"\xff\xfe\0", [DISPOSITION], Reason.BINARY),
        (b'{"a": 1, "a": 2}', [DISPOSITION], Reason.DUPLICATE_KEY),
        (b"--YY\r\n\r\nx\r\n--YY--", [b"Content-Type: multipart/mixed; boundary=YY"], Reason.BAD_MULTIPART),
        (b"x", [b"Content-Type: text/plain; charset=utf-16"], Reason.AMBIGUOUS_TYPE),
    ],
)
def test_multipart_tells_of_an_unread_part_after_the_others(
    content: bytes, headers: list[bytes], reason: Reason
) -> None:
    data = part(content, *headers) + part(b"later words", DISPOSITION) + b"--XX--"
    found: list[Segment] = []
    with pytest.raises(RequestError) as caught:
        found.extend(segments(data, Kind.MULTIPART, prompt, content_type=FORM_DATA))
    assert caught.value.reason is reason
    assert "later words" in [each.text for each in found]


def test_lines_of_a_file_part_have_the_labels_that_the_format_knows() -> None:
    lines = b'{"custom_id":"1","body":{"input":"hi"},"more":"x"}\n{"custom_id":"2","body":{"input":"ho"}}\n'
    body = part(lines, b'Content-Disposition: form-data; name="file"; filename="f"') + b"--XX--"
    known = {("file", "custom_id"): Label.ID, ("file", "body", "input"): Label.PROMPT}
    found = segments(body, Kind.MULTIPART, lambda path: known.get(path, Label.UNKNOWN), content_type=FORM_DATA)
    told = [(s.pointer, s.label) for s in found if s.label not in {Label.KEY, Label.HEADER}]
    assert told == [
        ("part:1/line:1/custom_id", Label.ID),
        ("part:1/line:1/body/input", Label.PROMPT),
        ("part:1/line:1/more", Label.ATTACHMENT),
        ("part:1/line:2/custom_id", Label.ID),
        ("part:1/line:2/body/input", Label.PROMPT),
    ]


def test_file_parts_are_attachments() -> None:
    data = part(b"notes", DISPOSITION + b'; filename="n.txt"') + b"--XX--"
    assert read(data, FORM_DATA)[-1].label is Label.ATTACHMENT


def test_multipart_needs_its_header() -> None:
    with pytest.raises(RequestError) as caught:
        list(segments(b"--XX--", Kind.MULTIPART, prompt))
    assert caught.value.reason is Reason.BAD_MULTIPART


def test_binary_is_unread() -> None:
    with pytest.raises(RequestError) as caught:
        list(segments(b"\0", Kind.BINARY, prompt))
    assert caught.value.reason is Reason.BINARY


@pytest.mark.parametrize(
    ("data", "kind"), [(b"[1,2,3,4]", Kind.JSON), (b"1\n2\n3\n4", Kind.NDJSON), (b"a&b&c&d", Kind.FORM)]
)
def test_segments_are_counted(data: bytes, kind: Kind) -> None:
    with pytest.raises(RequestError) as caught:
        list(segments(data, kind, prompt, limits=Limits(leaves=3)))
    assert caught.value.reason is Reason.TOO_LARGE


def test_depth_is_limited() -> None:
    with pytest.raises(RequestError) as caught:
        list(segments(b"[[[]]]", Kind.JSON, prompt, limits=Limits(depth=2)))
    assert caught.value.reason is Reason.TOO_DEEP

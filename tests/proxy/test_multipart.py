import pytest

from proxy.multipart import Header, MediaType, Part, boundary, media_type, read
from proxy.reason import Reason, RequestError


def body(*parts: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    return before + b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + b"--XX--" + after


FIELD = b'Content-Disposition: form-data; name="note"\r\n\r\nhello'
FILE = b'Content-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nfile text'


def test_parts_headers_and_surroundings_are_found() -> None:
    data = body(FIELD, FILE, before=b"ignored\r\n", after=b"\r\nrest")
    found = read(data, b"XX")
    assert data[: found.preamble_end] == b"ignored"
    assert data[found.epilogue :] == b"\r\nrest"
    field, file = found.parts
    assert (field.name, field.is_file, field.media) == ("note", False, None)
    assert (file.name, file.is_file, file.media) == ("f", True, "text/plain")
    assert [data[part.start : part.end] for part in found.parts] == [b"hello", b"file text"]
    assert [header.name for header in file.headers] == ["content-disposition", "content-type"]
    assert data[file.headers[1].line_start :].startswith(b"Content-Type: text/plain")
    assert data[file.headers[1].start : file.headers[1].end] == b"text/plain"


@pytest.mark.parametrize("content", [b"", b"\r\n", b"a\r\n\r\nb", b"-", b"--", b"--X", b"\n", b"\x00\xff"])
def test_bodies_end_at_the_delimiter(content: bytes) -> None:
    data = body(b"a: b\r\n\r\n" + content, FIELD)
    assert data[read(data, b"XX").parts[0].start :].startswith(content + b"\r\n--XX")
    part = read(data, b"XX").parts[0]
    assert data[part.start : part.end] == content


def test_part_without_headers() -> None:
    data = body(b"\r\nbare")
    assert read(data, b"XX").parts == (Part((), None, "", False, 8, 12),)


@pytest.mark.parametrize(
    ("value", "name", "is_file"),
    [
        (b'form-data; name="a\\"b"', 'a"b', False),
        (b"form-data; name=plain", "plain", False),
        (b'form-data; name="a%22b"; filename="x"', "a%22b", True),
        (b"form-data; name=a; filename*=UTF-8''%e2%82%ac.txt", "a", True),
        ("form-data; name=größe".encode(), "", True),
        (b'form-data; name="open', "", True),
        (b"form-data", "", False),
    ],
)
def test_field_names(value: bytes, name: str, is_file: bool) -> None:
    (part,) = read(body(b"Content-Disposition: " + value + b"\r\n\r\nx"), b"XX").parts
    assert (part.name, part.is_file) == (name, is_file)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.BAD_MULTIPART),
        (b"--XX\r\n\r\nx\r\n--XX", Reason.BAD_MULTIPART),
        (b"--XX\r\n\r\nx\r\n", Reason.BAD_MULTIPART),
        (b"--XX\n\nx\n--XX--", Reason.BAD_MULTIPART),
        (body(b"a: b\r\n\r\nx\n--XX\n"), Reason.BAD_MULTIPART),
        (body(b"a: b\r\n\r\nin --XX line"), Reason.BAD_MULTIPART),
        (body(b"a: b\r\n\r\nx\r\n--XXY"), Reason.BAD_MULTIPART),
        (body(b"a: b\r\n\r\nx\r\n--XX \r\n"), Reason.BAD_MULTIPART),
        (body(FIELD, after=b"rest"), Reason.BAD_MULTIPART),
        (body(FIELD) + b"\r\n" + body(FIELD), Reason.BAD_MULTIPART),
        (b" " + body(FIELD), Reason.BAD_MULTIPART),
        (body(b"no header end"), Reason.BAD_MULTIPART),
        (body(b"a: b"), Reason.BAD_MULTIPART),
        (body(b"a: b\r\n"), Reason.BAD_MULTIPART),
        (body(b"a : b\r\n\r\nx"), Reason.BAD_MULTIPART),
        (body(b"a: b\r\n folded\r\n\r\nx"), Reason.BAD_MULTIPART),
        (body(b"a: b\nc: d\r\n\r\nx"), Reason.BAD_MULTIPART),
        (body(b"a: b\r\na: c\r\n\r\nx"), Reason.BAD_MULTIPART),
        (body(b"a: " + b"b" * 20_000 + b"\r\n\r\nx"), Reason.BAD_MULTIPART),
        (body(b"a: \xff\r\n\r\nx"), Reason.BAD_UTF8),
        (body(b"Content-Transfer-Encoding: base64\r\n\r\nx"), Reason.UNSUPPORTED_ENCODING),
        (body(b"Content-Encoding: gzip\r\n\r\nx"), Reason.UNSUPPORTED_ENCODING),
        (body(*[FIELD] * 1001), Reason.BAD_MULTIPART),
    ],
)
def test_refuses(data: bytes, reason: Reason) -> None:
    with pytest.raises(RequestError) as caught:
        read(data, b"XX")
    assert caught.value.reason is reason


def test_every_truncation_is_refused() -> None:
    data = body(FIELD, FILE)
    for end in range(len(data)):
        with pytest.raises(RequestError):
            read(data[:end], b"XX")


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        (None, None),
        ("", None),
        ("Application/JSON", MediaType("application/json", {})),
        ("text/plain;Charset=UTF-8;", MediaType("text/plain", {"charset": "UTF-8"})),
        ('a/b ; x="q\\"; y=1" ; z=2', MediaType("a/b", {"x": 'q"; y=1', "z": "2"})),
    ],
)
def test_media_types(value: str | None, parsed: MediaType | None) -> None:
    assert media_type(value) == parsed


@pytest.mark.parametrize("value", ["a", "a/b c", "a/b; x=1; X=2", "a/b; x", 'a/b; x="', "a/b, c/d"])
def test_media_types_with_two_readings_are_refused(value: str) -> None:
    with pytest.raises(RequestError) as caught:
        media_type(value)
    assert caught.value.reason is Reason.AMBIGUOUS_TYPE


@pytest.mark.parametrize("text", ["", "a" * 71, "a ", "ä", 'a"b', "a\r\nb"])
def test_boundaries_outside_the_alphabet_are_refused(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        boundary(MediaType("multipart/form-data", {"boundary": text}))
    assert caught.value.reason is Reason.BAD_MULTIPART


def test_header_value_may_be_empty() -> None:
    (part,) = read(body(b"x:\r\n\r\ny"), b"XX").parts
    assert part.headers == (Header("x", 6, 8, 8),)

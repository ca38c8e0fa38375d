"""Files in texts: where they stand, and what is left to others."""

import base64
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.attachments import open_attachment
from proxy.attachments.found import Found, encoded, files_in

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
TEXT = "Zeile eins\nZeile zwei: Größe 7\n" * 4


def encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


UNREADABLE = {
    "base64": encode(PNG),
    "unpadded": encode(PNG + b"x").rstrip("="),
    "url-safe": base64.urlsafe_b64encode(PNG).decode(),
    "wrapped": base64.encodebytes(PNG).decode(),
    "wrapped with CRLF": base64.encodebytes(PNG).decode().replace("\n", "\r\n"),
    "data URL": "data:image/png;base64," + encode(PNG),
    "data URL, any case": "DATA:image/png;BASE64," + encode(PNG),
    "data URL with a long name": f"data:image/png;name={'n' * 400}.png;base64," + encode(PNG),
    "data URL with blanks in front": " \ndata:image/png;base64," + encode(PNG),
    "NUL in text": encode(TEXT.encode() + b"\0"),
    "bad base64 in a data URL": "data:image/png;base64,A",
    "a PDF": encode(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>"),
}
READABLE = {
    "text": TEXT,
    "UTF-16": encode(TEXT.encode("utf-16")),
    "empty": "",
    "base64 of text": encode(TEXT.encode()),
    "data URL of text": "data:text/plain;base64," + encode(TEXT.encode()),
    "data URL without base64": "data:text/plain,hello%20world",
    "link": "https://example.org/cat.png",
    "bucket": "gs://bucket/cat.png",
    "short": "iVBORw0KGgo=",
    "words": "nothing but plain words in a row " * 9,
    "JSON": '{"a": [1, 2, 3], "b": "words"}',
}


def whole(text: str) -> Found | None:
    """The file that a text where an attachment belongs is."""
    return next(files_in(text, is_attachment=True), None)


def reads(text: str) -> bool:
    """Whether all of it is read: no file, or one that is opened to its end."""
    found = whole(text)
    return found is None or (found.content is not None and not open_attachment(found.content).incomplete)


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_holds_a_file_that_is_not_read_to_its_end(text: str) -> None:
    assert not reads(text)


@pytest.mark.parametrize("text", READABLE.values(), ids=list(READABLE))
def test_what_is_read_to_its_end(text: str) -> None:
    assert reads(text)


@given(st.binary(min_size=48), st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
def test_a_file_comes_out_as_it_went_in(raw: bytes, coding: object) -> None:
    coded = coding(raw).decode()  # type: ignore[operator]
    for text in (coded, "data:x/y;base64," + coded):
        found = whole(text)
        assert found is not None and found.content == raw
        assert text[found.start : found.end] == coded


@given(st.text(), st.booleans())
def test_any_text_has_an_answer(text: str, is_attachment: bool) -> None:
    for found in files_in(text, is_attachment=is_attachment):
        assert 0 <= found.start <= found.end <= len(text)


@pytest.mark.parametrize("is_attachment", [True, False])
def test_a_long_text_is_looked_at_once(is_attachment: bool) -> None:
    for text in (
        *("data:" + "x" * 2_000_000, "A" * 2_000_000 + "!", "data:" + ",;base64" * 200_000),
        *("JVBERi0 " * 200_000, "JVBERi0" * 200_000, "/9j/4\n" * 200_000, ";base64," * 200_000),
    ):
        list(islice(files_in(text, is_attachment=is_attachment), 300))


EMBEDDED = {
    "data URL": "see ![](data:image/png;base64,{}) and go on",
    "bare": "$ base64 a.png\n{}\n$ exit",
    "in JSON": '{{"data": "{}"}}',
    "at the end": "here it is: {}",
}


@pytest.mark.parametrize("form", EMBEDDED.values(), ids=list(EMBEDDED))
@pytest.mark.parametrize("wrap", ["", "\n", "\r\n", "\\n"])
def test_a_file_in_the_middle_of_a_text(form: str, wrap: str) -> None:
    coded = encode(PNG)
    lines = wrap.join(coded[at : at + 76] for at in range(0, len(coded), 76)) if wrap else coded
    text = form.format(lines)
    (found,) = files_in(text, is_attachment=False)
    assert found.content == PNG
    assert text[found.start : found.end] == lines


@pytest.mark.parametrize("form", EMBEDDED.values(), ids=list(EMBEDDED))
def test_text_in_the_middle_of_a_text_is_left_to_the_views(form: str) -> None:
    assert not list(files_in(form.format(encode(TEXT.encode())), is_attachment=False))


@given(st.binary(max_size=200), st.sampled_from(["abc", "a-b", "a_b", ""]))
def test_encoding_again_keeps_the_alphabet(raw: bytes, like: str) -> None:
    again = encoded(raw, like)
    assert not set(again) & set("+/" if set(like) & set("-_") else "-_")
    assert base64.urlsafe_b64decode(again.translate(str.maketrans("+/", "-_"))) == raw

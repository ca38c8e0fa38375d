"""What counts as an attachment that could not be read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.attachment import is_unreadable_attachment

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
    "UTF-16": encode(TEXT.encode("utf-16")),
    "bad base64 in a data URL": "data:image/png;base64,A",
    "a PDF": encode(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>"),
}
READABLE = {
    "text": TEXT,
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


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=list(UNREADABLE))
def test_unreadable(text: str) -> None:
    assert is_unreadable_attachment(text)


@pytest.mark.parametrize("text", READABLE.values(), ids=list(READABLE))
def test_readable(text: str) -> None:
    assert not is_unreadable_attachment(text)


def _is_text(raw: bytes) -> bool:
    try:
        return "\0" not in raw.decode()
    except UnicodeDecodeError:
        return False


@given(st.binary(min_size=48), st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
def test_base64_is_readable_exactly_when_it_is_of_text(raw: bytes, coding: object) -> None:
    encoded = coding(raw).decode()  # type: ignore[operator]
    assert is_unreadable_attachment(encoded) is not _is_text(raw)
    assert is_unreadable_attachment("data:x/y;base64," + encoded) is not _is_text(raw)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert is_unreadable_attachment(text) in (True, False)


def test_a_long_text_is_looked_at_once() -> None:
    for text in ("data:" + "x" * 2_000_000, "A" * 2_000_000 + "!", "data:" + ",;base64" * 200_000):
        is_unreadable_attachment(text)

"""PDF: all that can say something in one, and what of it can't be read."""

import zlib

import pytest

from proxy.attachments import Opened, open_attachment
from tests.proxy.attachments.making import jpeg, pdf, pdf_of

WORDS = "a line of words 4711-0815 for the test"


def stream(data: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), more, packed)


def with_object(content: bytes) -> Opened:
    """What is read of a page of words and one more object, to which nothing refers."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return open_attachment(
        pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content])
    )


def said(opened: Opened) -> str:
    return "\n".join(part.text for part in opened.parts)


OBJECTS = {
    "a bookmark": f"<< /Title ({WORDS}) /Parent 1 0 R >>".encode(),
    "a script": f"<< /S /JavaScript /JS ({WORDS}) >>".encode(),
    "a link": f"<< /S /URI /URI ({WORDS}) >>".encode(),
    "a hex string": b"<< /Alt <%s> >>" % WORDS.encode().hex().encode(),
    "a UTF-16 string": b"<< /Alt <feff%s> >>" % WORDS.encode("utf-16-be").hex().encode(),
    "an array": f"[1 [(a) [({WORDS})]]]".encode(),
    "a script's stream": stream(WORDS.encode()),
    "metadata": stream(f"<x:xmpmeta>{WORDS}</x:xmpmeta>".encode(), b"/Type /Metadata /Subtype /XML"),
    "a form of XFA": stream(f"<field>{WORDS}</field>".encode()),
    "an unknown stream": stream(bytes(range(256)) + WORDS.encode() + bytes(range(256))),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_every_object_is_read(kind: str) -> None:
    opened = with_object(OBJECTS[kind])
    assert WORDS in said(opened)
    assert opened.incomplete == ()


def test_a_picture_says_what_is_in_its_metadata() -> None:
    picture = jpeg([(0xFE, WORDS.encode())])
    more = b"/Type /XObject /Subtype /Image /Width 200 /Height 100 /Filter /DCTDecode"
    opened = with_object(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(picture), more, picture))
    assert WORDS in said(opened)
    assert opened.incomplete == ("attachment",)


UNREAD = {
    "pixels": stream(b"\0" * 20_000, b"/Type /XObject /Subtype /Image /Width 200 /Height 100"),
    "glyphs by number": b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [] >>",
    "glyphs that are drawn": b"<< /Type /Font /Subtype /Type3 /CharProcs << >> /FontMatrix [1 0 0 1 0 0] >>",
    "a broken stream": b"<< /Length 30 /Filter /FlateDecode >>\nstream\nno deflate, no deflate, no def\nendstream",
    "a filter that nobody knows": b"<< /Length 5 /Filter /Rot13 >>\nstream\nabcde\nendstream",
}


@pytest.mark.parametrize("kind", UNREAD)
def test_what_is_not_text_is_told(kind: str) -> None:
    assert with_object(UNREAD[kind]).incomplete == ("attachment",)


def test_a_picture_of_a_few_pixels_hides_nothing() -> None:
    assert with_object(stream(b"\0" * 4, b"/Subtype /Image /Width 2 /Height 2")).incomplete == ()


def test_what_its_reader_warns_of_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    file = pdf("words").replace(b"/Annots [6 0 R]", b"/Annots (" + WORDS.encode()[:4] + b")")
    open_attachment(file[:-40])
    open_attachment(file)
    assert not [record for record in caplog.records if record.name.startswith("pypdf")]


def test_what_a_file_said_before_its_last_change_is_read() -> None:
    before = pdf(WORDS)
    change = b"4 0 obj\n%s\nendobj\n" % stream(b"BT /F1 12 Tf (nothing) Tj ET")
    table = b"xref\n4 1\n%010d 00000 n \ntrailer\n<< /Size 10 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    after = table % (len(before), before.rindex(b"xref\n0"), len(before) + len(change))
    opened = open_attachment(before + change + after)
    assert {part.name: part.text.strip() for part in opened.parts if "page" in part.name} == {
        "page:1": "nothing",
        "revision:1/page:1": WORDS,
    }
    assert opened.incomplete == ()


def test_a_picture_among_the_instructions_of_a_page_is_told() -> None:
    file = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            stream(b"q BI /W 100 /H 100 /BPC 8 /CS /G ID " + b"\x80" * 10_000 + b" EI Q"),
        ]
    )
    assert open_attachment(file).incomplete == ("attachment",)

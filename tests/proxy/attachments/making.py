"""Files of every kind that is opened, written by hand or by the standard library, with a text of the test's in them."""

import base64
import bz2
import gzip
import io
import json
import lzma
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from xml.sax.saxutils import escape

import zstandard


def zipped(entries: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(entries: Mapping[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def pdf(text: str, *, info: str = "", annotation: str = "", extra: str = "", attached: bytes = b"") -> bytes:
    """A PDF of one page, its content packed, with a document title, a note and further objects if wanted."""
    shown = "".join(f"({_pdf_string(line)}) Tj T* " for line in text.split("\n"))
    content = zlib.compress(f"BT /F1 12 Tf 14 TL 40 800 Td {shown}ET".encode("latin-1"))
    file = zlib.compress(attached)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a) 7 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R]"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents ({_pdf_string(annotation)}) >>".encode("latin-1"),
        b"<< /Type /Filespec /F (a) /EF << /F 8 0 R >> >>",
        b"<< /Type /EmbeddedFile /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(file), file),
        f"<< /Title ({_pdf_string(info)}) >>".encode("latin-1"),
        *([extra.encode("latin-1")] if extra else []),
    ]
    return pdf_of(objects, b"/Info 9 0 R")


def pdf_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file with these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def _pdf_string(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_EXCEL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def docx(text: str, *, part: str = "document", **more: bytes) -> bytes:
    """A Word document with the text in two runs of one paragraph, since editors break runs wherever they like."""
    half = len(text) // 2
    runs = "".join(f"<w:r><w:t>{escape(piece)}</w:t></w:r>" for piece in (text[:half], text[half:]))
    root = {"header1": "hdr", "footnotes": "footnotes", "comments": "comments"}.get(part, "document")
    xml = f'<w:{root} xmlns:w="{_WORD}"><w:p>{runs}</w:p></w:{root}>'
    entries: dict[str, bytes | str] = {"[Content_Types].xml": _TYPES, f"word/{part}.xml": xml}
    return zipped(entries | {name.replace("__", "/"): content for name, content in more.items()})


def xlsx(rows: list[list[str]], *, shared: bool = True) -> bytes:
    """A workbook of one sheet, with shared strings or with its strings inline."""
    strings = [cell for row in rows for cell in row]
    cells = iter(range(len(strings)))
    lines = []
    for number, row in enumerate(rows, 1):
        line = "".join(_cell(f"{chr(65 + at)}{number}", text, next(cells), shared) for at, text in enumerate(row))
        lines.append(f'<row r="{number}">{line}</row>')
    sheet = f'<worksheet xmlns="{_EXCEL}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    table = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    entries = {"[Content_Types].xml": _TYPES, "xl/worksheets/sheet1.xml": sheet}
    return zipped(entries | ({"xl/sharedStrings.xml": f'<sst xmlns="{_EXCEL}">{table}</sst>'} if shared else {}))


def _cell(place: str, text: str, number: int, shared: bool) -> str:
    if shared:
        return f'<c r="{place}" t="s"><v>{number}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def pptx(text: str, part: str = "slides/slide1") -> bytes:
    xml = f'<p:sld xmlns:p="urn:p" xmlns:a="{_DRAWING}"><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p:sld>'
    return zipped({"[Content_Types].xml": _TYPES, f"ppt/{part}.xml": xml})


def odt(text: str) -> bytes:
    xml = f'<o:document-content xmlns:o="urn:o" xmlns:t="urn:t"><t:p>{escape(text)}</t:p></o:document-content>'
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": xml})


def ods(rows: list[list[str]]) -> bytes:
    cells = "".join(
        f"<b:table-row>{''.join(f'<b:table-cell><t:p>{escape(c)}</t:p></b:table-cell>' for c in row)}</b:table-row>"
        for row in rows
    )
    xml = f'<o:document-content xmlns:o="urn:o" xmlns:t="urn:t" xmlns:b="urn:b">{cells}</o:document-content>'
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": xml})


def notebook(text: str) -> bytes:
    """A notebook whose cell prints the text; the line is in pieces."""
    half = len(text) // 2
    output = {"output_type": "stream", "name": "stdout", "text": [text[:half], text[half:]]}
    cells = [{"cell_type": "code", "source": ["print(", "secret)"], "outputs": [output]}]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def mail(text: str, attached: bytes = b"", name: str = "a.bin") -> bytes:
    """A message whose body is base64, with an attachment if there are bytes for one."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.org", "bob@example.org", "Gr\u00fc\u00dfe"
    message.set_content(text, cte="base64")
    if attached:
        message.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
        message.set_boundary("of-the-test")  # a random one may look like a card number
    return message.as_bytes()


def rtf(text: str) -> bytes:
    """The text with each second character as an escape."""
    coded = "".join(f"\\'{ord(char):02x}" if at % 2 else char for at, char in enumerate(text))
    return f"{{\\rtf1\\ansi{{\\fonttbl\\f0 Arial;}}\\f0 {coded}\\par}}".encode("ascii")


def database(text: str) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE notes (id INTEGER, note TEXT)")
    base.execute("INSERT INTO notes VALUES (1, ?)", (text,))
    base.commit()
    return base.serialize()


def png(chunks: list[tuple[bytes, bytes]], width: int = 200, height: int = 100) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (width + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [(b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    )


def jpeg(segments: list[tuple[int, bytes]], width: int = 200, height: int = 100) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    body = b"".join(
        struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data
        for kind, data in [*segments, (0xC0, frame), (0xDA, b"\x01\x01\x00\x00\x3f\x00")]
    )
    return b"\xff\xd8" + body + b"\x12\x34\xff\x00\x56\xff\xd9"


def gif(comment: str) -> bytes:
    data = comment.encode()
    blocks = b"".join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 200, 100, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 200, 100, 0, 0, 0) + b"\x21\xfe" + blocks + b"\0" + image + b"\x3b"


def webp(kind: bytes, data: bytes) -> bytes:
    size = struct.pack("<I", 0) + (199).to_bytes(3, "little") + (99).to_bytes(3, "little")
    chunks = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) & 1)
        for name, part in [(b"VP8X", size), (kind, data)]
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def exif(text: str) -> bytes:
    """An EXIF block with one ASCII tag."""
    value = text.encode() + b"\0"
    return b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x010E, 2, len(value), 26) + b"\0\0\0\0" + value


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def readable(text: str) -> dict[str, bytes]:
    """Files that are read to their end, each with the text in it."""
    rows = [["name", "note"], ["Ann", text]]
    plain = text.encode()
    return {
        "pdf page": pdf(text),
        "pdf title": pdf("words", info=text),
        "pdf note": pdf("words", annotation=text),
        "pdf attachment": pdf("words", attached=docx(text)),
        "pdf form field": pdf("words", extra=f"<< /FT /Tx /T (key) /V ({_pdf_string(text)}) >>"),
        "docx": docx(text),
        "docx header": docx(text, part="header1"),
        "docx comment": docx(text, part="comments"),
        "docx properties": docx("words", **{"docProps__core.xml": _core(text)}),
        "docx in docx": docx("words", **{"word__embeddings__a.docx": docx(text)}),
        "xlsx": xlsx(rows),
        "xlsx inline": xlsx(rows, shared=False),
        "pptx": pptx(text),
        "pptx notes": pptx(text, "notesSlides/notesSlide1"),
        "odt": odt(text),
        "ods": ods(rows),
        "zip": zipped({"a.txt": plain}),
        "zip stored": zipped({"a.txt": plain}, zipfile.ZIP_STORED),
        "zip lzma": zipped({"a.txt": plain}, zipfile.ZIP_LZMA),
        "zip bzip2": zipped({"a.txt": plain}, zipfile.ZIP_BZIP2),
        "zip entry's name": zipped({f"{text}.txt": b"words"}),
        "zip in zip": zipped({"a.zip": zipped({"a.txt": plain})}),
        "tar": tarred({"a.txt": plain}),
        "tar entry's name": tarred({f"{text}.txt": b"words"}),
        "tar.gz": tarred({"a.txt": plain}, "w:gz"),
        "tar.xz": tarred({"a.txt": plain}, "w:xz"),
        **{name: pack(plain * 3) for name, pack in COMPRESSIONS.items()},
        **{f"{name} twice": pack(b"words\n") + pack(plain) for name, pack in COMPRESSIONS.items()},
        "notebook": notebook(text),
        "mail": mail(text),
        "mail attachment": mail("words", pdf(text)),
        "rtf": rtf(text),
        "html": f"<!doctype html><p>{escape(text[:4])}<b>{escape(text[4:])}</b>".encode(),
        "svg": f"<svg xmlns='http://www.w3.org/2000/svg'><text>{escape(text[:4])}<tspan>{escape(text[4:])}"
        "</tspan></text></svg>".encode(),
        "html data URL": b"<img src='data:application/zip;base64," + base64.b64encode(zipped({"a.txt": plain})) + b"'>",
        "utf-16": text.encode("utf-16"),
        "utf-16 without a mark": text.encode("utf-16-le"),
        "latin-1": ("caf\u00e9 " + text + " words" * 20).encode("latin-1"),
        "sqlite": database(text),
        "tiny png": png([(b"tEXt", b"Comment\0" + plain)], 2, 2),
    }


def unread(text: str) -> dict[str, bytes]:
    """Files of which some is left unread, each with the text where it is found all the same."""
    plain = text.encode()
    return {
        "png text": png([(b"tEXt", b"Comment\0" + plain)]),
        "png packed text": png([(b"zTXt", b"Comment\0\0" + zlib.compress(plain))]),
        "png international text": png([(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(plain))]),
        "png unknown chunk": png([(b"prVt", plain)]),
        "png exif": png([(b"eXIf", exif(text)[6:])]),
        "png trailing": png([]) + plain,
        "png trailing zip": png([]) + zipped({"a.txt": plain}),
        "jpeg comment": jpeg([(0xFE, plain)]),
        "jpeg exif": jpeg([(0xE1, exif(text))]),
        "jpeg xmp": jpeg([(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + plain + b"</x:xmpmeta>")]),
        "jpeg trailing": jpeg([]) + plain,
        "gif": gif(text),
        "webp exif": webp(b"EXIF", exif(text)),
        "webp xmp": webp(b"XMP ", b"<x:xmpmeta>" + plain + b"</x:xmpmeta>"),
        "tiff": b"II*\0" + exif(text)[10:],
        "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + text.encode("utf-16-le") + b"\0" * 99,
        "audio": b"ID3\x03\0\0\0\0\0\x7fTIT2" + plain + bytes(range(256)),
        "unknown": bytes(range(256)) + b"\0" + plain + bytes(range(256)),
        "docx with a picture": docx(text, **{"word__media__a.png": png([])}),
        "zip with trailing bytes in front": b"#!/bin/sh\n" * 20 + zipped({"a.txt": plain}),
        "gzip with something behind": gzip.compress(plain) + b"behind",
        "gzip cut short": gzip.compress(plain * 30)[:-4],
    }


def _core(text: str) -> bytes:
    xml = '<c:coreProperties xmlns:c="urn:c" xmlns:d="urn:d"><d:creator>{}</d:creator></c:coreProperties>'
    return xml.format(escape(text)).encode()

"""Files made to hurt: none raises, none takes long or much memory, and none passes for read that was not."""

import gzip
import json
import resource
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.attachments import Bounds, open_attachment
from tests.proxy.attachments import making
from tests.proxy.attachments.making import docx, pdf, pdf_of, png, readable, tarred, unread, xlsx, zipped
from tests.timing import assert_within

BOUNDS = Bounds(unpacked_bytes=16 << 20, seconds=0.7)
SECONDS = 1.5
"""Of this process's own time, for other tests run beside this one: twice what is allowed, as readers look at the clock
between two pieces."""

GROWTH_BYTES = 300 << 20
ZEROS = 64 << 20
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


def nested_zip(depth: int) -> bytes:
    content = b"words"
    for _ in range(depth):
        content = zipped({"a.zip": content})
    return content


def zeros_in_zip() -> bytes:
    """A zip that says it holds 10 GB, and holds what one can make in a test."""
    packed = bytearray(zipped({f"{n}": b"\0" * ZEROS for n in range(2)}))
    for at in range(len(packed) - 4):
        if packed[at : at + 4] == b"PK\x01\x02":
            packed[at + 24 : at + 28] = (10**9).to_bytes(4, "little")
    return bytes(packed)


def many_entries() -> bytes:
    return zipped({f"{n}": b"" for n in range(100_000)}, zipfile.ZIP_STORED)


def deep_xml() -> bytes:
    return docx("words", **{"word__comments.xml": b"<a>" * 100_000 + b"</a>" * 100_000})


def entity_bomb() -> bytes:
    xml = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{ENTITIES}]><d>&e11;</d>'
    return docx("words", **{"word__comments.xml": xml.encode()})


def pdf_stream(data: bytes, more: str = "") -> bytes:
    packed = zlib.compress(data, 9)
    return b"<< /Length %d /Filter /FlateDecode %s >>\nstream\n%s\nendstream" % (len(packed), more.encode(), packed)


def pdf_page(content: bytes, *more: bytes) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>"
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page,
            pdf_stream(content),
            *more,
        ]
    )


FORM = "/Type /XObject /Subtype /Form /Resources << /XObject << /F 5 0 R >> >>"


def pdf_loop() -> bytes:
    """Its tables of contents lead to one another, and so do its pages."""
    file = pdf("words").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
    start = file.rindex(b"xref\n0")
    return file.replace(b"/Info 9 0 R", b"/Prev %d" % start)


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip of zeros": zeros_in_zip,
    "gzip of zeros": lambda: gzip.compress(b"\0" * ZEROS),
    "gzip of gzip of zeros": lambda: gzip.compress(gzip.compress(b"\0" * ZEROS)),
    **{name: (lambda pack=pack: pack(b"\0" * ZEROS)) for name, pack in making.COMPRESSIONS.items()},
    "nested zips": lambda: nested_zip(40),
    "100,000 entries": many_entries,
    "100,000 files in a tar": lambda: tarred({f"{n}": b"" for n in range(20_000)}),
    "XML entities": entity_bomb,
    "deep XML": deep_xml,
    "wide sheet": lambda: xlsx([["x"] * 20]).replace(b"T1", b"ZZZ1"),
    "PDF with a huge stream": lambda: pdf_page(b"q " * (ZEROS // 2)),
    "PDF that draws itself": lambda: pdf_page(
        b"/F Do " * 9,
        pdf_stream(b"/F Do " * 9, "/Type /XObject /Subtype /Form /Resources << /XObject << /F 5 0 R >> >>"),
    ),
    "PDF whose tables lead in circles": pdf_loop,
    "PDF with huge numbers": lambda: pdf_page(b"99999999999 0 Td (a) Tj " * 200_000),
    "PDF with nested arrays": lambda: pdf_of([b"[" * 50_000 + b"]" * 50_000]),
    "PDF with huge numbers of objects": lambda: pdf("words").replace(b"/Size 10", b"/Size 999999999"),
    "PNG with packed zeros": lambda: png([(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * ZEROS))]),
    "huge PNG": lambda: png([], 200, 100).replace(b"\0\0\0\xc8\0\0\0\x64", b"\x7f\xff\xff\xff" * 2),
    "mail with nested parts": lambda: b"MIME-Version: 1.0\nFrom: a\n" + b"Content-Type: message/rfc822\n\n" * 5000,
    "mail with many parts": lambda: (
        b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50_000
    ),
    "deep notebook": lambda: b'{"nbformat": 4, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "notebook with many cells": lambda: json.dumps(
        {"nbformat": 4, "cells": [{"source": "x", "outputs": []}] * 50_000}
    ).encode(),
    "RTF of braces": lambda: b"{\\rtf1" + b"{" * 1_000_000,
    "RTF of control words": lambda: b"{\\rtf1" + b"\\u-1?\\'" * 300_000,
    "HTML of open tags": lambda: b"<html " + b"<" * 1_000_000,
    "HTML of data URLs": lambda: b"<html>" + b"data:;base64,UEsDB" * 50_000,
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # time may be up in a callback of gc
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_soon_and_is_told(name: str) -> None:
    content = BOMBS[name]()
    before = resource.getrusage(resource.RUSAGE_SELF)
    opened = assert_within(SECONDS, lambda: open_attachment(content, limits=BOUNDS))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before.ru_maxrss) * 1024 < GROWTH_BYTES
    assert sum(len(part.text) for part in opened.parts) < 4 * len(content) + (32 << 20)


FAILING = [
    *("zip of zeros", "gzip of zeros", "gzip of gzip of zeros", *making.COMPRESSIONS, "nested zips", "100,000 entries"),
    *("100,000 files in a tar", "XML entities", "deep XML", "PNG with packed zeros", "PDF with a huge stream"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", FAILING)
def test_a_bomb_is_incomplete(name: str) -> None:
    assert open_attachment(BOMBS[name](), limits=BOUNDS).incomplete


FILES = {**readable("some words in a file"), **unread("some words in a file")}


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_file_never_raises(kind: str, draw: st.DataObject) -> None:
    content = bytearray(FILES[kind])
    match draw.draw(st.sampled_from(["cut", "flip", "insert", "join"])):
        case "cut":
            del content[draw.draw(st.integers(0, len(content))) :]
        case "insert":
            at = draw.draw(st.integers(0, len(content)))
            content[at:at] = draw.draw(st.binary(max_size=20))
        case "join":
            content += FILES[draw.draw(st.sampled_from(sorted(FILES)))]
        case _:
            for _ in range(draw.draw(st.integers(1, 5))):
                content[draw.draw(st.integers(0, len(content) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    opened = open_attachment(bytes(content), limits=BOUNDS)
    assert all(part.text for part in opened.parts)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from([b"", *(content[:16] for content in FILES.values())]))
def test_any_bytes_have_an_answer(content: bytes, start: bytes) -> None:
    open_attachment(start + content, limits=BOUNDS)


WHOLE = frozenset(
    {"html", "svg", "rtf", "mail", "html data URL", "utf-16", "utf-16 without a mark", "latin-1", "tar"}
    | {"tar entry's name"}
)
"""Kinds of which what is left is a file as well: texts, and the padding at the end of a tar."""


@pytest.mark.parametrize("kind", sorted(readable("words").keys() - WHOLE))
def test_a_file_cut_short_is_told(kind: str) -> None:
    content = readable("some words in a file that goes on for a while")[kind]
    assert open_attachment(content[: len(content) * 3 // 4], limits=BOUNDS).incomplete

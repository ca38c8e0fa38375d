"""Text out of files of every kind: found wherever a file can hold it, and never quiet about what was not read."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from proxy.attachments import Bounds, Opened, open_attachment
from tests.proxy.attachments.making import docx, pdf, readable, unread, zipped

ROOT = Path(__file__).parents[3]

WORDS = "a line of words 4711-0815 for the test"


def said(opened: Opened) -> str:
    return "\n".join(part.text for part in opened.parts)


@pytest.mark.parametrize("kind", readable(WORDS))
def test_a_file_that_is_read_to_its_end(kind: str) -> None:
    opened = open_attachment(readable(WORDS)[kind])
    assert WORDS in said(opened)
    assert opened.incomplete == ()


@pytest.mark.parametrize("kind", unread(WORDS))
def test_a_file_of_which_some_is_left_unread(kind: str) -> None:
    opened = open_attachment(unread(WORDS)[kind])
    assert WORDS in said(opened)
    assert opened.incomplete == ("attachment",)


def test_a_worker_loads_no_reader_before_such_a_file_comes() -> None:
    readers = ("pypdf", "sqlite3", "tarfile", "xml.parsers.expat")
    script = f"import sys, proxy.pipeline\nprint([name for name in {readers!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_parts_are_named_in_our_own_words() -> None:
    name = "name-of-a-file"
    file = zipped({f"{name}.zip": zipped({name: docx("words", part="header1")}), name: pdf("more words")})
    opened = open_attachment(file, f"x/{name}", f"{name}.zip")
    assert name in said(opened)
    assert not any(name in part.name for part in opened.parts)
    expected = {"names", "entry:1/names", "entry:1/entry:1/header:1", "entry:2/page:1"}
    assert {part.name for part in opened.parts} >= expected
    assert all(re.fullmatch(r"[a-z]+(?::\d+)?(?:/[a-z]+(?::\d+)?)*", part.name) for part in opened.parts)


def test_a_repr_shows_no_text() -> None:
    assert WORDS not in repr(open_attachment(readable(WORDS)["docx"]))


BROKEN = {
    "xl/sharedStrings.xml": {"xl/sharedStrings.xml": f"<sst><si><t>{WORDS}</t>", "xl/worksheets/sheet1.xml": "<a/>"},
    "word/document.xml": {"word/document.xml": f"<d><p>{WORDS}</q></d>"},
    "a picture": {"word/document.xml": f"<document><p>{WORDS}</p></document>", "word/media/a.png": "no picture \x01"},
    "an entity": {"word/document.xml": f'<!DOCTYPE d [<!ENTITY e "{WORDS}">]><d>&e;</d>'},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_part_of_a_document_is_told_and_shows_what_it_shows(what: str) -> None:
    opened = open_attachment(zipped({"[Content_Types].xml": "<Types/>", **BROKEN[what]}))
    assert WORDS in said(opened)
    assert opened.incomplete == ("attachment",)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_encrypted_entry_is_told(compression: int) -> None:
    content = bytearray(zipped({"a.txt": WORDS}, compression))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    assert open_attachment(bytes(content)).incomplete == ("attachment",)


def test_a_limit_on_text_keeps_what_came_before() -> None:
    file = zipped({"a.txt": "first words", "b.txt": "x" * 5000})
    opened = open_attachment(file, limits=Bounds(text_chars=1000))
    assert "first words" in said(opened)
    assert opened.incomplete == ("decode_budget",)

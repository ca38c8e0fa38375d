"""What kind of file some bytes are, by the bytes. What a client calls them can add a guess, never take one away."""

import re
from enum import StrEnum

from proxy.attachments import text


class Form(StrEnum):
    """Kinds of file that are read differently. OTHER is none of them: what shows in it is read, the rest incomplete."""

    EMPTY = "empty"
    TEXT = "text"
    MARKUP = "markup"
    MAIL = "mail"
    NOTEBOOK = "notebook"
    RTF = "rtf"
    PDF = "pdf"
    ZIP = "zip"
    TAR = "tar"
    PACKED = "packed"
    SQLITE = "sqlite"
    IMAGE = "image"
    OTHER = "other"


PDF_HEADER_BYTES = 1024
"""Readers look for the header so far into a file (ISO 32000-1, annex H.3.4.1)."""

ZIP_END_BYTES = 65_557
"""The end record of a zip file stands so far from its end at most. Programs that unpack themselves begin otherwise."""

_STARTS = {
    b"PK\x03\x04": Form.ZIP,
    b"PK\x05\x06": Form.ZIP,
    b"PK\x07\x08": Form.ZIP,
    b"\x1f\x8b": Form.PACKED,
    b"BZh": Form.PACKED,
    b"\xfd7zXZ\x00": Form.PACKED,
    b"\x28\xb5\x2f\xfd": Form.PACKED,
    b"SQLite format 3\x00": Form.SQLITE,
    b"{\\rtf": Form.RTF,
    b"\x89PNG\r\n\x1a\n": Form.IMAGE,
    b"\xff\xd8\xff": Form.IMAGE,
    b"GIF87a": Form.IMAGE,
    b"GIF89a": Form.IMAGE,
    b"II*\x00": Form.IMAGE,
    b"MM\x00*": Form.IMAGE,
}
_UNOPENED = (
    *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"PAR1", b"OggS", b"fLaC"),
    *(b"ID3", b"\x1a\x45\xdf\xa3"),
)
"""Known and not opened: old Office files, other archives, columns, audio, video."""

_MAIL = re.compile(
    rb"(?:From |(?:Return-Path|Received|Delivered-To|From|To|Subject|Date|Message-ID|MIME-Version|X-[A-Za-z0-9-]+"
    rb"|Content-Type|DKIM-Signature|Reply-To|Cc):[^\r\n]*\r?\n)",
    re.IGNORECASE,
)
_MIME = re.compile(rb"^(?:MIME-Version|Content-Transfer-Encoding):", re.IGNORECASE | re.MULTILINE)
_MAIL_HEAD_BYTES = 1 << 16
_TAR_BLOCK_BYTES = 512


def recognise(content: bytes, media_type: str | None = None, name: str | None = None) -> Form:
    """The form of a file. `media_type` and `name` tell mail from other text, nothing else."""
    if not content:
        return Form.EMPTY
    for start, form in _STARTS.items():
        if content.startswith(start):
            return form
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Form.IMAGE
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"hevc", b"msf1"):
        return Form.IMAGE
    if b"%PDF-" in content[:PDF_HEADER_BYTES]:
        return Form.PDF
    if _is_tar(content):
        return Form.TAR
    if b"PK\x05\x06" in content[-ZIP_END_BYTES:]:
        return Form.ZIP
    if text.is_binary(content):
        return Form.OTHER
    return _form_of_text(content, media_type or "", name or "")


def is_known_file(content: bytes) -> bool:
    """Whether the bytes begin like a file of some kind, text excepted; for bytes that nobody called a file."""
    return recognise(content) not in (Form.EMPTY, Form.TEXT, Form.OTHER) or content.startswith(_UNOPENED)


def _form_of_text(content: bytes, media_type: str, name: str) -> Form:
    head = content[:_MAIL_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if media_type.lower().startswith("message/rfc822") or name.lower().endswith(".eml"):
        return Form.MAIL
    if _MAIL.match(head) and _MIME.search(head):
        return Form.MAIL
    if head.startswith(b"{") and b'"nbformat"' in content:
        return Form.NOTEBOOK
    if head.startswith(b"<") and re.match(rb"<(?:[A-Za-z][\w:.-]*[\s>/]|[?]xml|!doctype|!--)", head, re.IGNORECASE):
        return Form.MARKUP
    return Form.TEXT


def _is_tar(content: bytes) -> bool:
    """Whether the first block is a header whose checksum holds (POSIX.1-1988 and older ones without a magic)."""
    block = content[:_TAR_BLOCK_BYTES]
    if len(block) < _TAR_BLOCK_BYTES or not block[0]:
        return False
    stated = block[148:156].strip(b" \x00")
    if not re.fullmatch(rb"[0-7]{1,7}", stated):
        return False
    return sum(block) - sum(block[148:156]) + 8 * ord(" ") == int(stated, 8)

"""Files in texts: data URLs and runs of base64, where a format puts attachments and anywhere else that they may stand.

Plain text in base64 is told only where an attachment belongs; elsewhere the detectors' decoded views read it.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from proxy.attachments.recognise import Form, is_known_file, recognise

LEAST_CHARS = 64
"""Shorter than any file of a kind that we know."""

_DATA_URL = re.compile(r"data:[^,]*+,", re.IGNORECASE)
_URL = re.compile(r"(?:https?|gs|s3|file)://", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\r\n]{64,}+={0,2}\s*")
"""Shorter than any picture or document, and no blanks: a text of words is a text."""

_STANDARD = str.maketrans("-_", "+/")

_NEEDLES = (
    ";base64,",
    "JVBERi0",  # PDF
    "UEsDB",  # zip, Office
    "iVBORw0KGgo",  # PNG
    "/9j/4",  # JPEG
    "R0lGODlh",  # GIF
    "R0lGODdh",
    "0M8R4KGxGuE",  # old Office
    "U1FMaXRlIGZvcm1hdCAz",  # SQLite
    "e1xydGYx",  # RTF
    "N3q8ryc",  # 7z
    "UmFyIRoH",  # RAR
)
"""What known files begin with, in base64. Packed streams are the views' to open."""

_LINE = r"(?:\\r|\r)?(?:\\n|\n)[ \t]*"
_CHAR = "[A-Za-z0-9+/_-]"
_RUN = re.compile(rf"{_CHAR}*+(?:{_LINE}{_CHAR}{{40,}}+)*+(?:{_LINE}{_CHAR}{{1,80}}+(?==))?={{0,2}}")
_BREAKS = re.compile(r"\\[rn]|\s")
_HEADER_CHARS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A file that stands in a text, encoded: the span of its base64, what it is said to be, and its bytes.

    `content` is None when they can't be had. `is_whole` says that the span is all of the text but a data URL's header.
    """

    start: int
    end: int
    media_type: str | None
    content: bytes | None = field(repr=False)
    is_whole: bool = False


def may_hold_files(text: str, *, is_attachment: bool) -> bool:
    """Whether `files_in` could find any; costs a look through the text."""
    if is_attachment:
        return len(text) >= LEAST_CHARS or _DATA_URL.match(text.lstrip()) is not None
    return len(text) >= LEAST_CHARS and any(needle in text for needle in _NEEDLES)


def files_in(text: str, *, is_attachment: bool) -> Iterator[Found]:
    """The files in `text`, in order. `is_attachment`: an API expects one here, so all of it may be one."""
    if not may_hold_files(text, is_attachment=is_attachment):
        return
    if is_attachment and (whole := _whole(text)) is not None:
        if whole.content is None or recognise(whole.content) is not Form.EMPTY:
            yield whole
        return
    done = 0
    for at, needle in sorted((at, one) for one in _NEEDLES for at in _places(text, one)):
        if at >= done and (found := _at(text, at, needle)) is not None:
            done = found.end
            yield found


def encoded(content: bytes, like: str) -> str:
    """`content` in base64, in the alphabet of `like`."""
    return (base64.urlsafe_b64encode if "-" in like or "_" in like else base64.b64encode)(content).decode()


def _places(text: str, needle: str) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + len(needle))


def _whole(text: str) -> Found | None:
    """The file that all of `text` is; None when it is a link or plain text."""
    blank = len(text) - len(text.lstrip())
    if _URL.match(text, blank):
        return None
    header = _DATA_URL.match(text, blank)
    start = header.end() if header else blank
    if header and ";base64" not in header.group().lower():
        return None
    if not header and not _BASE64.fullmatch(text, start):
        return None
    media_type = header.group()[5:-1] if header else None
    return Found(start, len(text.rstrip()), media_type, _decoded("".join(text[start:].split())), is_whole=True)


def _at(text: str, at: int, needle: str) -> Found | None:
    """The file whose base64 begins at a needle, or behind it."""
    media_type = None
    start = at
    if needle == ";base64,":
        start = at + len(needle)
        media_type = text[max(0, at - _HEADER_CHARS) : at].rpartition("data:")[2]
    elif at and (text[at - 1].isalnum() or text[at - 1] in "+/") and not text.endswith(("\\n", "\\r"), 0, at):
        return None
    run = _RUN.match(text, start)
    end = run.end() if run is not None else start
    if end - start < LEAST_CHARS:
        return None
    content = _decoded(_BREAKS.sub("", text[start:end]))
    if content is None:
        return Found(start, end, media_type, None) if media_type is not None else None
    if recognise(content) in (Form.TEXT, Form.EMPTY) or (media_type is None and not is_known_file(content)):
        return None
    return Found(start, end, media_type, content)


def _decoded(compact: str) -> bytes | None:
    compact = compact.rstrip("=").translate(_STANDARD)
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4))
    except (binascii.Error, ValueError):
        return None

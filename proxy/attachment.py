"""Whether an attached block can be read as text at all. What can't is `incomplete`, and policy decides."""

import base64
import binascii
import re

_DATA_URL = re.compile(r"data:[^,]*+,", re.IGNORECASE)
_URL = re.compile(r"(?:https?|gs|s3|file)://", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\r\n]{64,}+={0,2}\s*")
"""Shorter than any picture or document, and no blanks: a text of words is a text."""

_STANDARD = str.maketrans("-_", "+/")


def is_unreadable_attachment(text: str) -> bool:
    """True for base64 of something that is not UTF-8 text: images, PDF, Office files, audio.

    Base64 of text is False: the detectors read it through their own decoded view. So are plain text and links.
    """
    text = text.lstrip()
    if _URL.match(text):
        return False
    header = _DATA_URL.match(text)
    content = text[header.end() :] if header else text
    if header and ";base64" not in header.group().lower():
        return False
    if not header and not _BASE64.fullmatch(content):
        return False
    compact = "".join(content.split()).rstrip("=").translate(_STANDARD)
    try:
        decoded = base64.b64decode(compact + "=" * (-len(compact) % 4))
    except (binascii.Error, ValueError):
        return True
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return b"\0" in decoded

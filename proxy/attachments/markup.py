"""Text out of HTML, SVG and other XML as it reads without its tags, and out of RTF without its control words.

The markup itself is a part of its own already; here is what tags or control words stand in the middle of.
"""

import base64
import binascii
import html
import re

from proxy.attachments.opening import Opening, join
from proxy.attachments.text import decode

_INLINE = "a|abbr|b|bdi|bdo|big|cite|code|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tspan|tt|u|var|wbr"
_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?>|(<!\[CDATA\[|\]\]>|<[!/?A-Za-z][^<>]*>)", re.IGNORECASE)
_CELL_TAG = re.compile(r"</?t[dh]\b", re.IGNORECASE)
_DATA_URL = re.compile(r"data:([\w/+.-]{0,80})[^,\"'<>]{0,200};base64,([A-Za-z0-9+/_\-\s]+={0,2})", re.IGNORECASE)

_RTF = re.compile(
    r"""
      \\'([0-9a-fA-F]{2})                # 1 a byte of the code page
    | \\u(-?[0-9]{1,5})[ ]?\??           # 2 a character, and what older readers show for it
    | \\([a-zA-Z]+)(-?[0-9]*)[ ]?        # 3 a control word
    | \\([^a-zA-Z])                      # 5 a control symbol
    | [{}\r\n]+
    """,
    re.VERBOSE,
)
_RTF_BREAKS = {"par": "\n", "line": "\n", "row": "\n", "cell": "\t", "tab": "\t", "sect": "\n", "page": "\n"}
_RTF_SYMBOLS = {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}"}
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\r\n]*){100,}")


def read_markup(content: bytes, opening: Opening, within: str) -> None:
    """Adds the text between the tags, and opens what stands in data URLs."""
    text, _ = decode(content)
    opening.text(join(within, "shown"), "", html.unescape(_TAG.sub(_between, text)))
    for number, found in enumerate(_DATA_URL.finditer(text), 1):
        try:
            data = base64.b64decode("".join(found[2].split()).rstrip("=") + "===", altchars=None)
        except (binascii.Error, ValueError):
            opening.fail()
        else:
            opening.read(data, join(within, f"entry:{number}"), found[1])


def _between(tag: re.Match[str]) -> str:
    if tag[1] is None:
        return ""
    return "\t" if _CELL_TAG.match(tag[1]) else "\n"


def read_rtf(content: bytes, opening: Opening, within: str) -> None:
    """Adds the text without control words, and opens pictures and objects, which stand in hex digits."""
    text = content.decode("latin-1")
    for number, found in enumerate(_HEX.finditer(text), 1):
        opening.read(bytes.fromhex("".join(found[0].split())), join(within, f"entry:{number}"))
    opening.text(join(within, "shown"), "", _RTF.sub(_said, _HEX.sub("", text)))


def _said(found: re.Match[str]) -> str:
    if found[1]:
        return bytes.fromhex(found[1]).decode("cp1252", "replace")
    if found[2]:
        return chr(int(found[2]) % 0x10000)
    if found[3]:
        return _RTF_BREAKS.get(found[3], "")
    return _RTF_SYMBOLS.get(found[5] or "", "")

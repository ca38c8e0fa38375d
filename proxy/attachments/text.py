"""Text out of bytes: by byte order mark, stated charset or looks; and what shows in bytes that are no text."""

import codecs
import re

_CONTROL = re.compile(rb"[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f]")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The longer ones first: that of UTF-32 begins like that of UTF-16."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_CHARSETS = re.compile(
    r"utf-?(?:8|16|32)(?:-?[lb]e)?|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-12\d\d|cp\d{3,4}"
    r"|shift[_-]?jis|euc-(?:jp|kr)|gb(?:k|2312|18030)|big5|koi8-[ru]",
    re.IGNORECASE,
)
"""Codecs that give characters for bytes and cost what they should; Python has others."""

_FOREIGN_SHARE = 4
"""A text without a charset whose bytes are up to one in four beyond ASCII is taken for Windows-1252."""

STRING_CHARS = 6
"""Runs of printable characters in binary data shorter than this are noise."""

_PRINTABLE = bytes(number if 0x20 <= number < 0x7F or number == 0x09 else 0x0A for number in range(256))
_RUN = re.compile(rb"[^\n]{%d,}" % STRING_CHARS)
_WORDY = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;=@/_+-"
_NOISE_SHARE = 5
"""Runs of which more than one character in five is another are no text: fonts are full of them."""

_WIDE_RUN = re.compile(rb"(?:[\t\x20-\x7e\xa0-\xff]\x00){%d,}" % STRING_CHARS)


def is_binary(content: bytes) -> bool:
    """Whether these bytes are no text in any charset that we read without being told of it."""
    if content.startswith(tuple(_MARKS)) or _CONTROL.search(content) is None:
        return False
    return _wide(content) is None


def decode(content: bytes, media_type: str | None = None) -> tuple[str, bool]:
    """The text of `content`, and whether that is certainly how it is meant."""
    stated = _CHARSET.search(media_type or "")
    guesses = [coding for mark, coding in _MARKS.items() if content.startswith(mark)][:1]
    guesses.append("utf-8")
    if stated is not None and _CHARSETS.fullmatch(stated[1]):
        guesses.append(stated[1])
    if (wide := _wide(content)) is not None:
        guesses.insert(0, wide)
    for coding in guesses:
        try:
            return content.decode(coding), True
        except (UnicodeDecodeError, LookupError):
            continue
    foreign = len(content) - len(content.translate(None, bytes(range(128, 256))))
    return content.decode("cp1252", "replace"), foreign * _FOREIGN_SHARE <= len(content)


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: nearly every other byte of its beginning is zero, and no other is."""
    head = content[:512]
    if len(head) < STRING_CHARS or len(content) % 2:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd * 10 >= len(head) * 4 and not even:
        return "utf-16-le"
    if even * 10 >= len(head) * 4 and not odd:
        return "utf-16-be"
    return None


def strings(content: bytes) -> str:
    """The printable runs of ASCII and of UTF-16 in binary data, a line each."""
    runs = _RUN.findall(content.translate(_PRINTABLE))
    found = [run.decode("ascii") for run in runs if len(run.translate(None, _WORDY)) * _NOISE_SHARE <= len(run)]
    if b"\x00" in content:
        found += [run.decode("utf-16-le") for run in _WIDE_RUN.findall(content)]
    return "\n".join(found)

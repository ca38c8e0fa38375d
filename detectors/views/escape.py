"""The kinds of splice: escapes, percent, HTML entities, quoted-printable, MIME words, control characters, disguises.

Each undoes one level. The `DEEP` ones undo all levels of their own kind at once and stand where no depth is left.
"""

import base64
import binascii
import html
import re
from functools import lru_cache

from detectors.views import fold
from detectors.views.splice import Splice

_SIMPLE_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b", "\n": "",
}  # fmt: skip
_ESCAPED = r"""
    (?:["'\\/`ntrbfvae] | u[0-9a-fA-F]{4} | x[0-9a-fA-F]{2} | [ux]\{[0-9a-fA-F]{1,6}\} | U[0-9a-fA-F]{8}
     | 0[01][0-7]{2} | 0000[2-7][0-9a-fA-F] | [2-7][0-9a-fA-F]\ (?=\\[2-7])   # CSS has blanks or zeros
     | [0-3][0-7]{2} | [1-7][0-7](?![0-7]) | 0 | \r?\n
     | [_@*+=:.$!~&%\#-])   # Markdown's and the shell's
"""


def _unescape(escape: str) -> str:
    escaped = escape.lstrip("\\") or "\\"
    if len(escaped) == 1:
        return _SIMPLE_ESCAPES.get(escaped, escaped)
    if escaped == "\r\n":
        return ""
    if escaped[-1] == " " or (len(escaped) == 6 and escaped[0] == "0"):
        return chr(int(escaped, 16))  # as CSS writes them
    point = int(escaped[1:].strip("{}"), 16) if escaped[0] in "uUx" else int(escaped, 8)
    return chr(point) if point < 0x110000 else "?"


unescape = lru_cache(maxsize=4096)(_unescape)

_NOT_ASCII_LEAD = "(?:[CDcd][0-9A-Fa-f]=[89ABab]|[EFef][0-9A-Fa-f]=[89ABab])"
_LAST_HEX = re.compile(r"[0-9A-Fa-f]{2}(?=[^0-9A-Fa-f]|\Z)")


def _utf8(mark: str) -> str:
    """A pattern for one character's UTF-8 bytes, or one stray byte, each as `mark` and two hex digits."""
    follow = f"{mark}[89ABab][0-9A-Fa-f]"
    return (
        f"{mark}[CDcd][0-9A-Fa-f]{follow}|{mark}[Ee][0-9A-Fa-f](?:{follow}){{2}}"
        f"|{mark}[Ff][0-4](?:{follow}){{3}}|{mark}[0-9A-Fa-f]{{2}}"
    )


@lru_cache(maxsize=1024)
def _unmark(escape: str) -> str:
    return bytes.fromhex("".join(_LAST_HEX.findall(escape))).decode("utf-8", "replace")


@lru_cache(maxsize=1024)
def _unpercent(escape: str) -> str:
    if escape[1] in "uU":
        return chr(int(escape[2:], 16))
    return _unmark(escape)


def _unquote(escape: str) -> str:
    return "" if escape[-1] == "\n" else _unmark(escape)


_DEEP_AMPERSANDS = re.compile("&(?:amp;){0,16}")


def _unescape_deep_html(entity: str) -> str:
    return html.unescape("&" + entity[_DEEP_AMPERSANDS.match(entity).end() :])  # type: ignore[union-attr]


def _read_word(word: str) -> str:
    """A MIME encoded word's text; bytes of other character sets stay as they are where they are ASCII."""
    _, charset, coding, body, *_ = word.split("?")
    if coding in "qQ":
        raw = re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), body.replace("_", " ").encode())
    else:
        try:
            raw = base64.b64decode(body.rstrip("=") + "=" * (-len(body.rstrip("=")) % 4))
        except (binascii.Error, ValueError):
            return body
    return raw.decode("utf-8" if charset.lower() != "utf-16" else charset, "replace")


_ENTITY = r"(?:\#[0-9]{2,8};?|\#[xX][0-9a-fA-F]{1,7};?|[A-Za-z][A-Za-z0-9]{1,24};)"

SPLICES = (
    Splice("escape", "\\", re.compile(rf"(\\{_ESCAPED})", re.VERBOSE), unescape),
    Splice("percent", "%", re.compile(f"(%[uU][0-9A-Fa-f]{{4}}|{_utf8('%')})"), _unpercent),
    Splice("html", "&", re.compile(rf"(&{_ENTITY})", re.VERBOSE), html.unescape),
    Splice(
        "quoted-printable",
        "=",
        # a lone `=20` and the like are arithmetic; soft line ends, `=3D`, non-ASCII bytes and rows of them are not
        re.compile(
            f"(=[ \\t]{{0,8}}\\r?\\n|=3D|(?=={_NOT_ASCII_LEAD})(?:{_utf8('=')})"
            "|=[0-9A-F]{2}(?==[0-9A-F]{2})|(?<==[0-9A-F][0-9A-F])=[0-9A-F]{2})"
        ),
        _unquote,
    ),
    Splice(
        "mime-word",
        "=?",
        re.compile(r"(=\?[A-Za-z0-9_*-]{2,30}\?[BbQq]\?[^?\s]{0,400}\?=(?:\s{1,9}(?==\?))?)"),
        _read_word,
    ),
)

DEEP = (
    Splice("escape", "\\", re.compile(rf"(\\{{1,80}}{_ESCAPED})", re.VERBOSE), unescape),
    Splice("percent", "%", re.compile(f"(%[uU][0-9A-Fa-f]{{4}}|{_utf8('%(?:25){0,16}')})"), _unpercent),
    Splice("html", "&", re.compile(rf"(&(?:amp;){{0,16}}{_ENTITY})", re.VERBOSE), _unescape_deep_html),
    *SPLICES[3:],
)

CONTROLS = "\x1b\0\b\x7f"
"""Those that tools put between letters: colours, UTF-16 read as bytes, overstrikes."""

CONTROL = Splice(
    "control",
    "",
    re.compile(
        r"""(\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~] | \x1b\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)
             | \x1b[()][A-Z0-9] | \x1b[=>78cM]?
             | .\x08 | [\x00-\x08\x0e-\x1f\x7f])""",
        re.VERBOSE,
    ),
    lambda _: "",
)

STILL_ENCODED = re.compile(
    r"""(?:%[2-7][0-9A-Fa-f]){8} | (?:\\(?:u00|x)[2-7][0-9A-Fa-f]){8} | (?:&\#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2});){8}""",
    re.VERBOSE,
)
"""Letters and digits, encoded in a row without need: where no depth is left, this is an encoding that goes on."""


@lru_cache(maxsize=256)
def fold_splice(characters: str, tags: bool = True) -> Splice:
    """The normalised view's splice for these of the table's characters: a small class is searched much faster."""
    read = fold.table().__getitem__ if tags else fold.without_tags
    return Splice("normalised", "", re.compile(f"([{re.escape(characters)}])"), read)

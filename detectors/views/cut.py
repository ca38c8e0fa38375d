"""Values cut by a line's end: wrapped by a terminal or an editor, and behind the marks of quoted lines.

Lines end everywhere, so the first pass looks only for what begins or names a value and runs into a line's end. What may
be read as one is judged here: the next line's beginning must not be a word, a name or another value's beginning.
"""

import re
from collections.abc import Iterator

from detectors.views.view import Piece

PREFIX = r"""[ \t]{0,40}(?:(?:[>|+*\#;%!-]|//|REM[ ]){1,4}[ \t]{0,8}(?:[>|][ \t]{0,2}){0,3}
    |[0-9]{1,6}(?:[ \t]?[:|\u2192\u2502?]|\t)[ \t]?|[\w./-]{1,80}[:-][0-9]{1,6}[:-])"""
"""What stands before a quoted line, verbose: mail, diff and comment marks, line numbers, file and line."""

_BEGINNINGS = (
    r"gh[pousr]_|github_pat_|glpat-|A[KS]IA[A-Z0-9]|eyJ|sk-|[sr]k_live_|xox[abeprs]-|AIza|ya29\.|npm_|pypi-|SG\.|dop_v1_"
    r"|hvs\.|hf_|shp[a-z]{2}_|ATATT"
)
_TOKEN = r"[A-Za-z0-9+/=_.-]"
_END = r"[ \t]{0,40}[\\|]?\r?\n"

GATE = (
    rf"(?:{_BEGINNINGS}){_TOKEN}{{0,200}}{_END}"
    rf"|(?i:secret|token|passw|api_?key|access_?key|bearer)[\"']?[ :=\t]{{1,4}}[\"']?{_TOKEN}{{5,100}}{_END}"
    rf"|://[^\s/@:]{{1,60}}:[^\s/]{{0,60}}{_END}|(?:postgres|postgresql|mysql|mongodb|srv|redis|amqps?)://[^\s]{{0,80}}{_END}"
    rf"|[A-Za-z0-9]@[A-Za-z0-9.-]{{0,30}}{_END}"
    rf"|(?i:card|visa|ssn|iban|amex|social)[^\n]{{0,40}}[0-9][ -]?{_END}[^\n]{{0,16}}[0-9]"
).encode()

MAX_LINES = 200
"""A value of more lines is no token."""

_LEFT = re.compile(r"[A-Za-z0-9+/=_.@:%!-]+(?P<end>[ \t]{0,40}[\\|]?[ \t]{0,2}\r?)\Z")
_GAP = re.compile(rf"(?:{PREFIX})?[ \t]{{0,40}}", re.VERBOSE)
_RIGHT = re.compile(r"[A-Za-z0-9+/=_.@:%!-]+")
_LINE_END = re.compile(r"(?=[ \t]{0,40}[\\|]?[ \t]{0,2}\r?\n)")
_NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_.-]*[=:]|{_BEGINNINGS}|-----")
_PLAIN = re.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*[.:!]?|[A-Z]+[.:]?|(?:[A-Za-z]+[_.-])+[A-Za-z]+[.:]?|[=-]+")
_STAMP = re.compile(r"(?:19|20)\d\d-\d\d-\d\d|\d\d:\d\d|\d{1,3}\.\Z")
_CAPITALS = re.compile(r"[A-Z0-9]*[0-9A-Z]{4}\Z")
_GROUPS_LEFT = re.compile(r"(?<![0-9])[0-9]{4}\Z")  # matched four characters back
_GROUPS_RIGHT = re.compile(r"[0-9]{4}(?![0-9])")
LEAST_CONTINUED = 8


def find(text: str, ends: list[int]) -> Iterator[Piece]:
    """The line breaks, marks included, that cut a value; where one parts groups of digits, a blank stays."""
    done = -1
    for end in ends:
        newline = text.rfind("\n", 0, end)
        if newline < done:
            continue
        for piece in _cuts(text, newline):
            yield piece
            done = piece[1]
        done = max(done, newline + 1)


def _cuts(text: str, newline: int) -> Iterator[Piece]:
    """The cut at this line's end and those of the lines that go on with nothing but the value."""
    for _ in range(MAX_LINES):
        low = max(0, newline - 200)
        left = _LEFT.search(text, max(low, text.rfind("\n", low, newline) + 1), newline)
        gap = _GAP.match(text, newline + 1)
        if left is None or gap is None:
            return
        right = _RIGHT.match(text, gap.end())
        if right is None or not _may_join(text[left.start() : left.start("end")], right[0]):
            return
        last = left.start("end")
        parted = _GROUPS_LEFT.match(text, max(0, last - 4), last) and _GROUPS_RIGHT.match(text, gap.end())
        yield last, gap.end(), " " if parted else ""
        if right.end() - right.start() < LEAST_CONTINUED or not _LINE_END.match(text, right.end()):
            return
        newline = text.find("\n", right.end())


def _may_join(left: str, right: str) -> bool:
    if "://" in left and "@" not in left:
        return True
    if _NAME.match(right) or _STAMP.match(right):
        return False
    return "@" in left or not _PLAIN.fullmatch(right) or (right.isupper() and _CAPITALS.search(left) is not None)


REMOVED_GATE = rb"------BEGIN [A-Z0-9 ]{0,40}KEY"
REMOVED_CHARS = 60
"""More than the gate is long."""


def find_removed(text: str, ends: list[int]) -> Iterator[Piece]:
    """The marks before the lines of a key that a diff takes away: one dash more than its armour has."""
    done = 0
    for end in ends:
        low = max(0, end - REMOVED_CHARS)
        newline = text.rfind("\n", low, end)
        if newline < 0 < low:
            continue  # in the midst of a line
        at = newline + 1
        while done <= at < len(text) and text[at] == "-":
            yield at, at + 1, ""
            done = at = text.find("\n", at) + 1 or len(text)

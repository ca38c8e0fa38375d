"""Views in which what stands between the parts of a value was taken out: quotes and operators between string literals,
tags, colours, bars of a table, blanks between single characters; and digits written as words.

Each kind looks only where the first pass saw a place for it, and takes out only what its own look there says. Values
cut by a line's end are next door, in `cut.py`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detectors.views import cut
from detectors.views.view import Budget, Piece, PiecedView, View

Find = Callable[[str, list[int]], Iterator[Piece]]


@dataclass(frozen=True, slots=True)
class Join:
    """A kind of joined view: where the first pass looks, and what `find` takes out near these ends of its hits."""

    name: str
    gate: bytes
    find: Find


def _near(reach: int, look: Callable[[str, int, int], Iterator[Piece]]) -> Find:
    """`look` over the stretches within `reach` of a hit; its pieces in order, without overlap."""

    def find(text: str, ends: list[int]) -> Iterator[Piece]:
        done = 0
        for low, high in _stretches(ends, reach, len(text)):
            for piece in look(text, low, high):
                if done <= piece[0] < piece[1]:
                    yield piece
                    done = piece[1]

    return find


def _stretches(ends: list[int], reach: int, length: int) -> Iterator[tuple[int, int]]:
    low = high = -1
    for end in ends:
        if end - reach > high:
            if high >= 0:
                yield low, min(high, length)
            low = max(0, end - reach)
        high = end + reach
    if high >= 0:
        yield low, min(high, length)


def _all(pattern: "re.Pattern[str]") -> Callable[[str, int, int], Iterator[Piece]]:
    """Every match goes."""

    def look(text: str, low: int, high: int) -> Iterator[Piece]:
        for match in pattern.finditer(text, low, high):
            yield match.start(), match.end(), ""

    return look


_COLOUR = re.compile(r"(?:\x1b|\^\[|\\e|\ufffd|\u241b)?\[[0-9;]{0,12}[mK]")

_TAG = (
    r"</?(?:a|b|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|tt|u|wbr)(?:\s[^<>]{0,60})?/?>"
    r"|<!--[^<>]{0,60}-->|\]\]><!\[CDATA\["
)
_TAGS = re.compile(rf"(?<=[A-Za-z0-9_.@=+/-])(?:{_TAG})+(?=[A-Za-z0-9_.@=+/-])")
_VALUE_LIKE = re.compile("[0-9_]|[a-z][A-Z]|[A-Z]{5}")


def _tags(text: str, low: int, high: int) -> Iterator[Piece]:
    """Tags inside what is no plain word: prose has its tags around words."""
    for match in _TAGS.finditer(text, low, high):
        if _VALUE_LIKE.search(text, match.start() - 10, match.start()) or _VALUE_LIKE.search(
            text, match.end(), match.end() + 10
        ):
            yield match.start(), match.end(), ""


_OPERATOR = r"(?:\+{1,2}|\.{1,2}|&|~|\|\||<>)"
_QUOTE = "[\"'`]"
_LITERALS = re.compile(
    rf"""(?<=[A-Za-z0-9_/+=.:@$!%-])(?:
        {_QUOTE}[ \t]{{0,20}}(?:{_OPERATOR}[ \t]{{0,20}}_?)?\\?
        (?:\r?\n(?:{cut.PREFIX})?[ \t]{{0,60}}(?:{_OPERATOR}[ \t]{{0,20}})?)?
        [A-Za-z@$]{{0,2}}{_QUOTE}
      | '"{{2}}' )(?=[A-Za-z0-9_/+=.:@$!%-])""",
    re.VERBOSE,
)
_ELEMENTS = re.compile(r"(?<=[\w/+=.:@-])[\"'][ \t]{0,9},\s{0,40}[\"'](?=[\w/+=.:@-])")
_CONTINUED = re.compile(r"\"?;\s{0,9}[A-Za-z0-9_-]{1,40}\*[1-9][0-9]?\*?=\"?")

_CELLS = re.compile(
    r"(?<![A-Za-z0-9])[0-9]{4}(?P<mark>[ ]{0,3}[|/_][ ]{0,3})(?:[0-9]{4}(?P=mark)){2}[0-9]{4}(?![A-Za-z0-9/_])"
)
_NO_DIGITS = re.compile("[^0-9]+")


def _cells(text: str, low: int, high: int) -> Iterator[Piece]:
    """Four groups of four digits, in cells of a table or behind marks that no rule expects."""
    for match in _CELLS.finditer(text, low, high):
        for mark in _NO_DIGITS.finditer(text, match.start(), match.end()):
            yield mark.start(), mark.end(), " "


_SPACED = re.compile(
    r"(?<![A-Za-z0-9])[!-~](?P<mark>[ ]{1,4}|\t|\r?\n|[-._|*/]|[ ][|*/-][ ])[!-~]"
    r"(?:(?P=mark){1,2}[!-~]){6,400}(?![A-Za-z0-9])"
)


LEAST_DISTINCT = 5
"""A run of fewer characters, its mark included, is a ruler or a row of zeros."""


def _spaced(text: str, low: int, high: int) -> Iterator[Piece]:
    """The mark between single characters; where it stands twice, a blank stays."""
    for match in _SPACED.finditer(text, low, high):
        mark = match["mark"]
        if len(set(match[0])) < LEAST_DISTINCT:
            continue
        at = match.start() + 1
        while at < match.end():
            after = at + len(mark)
            doubled = text.startswith(mark, after) and after + len(mark) < match.end()
            yield at, after + len(mark) * doubled, " " if doubled else ""
            at = after + len(mark) * doubled + 1


_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPELT_VALUES = {name: str(value) for value, name in enumerate(_DIGITS)} | {"oh": "0"}
_SPELT_DASHES = dict.fromkeys(("dash", "hyphen", "minus"), "-")
_SPELT_DIGIT = "(?:zero|one|two|three|four|five|six|seven|eight|nine|oh)"
_SPELT_RUN = re.compile(
    rf"(?<![A-Za-z]){_SPELT_DIGIT}"
    rf"(?:[ ,.\t-]{{1,3}}(?:(?:dash|hyphen|minus)[ ,-]{{1,2}})?{_SPELT_DIGIT}){{6,40}}(?![A-Za-z])",
    re.I,
)
_WORD = re.compile(r"[A-Za-z]+")


def _spelt(text: str, low: int, high: int) -> Iterator[Piece]:
    """Digits for their names; commas part groups unless every digit has one."""
    for match in _SPELT_RUN.finditer(text, low, high):
        words = list(_WORD.finditer(text, match.start(), match.end()))
        grouped = match[0].count(",") < len(words) - 1
        last = match.start()
        for word in words:
            name = word[0].lower()
            gap = " " if grouped and "," in text[last : word.start()] else ""
            yield last, word.end(), gap + (_SPELT_VALUES.get(name) or _SPELT_DASHES[name])
            last = word.end()


_AT_DOT = re.compile(
    r"""(?P<at>[ ]?[\[({<][ ]?(?i:at)[ ]?[\])}>][ ]? | [ ](?i:at)[ ](?=[A-Za-z0-9-]{1,40}[ ]?[\[({<]?[ ]?(?i:dot)\b))
        | [ ]?[\[({<][ ]?(?i:dot)[ ]?[\])}>][ ]? | (?<=[A-Za-z0-9])[ ](?i:dot)[ ](?=[A-Za-z0-9])""",
    re.VERBOSE,
)


def _at_dot(text: str, low: int, high: int) -> Iterator[Piece]:
    for match in _AT_DOT.finditer(text, low, high):
        yield match.start(), match.end(), "@" if match["at"] else "."


JOINS = (
    Join("colour", rb"\[[0-9;]{1,12}m[!-~]", _near(24, _all(_COLOUR))),
    Join("tag", b"[A-Za-z0-9_-](?:" + _TAG.encode() + b")[A-Za-z0-9_<-]", _near(80, _tags)),
    Join(
        "concatenated",
        rb"[A-Za-z0-9][\"'][ \t+.&~|<>_\\\r\n]{0,30}[fr@$]?[\"'][A-Za-z0-9-]|[A-Za-z0-9]'\"\"'[A-Za-z0-9]",
        _near(160, _all(_LITERALS)),
    ),
    Join(
        "joined",
        rb"[\"']\]\.join\((?:''|\"\")\)|(?:''|\"\")\.join\([\[(][ \t\r\n]{0,9}[\"']|(?i:concat)\([ \t\r\n]{0,9}[\"']",
        _near(400, _all(_ELEMENTS)),
    ),
    Join("continued", rb";[ \t\r\n]{0,9}[A-Za-z0-9_-]{1,20}\*[1-9][0-9]?\*?=", _near(80, _all(_CONTINUED))),
    Join("removed", cut.REMOVED_GATE, cut.find_removed),
    Join("cut", cut.GATE, cut.find),
    Join("cell", rb"[0-9]{4} {0,3}[|/_] {0,3}[0-9]{4} {0,3}[|/_] {0,3}[0-9]{4}", _near(60, _cells)),
    Join("spaced", rb"(?:[0-9A-Za-z][ \t\r\n._|*/-]{1,3}){9}", _near(400, _spaced)),
    Join(
        "spelt",
        rb"(?i:(?:zero|one|two|three|four|five|six|seven|eight|nine)[ ,-]{1,2}){4}",
        _near(400, _spelt),
    ),
    Join("address", rb"(?i:[\[({<] ?(?:at|dot) ?[\])}>]| at [a-z0-9-]{1,40} dot [a-z])", _near(100, _at_dot)),
)

GATES = tuple(join.gate for join in JOINS)

MARGIN_CHARS = 256
"""Context kept on either side of what is taken out: more than any rule's context window."""


def joins(text: str, hits: list[tuple[int, int]], budget: Budget, first: int) -> Iterator[View]:
    """The joined views that `hits` of `GATES` promise, of the kinds from number `first` on."""
    ends: dict[int, list[int]] = {}
    for kind, end in hits:
        if kind >= first:
            ends.setdefault(kind, []).append(end)
    for kind, at in sorted(ends.items()):
        for start, end, pieces in _regions(JOINS[kind].find(text, sorted(at)), len(text)):
            if not budget.take(end - start):
                return
            yield PiecedView(JOINS[kind].name, text, start, end, pieces)


def _regions(pieces: Iterator[Piece], length: int) -> Iterator[tuple[int, int, list[Piece]]]:
    """Stretches that hold pieces, with a margin, joined where they meet."""
    kept: list[Piece] = []
    for piece in pieces:
        if kept and piece[0] - kept[-1][1] > 2 * MARGIN_CHARS:
            yield max(0, kept[0][0] - MARGIN_CHARS), min(length, kept[-1][1] + MARGIN_CHARS), kept
            kept = []
        kept.append(piece)
    if kept:
        yield max(0, kept[0][0] - MARGIN_CHARS), min(length, kept[-1][1] + MARGIN_CHARS), kept

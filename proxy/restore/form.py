"""What counts as the same text: a pseudonym in the forms that a model may give it, read unit by unit.

A unit is a character however it is written (`@`, `%40`, `&#64;`, `\\u0040`, `\\@`), or a gap between words or groups of
digits. Its reading is what it says, letter case and gap aside; two texts of one reading are the same. Knows no pair
and no stream; `lexicon` walks over units, `surrounding` writes values in their way.
"""

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote


class Unit(NamedTuple):
    """One unit: its kind (a group of the patterns below), where it stands, and its reading, which may be empty."""

    kind: str
    start: int
    end: int
    reading: str


DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_FOLD: Final = str.maketrans(dict.fromkeys(DASHES, "-") | dict.fromkeys("\u2018\u2019", "'"))

_ESCAPES: Final = rf"""
    | (?P<code> \\+u (?: [dD][89abAB][0-9a-fA-F]{{2}} \\+u [dD][c-fC-F][0-9a-fA-F]{{2}} | [0-9a-fA-F]{{4}} ) )
    | (?P<mark> \\+ (?: [^\w\s\\] | _ ) )
    | (?P<slash> \\+ )
    | (?P<percent>
        % (?: [0-7][0-9a-fA-F] | [cdCD][0-9a-fA-F] %[89abAB][0-9a-fA-F]
            | [eE][0-9a-fA-F] (?: %[89abAB][0-9a-fA-F] ){{2}} | [fF][0-7] (?: %[89abAB][0-9a-fA-F] ){{3}} )
      )
    | (?P<entity> & (?: \#[0-9]{{1,7}} | \#[xX][0-9a-fA-F]{{1,6}} | [A-Za-z][A-Za-z0-9]{{1,31}} ) ; )
    | (?P<unseen> [{UNSEEN}] )
    | (?P<plain> . )
"""
_BLANK: Final = r"\s | \\+[nrt] | \\+u00(?:20|[aA]0) | %20 | %0[9aAdD] | &nbsp; | &\#(?:32|160);"

_GAP_UNITS: Final = 256

WORDS: Final = re.compile(rf"(?P<gap> (?: {_BLANK} | [+*] ){{1,{_GAP_UNITS}}}+ ) {_ESCAPES}", re.VERBOSE | re.DOTALL)
"""Text whose words may be wrapped, emphasised or joined by a URL's plus."""

_GROUP_GAP: Final = rf"{_BLANK} | \\*[-.()] | %2[dD] | \* | [{DASHES}{UNSEEN}]"
GROUPS: Final = re.compile(rf"(?P<gap> (?: {_GROUP_GAP} ){{1,{_GAP_UNITS}}}+ ) {_ESCAPES}", re.VERBOSE | re.DOTALL)
"""Groups of digits and letters, which may stand apart in any way or not at all."""

MIN_DIGITS: Final = 7
GROUPED: Final = re.compile(
    rf"[+(]?\d(?:[ \-()\xa0]{{0,2}}\d){{{MIN_DIGITS - 1},}}|[A-Z]{{2}}\d{{2}}(?:[ \-]?[A-Z0-9]){{11,30}}", re.ASCII
)
"""Pseudonyms read by GROUPS: cards, phone and insurance numbers, IBANs. No dots, or an IP address would be one."""

CUT: Final = re.compile(
    r"""
    (?: \\+ (?: u[0-9a-fA-F]{0,3} )?
      | \\+u[dD][89abAB][0-9a-fA-F]{2} (?: \\+ (?: u[0-9a-fA-F]{0,3} )? )?
      | % [0-9a-fA-F]?
      | (?: %[c-fC-F][0-9a-fA-F] ) (?: %[89abAB][0-9a-fA-F] ){0,2} (?: % [89abAB]? )?
      | & \#? \w{0,31}
    ) \Z
    """,
    re.VERBOSE,
)
"""What may be a unit's beginning at the end of a text that goes on."""

_SIMPLE: Final = re.compile(r"[\w@.:/=#,~'-]+(?: [\w@.:/=#,~'-]+)*", re.ASCII)
MAX_SLASHES: Final = 32
_SLASHES: Final = re.compile(rf"\\{{0,{MAX_SLASHES}}}")
_SPECIAL: Final = frozenset("\\%&")


def unit_at(grammar: re.Pattern[str], text: str, at: int, final: bool) -> Unit | None:
    """Return the unit that begins at `at`, which is within `text`; None if only what follows can tell."""
    if not final and text[at] in _SPECIAL and CUT.match(text, at):
        return None
    match = grammar.match(text, at)
    assert match is not None and match.lastgroup is not None  # `plain` takes any character
    kind, raw = match.lastgroup, match[0]
    if kind in ("code", "mark"):
        slashes = leading_slashes(raw)
        own = own_slashes(slashes, raw[-1])
        if own < slashes:
            return Unit("slash", at, at + slashes - own, "\\")
    return Unit(kind, at, match.end(), _reading(kind, raw, grammar))


def leading_slashes(text: str, at: int = 0) -> int:
    """How many backslashes begin at `at`; MAX_SLASHES stands for more, too."""
    match = _SLASHES.match(text, at)
    return match.end() - at if match is not None else 0


def own_slashes(slashes: int, char: str) -> int:
    """How many of the backslashes before an escaped character are its own; those before them are text.

    Every level of literals doubles them, so the own ones are the lowest bit that is set; of a quote, all if they are
    one less than a power of two.
    """
    if char == '"' and slashes & (slashes + 1) == 0:
        return slashes
    return slashes & -slashes


def units(grammar: re.Pattern[str], text: str) -> Iterator[Unit]:
    """Yield the units of a whole text."""
    at = 0
    while at < len(text):
        unit = unit_at(grammar, text, at, True)
        assert unit is not None
        yield unit
        at = unit.end


def fold(text: str) -> str:
    """Return how plain characters are read."""
    return text.lower() if text.isascii() else text.translate(_FOLD).lower()


def reading(text: str) -> str:
    """Return what a pseudonym says."""
    if _SIMPLE.fullmatch(text):
        return text.lower()
    return "".join(unit.reading for unit in units(WORDS, text))


def _reading(kind: str, raw: str, grammar: re.Pattern[str]) -> str:
    match kind:
        case "gap":
            return " " if grammar is WORDS else ""
        case "unseen":
            return ""
        case "code":
            return fold(_code(raw))
        case "mark":
            return fold(raw[-1])
        case "slash":
            return "\\"
        case "percent":
            return fold(unquote(raw))
        case "entity":
            return fold(html.unescape(raw))
        case _:
            return fold(raw)


def _code(raw: str) -> str:
    values = [int(part, 16) for part in raw.replace("\\", "").split("u") if part]
    if len(values) == 1:
        return chr(values[0])
    high, low = values
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

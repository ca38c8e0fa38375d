"""What a pattern can match, read off its parse tree: how wide, and a simpler superset for the first pass.

The superset ("sketch") is a bytes expression for Vectorscan over Latin-1 text in which every other character became
`?`. It must hit inside or one character after everything the pattern matches; hitting more often only costs time.
Uses the standard library's own pattern parser, which is not a documented interface, hence this one file; a pattern
it can't read has no shape, and its rule falls back to its keywords.
"""

import math
import re
import warnings
from dataclasses import dataclass
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ENOUGH_BITS = 40.0
"""A sketch stops once it is this selective: longer ones cost compile time and find nothing less."""

WIDE_CLASS_WORTH = 0.25
"""What a bit counts towards that when it comes from a class of over 16 characters: in encoded data, where such classes
always match, a sketch of little else would hit at every byte."""

WIDTH_CAP = 32_768
"""The widest match any rule may have, characters. `rulecheck` refuses unbounded patterns; this holds regardless."""

_LONGEST_GAP = 256
"""A varying stretch longer than this ends a sketch: its automaton would be large and say little."""

_SHORT_BRANCH = 40
"""Alternatives no wider than this are kept whole, so that what follows them can be looked for too."""

_NAMED_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_CATEGORY_SIZES = {r"\d": 10, r"\D": 90, r"\s": 6, r"\S": 94, r"\w": 63, r"\W": 33}
_ALPHABET = 100.0
_REPLACED = 0x3F  # "?", what a character outside Latin-1 became


@dataclass(frozen=True, slots=True)
class Shape:
    """`width` is the widest match; `reach` the widest stretch before a hit of `sketch` in which a match can start.

    `bits` estimates the sketch's selectivity: it hits a random position with probability 2**-bits. `anchor` is the
    longest run of literal characters that every match of it holds; the first pass is fast where there is one.
    `bounded` is False when the pattern holds a repeat without an upper bound.
    """

    width: int
    sketch: bytes
    reach: int
    bits: float
    bounded: bool
    anchor: int


@dataclass(slots=True)
class _Piece:
    text: str = ""
    bits: float = 0.0
    worth: float = 0.0  # bits, discounted where they come from wide classes
    width: int = 0
    anchor: int = 0  # longest run of literals in whatever it matches
    stop: bool = False  # nothing may be appended: the rest of the pattern was cut off


def shape_of(pattern: str) -> Shape | None:
    """The shape of a verbose pattern, or None when only the `regex` module can read it."""
    plain = _NAMED_GROUP.sub("(?:", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parser.parse(plain, re.VERBOSE | re.ASCII)
    except (re.error, RecursionError, OverflowError):
        return None
    return _Shaper(tree).shape()


def _is_bounded(tree: Any) -> bool:
    for op, arg in tree:
        name = str(op)
        if name.endswith("_REPEAT") and arg[1] == parser.MAXREPEAT:
            return False
        if not all(_is_bounded(child) for child in _children(name, arg)):
            return False
    return True


def _children(name: str, arg: Any) -> list[Any]:
    if name == "SUBPATTERN":
        return [arg[3]]
    if name == "BRANCH":
        return list(arg[1])
    if name.endswith("_REPEAT"):
        return [arg[2]]
    if name == "ATOMIC_GROUP":
        return [arg]
    return []


def _one_class(tree: Any) -> list[str] | None:
    """The members of a one-character pattern as class items, or None when it isn't one or is negated."""
    items = list(tree)
    if len(items) != 1:
        return None
    name, arg = str(items[0][0]), items[0][1]
    if name == "LITERAL":
        return _range(arg, arg)
    if name == "IN" and str(arg[0][0]) != "NEGATE":
        return _members(arg)[0]
    return None


def _negate(members: list[str]) -> str:
    """Any byte but these; `?` always passes, for it may stand for a character that isn't among them."""
    kept = [item for item in members if item != r"\x3f"]
    return f"[^{''.join(kept)}]" if kept else r"[\x00-\xff]"


def _range(low: int, high: int) -> list[str]:
    """Class items for a code point range: the Latin-1 part, and `?` for what lies beyond it."""
    items = []
    if low <= 0xFF:
        end = min(high, 0xFF)
        if low <= _REPLACED <= end and low != end:  # keep `?` apart, so that `_negate` can find it
            items += _range(low, _REPLACED - 1) if low < _REPLACED else []
            items += [r"\x3f"] + (_range(_REPLACED + 1, end) if end > _REPLACED else [])
        else:
            items.append(rf"\x{low:02x}" if low == end else rf"\x{low:02x}-\x{end:02x}")
    if high > 0xFF:
        items.append(r"\x3f")
    return items


def _members(items: Any) -> tuple[list[str], int]:
    out: list[str] = []
    size = 0
    for op, arg in items:
        name = str(op)
        if name == "LITERAL":
            out += _range(arg, arg)
            size += 1
        elif name == "RANGE":
            out += _range(*arg)
            size += arg[1] - arg[0] + 1
        elif name == "CATEGORY":
            category = _CATEGORIES[str(arg)]
            out.append(category)
            size += _CATEGORY_SIZES[category]
    return out, size


def _class(items: Any, flags: int) -> _Piece:
    negated = str(items[0][0]) == "NEGATE"
    members, size = _members(items[1:] if negated else items)
    text = _negate(members) if negated else f"[{''.join(members)}]"
    size = max(1, 256 - size if negated else size)
    bits = _bits(size, flags)
    return _Piece(_cased(text, flags), bits, bits * (WIDE_CLASS_WORTH if size > 16 else 1), 1)


def _bits(size: float, flags: int) -> float:
    return max(0.0, math.log2(_ALPHABET / min(size * (2 if flags & re.IGNORECASE and size < 27 else 1), _ALPHABET)))


def _cased(text: str, flags: int) -> str:
    return f"(?i:{text})" if flags & re.IGNORECASE else text


class _Shaper:
    """One pattern's items, split in leading assertions, body and trailing assertions."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.flags = int(tree.state.flags)
        items = list(tree)
        first = next((n for n, item in enumerate(items) if str(item[0]) not in _ZERO_WIDTH), len(items))
        last = next((n for n in range(len(items), first, -1) if str(items[n - 1][0]) not in _ZERO_WIDTH), first)
        self.before, self.body, self.after = items[:first], items[first:last], items[last:]

    def shape(self) -> Shape:
        lead, extra = self._lead(), 1
        body = list(self.body)
        if len(body) > 1 and (repeat := _variable(body[0])) and any(_item(i, self.flags, 1e9).bits for i in body[1:]):
            low, high, inner = repeat  # what starts with any number of x needs only the last few x before the rest
            body[0] = (_REPEAT, (low, low, inner))
            extra += _width(inner) * (min(high, WIDTH_CAP) - low)
            lead = ""
        trimmed = bool(body) and _variable(body[-1]) is not None
        if trimmed:
            low, _, inner = _variable(body[-1]) or (0, 0, None)
            body[-1] = (_REPEAT, (low, low, inner))
        piece = _sequence(body, self.flags, ENOUGH_BITS)
        if not piece.stop and not trimmed:
            piece.text += self._tail()
            piece.width += 1
        width = min(_width(self.tree), WIDTH_CAP)
        reach = min(piece.width + extra, WIDTH_CAP)
        return Shape(
            width, (lead + piece.text).encode("latin-1"), reach, piece.bits, _is_bounded(self.tree), piece.anchor
        )

    def _lead(self) -> str:
        """A leading negative look-behind of one character, as that character consumed: exact, and far fewer hits."""
        for op, arg in self.before:
            if str(op) == "ASSERT_NOT" and arg[0] < 0 and (chars := _one_class(arg[1])):
                return rf"(?:\A|{_negate(chars)})"
        return ""

    def _tail(self) -> str:
        """A trailing negative look-ahead of one character, likewise."""
        for op, arg in self.after:
            if str(op) == "ASSERT_NOT" and arg[0] > 0 and (chars := _one_class(arg[1])):
                return rf"(?:\z|{_negate(chars)})"
        return ""


_ZERO_WIDTH = ("ASSERT", "ASSERT_NOT", "AT")
_REPEAT = "MAX_REPEAT"


def _width(tree: Any) -> int:
    return int(tree.getwidth()[1])


def _variable(item: Any) -> tuple[int, int, Any] | None:
    """(least, most, body) of an item that repeats a varying number of times, also inside plain groups."""
    name, arg = str(item[0]), item[1]
    if name == "SUBPATTERN" and len(arg[3]) == 1 and not (arg[1] or arg[2]):
        return _variable(arg[3][0])
    if name.endswith("_REPEAT") and arg[0] != arg[1]:
        return arg[0], arg[1], arg[2]
    return None


def _sequence(items: list[Any], flags: int, budget: float) -> _Piece:
    out = _Piece()
    run = 0
    for item in items:
        piece = _item(item, flags, budget - out.worth)
        run = run + 1 if str(item[0]) == "LITERAL" else 0
        out.anchor = max(out.anchor, piece.anchor, run)
        out.text += piece.text
        out.bits += piece.bits
        out.worth += piece.worth
        out.width += piece.width
        if piece.stop or out.worth >= budget:
            out.stop = True
            break
    return out


def _item(item: Any, flags: int, budget: float) -> _Piece:
    name, arg = str(item[0]), item[1]
    match name:
        case "LITERAL":
            bits = _bits(1, flags)
            return _Piece(_cased(_range(arg, arg)[0], flags), bits, bits, 1)
        case "NOT_LITERAL":
            return _Piece(_negate(_range(arg, arg)), width=1)
        case "ANY":
            return _Piece(r"[\x00-\xff]" if flags & re.DOTALL else r"[^\n]", width=1)
        case "IN":
            return _class(arg, flags)
        case "SUBPATTERN":
            piece = _sequence(list(arg[3]), (flags | arg[1]) & ~arg[2], budget)
            piece.text = f"(?:{piece.text})"
            return piece
        case "ATOMIC_GROUP":
            return _sequence(list(arg), flags, budget)
        case "BRANCH":
            return _branch(arg[1], flags, budget)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeat(arg[0], arg[1], list(arg[2]), flags, budget)
        case "ASSERT" | "ASSERT_NOT" | "AT":
            return _Piece()  # dropped: a superset
        case _:
            return _Piece(stop=True)  # back-references and conditionals: cut here


def _branch(branches: Any, flags: int, budget: float) -> _Piece:
    short = all(_width(branch) <= _SHORT_BRANCH for branch in branches)
    pieces = [_sequence(list(branch), flags, math.inf if short else budget) for branch in branches]
    return _Piece(
        "(?:" + "|".join(piece.text for piece in pieces) + ")",
        min(piece.bits for piece in pieces),
        min(piece.worth for piece in pieces),
        max(piece.width for piece in pieces),
        min(piece.anchor for piece in pieces),
        any(piece.stop for piece in pieces),
    )


def _repeat(low: int, high: int, body: list[Any], flags: int, budget: float) -> _Piece:
    one = _sequence(body, flags, math.inf)
    if one.stop:
        return one if low else _Piece(stop=True)
    if one.worth and low * one.worth > budget:  # selective enough: cut inside the repeat
        return _times(one, max(1, math.ceil(budget / one.worth)), None)
    if high is parser.MAXREPEAT or (high - low) * max(one.width, 1) > _LONGEST_GAP:
        return _times(one, low, None)
    return _times(one, low, high)


def _times(one: _Piece, low: int, high: int | None) -> _Piece:
    """The piece `low` to `high` times; None for high cuts the sketch after `low` of them."""
    most = low if high is None else high
    count = f"{{{low}}}" if low == most else f"{{{low},{most}}}"
    text = f"(?:{one.text}){count}" if most else ""
    anchor = one.anchor if low else 0
    return _Piece(text, low * one.bits, low * one.worth, most * one.width, anchor, high is None)

"""Writes a value the way its pseudonym was written: gaps, digits' groups, percent signs, entities, escapes.

The value keeps its own letter case. `depth` is how many string literals enclose the place, each of which escapes once
more; what the form itself shows of escapes counts too, where nothing else tells.
"""

import html
import json
import re
from typing import Final
from urllib.parse import quote

from proxy.restore.form import GROUPS, WORDS, Unit, leading_slashes, units
from proxy.restore.lexicon import Match
from proxy.restore.pair import Pair

_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_GROUPS: Final = re.compile(r"[+(]?[0-9A-Za-z][0-9A-Za-z \-.()\xa0]*")
_QUOTED: Final = frozenset('"/\\')


def write(form: str, match: Match, depth: int | None) -> str:
    """Return the value as it belongs in the place of `form`; with no `depth` in that of a token of JSON."""
    if depth is None:
        written = write(form, match, 0)
        return as_token(written) if form.isdecimal() else written
    pair = match.pair
    if form == pair.surrogate:
        return _escape(pair.value, depth, False)
    if match.grouped:
        return _write_groups(form, pair, depth)
    return _write_words(list(units(WORDS, form)), form, pair, depth)


def as_token(text: str) -> str:
    """Return what may stand in the place of a JSON number: the number, else a string of it."""
    return text if _JSON_NUMBER.fullmatch(text) else json.dumps(text)


def _write_groups(form: str, pair: Pair, depth: int) -> str:
    """The value's digits in the form's groups, if there are as many; else the value."""
    value = pair.value if form[0].isalnum() == pair.surrogate[0].isalnum() else pair.value.lstrip("+(")
    digits = [char for char in value if char.isalnum()]
    places = [unit for unit in units(GROUPS, form) if unit.reading.isalnum()]
    if len(digits) != len(places) or not _GROUPS.fullmatch(value):
        return _escape(value, depth, False)
    pieces: list[str] = []
    done = 0
    for unit, digit in zip(places, digits, strict=True):
        pieces += form[done : unit.start], digit
        done = unit.end
    return "".join(pieces)


def _write_words(parts: list[Unit], form: str, pair: Pair, depth: int) -> str:
    """The value's words between the form's gaps, if they are as many; else the value as it is."""
    gaps = [form[unit.start : unit.end] for unit in parts if unit.kind == "gap"]
    own = [pair.surrogate[unit.start : unit.end] for unit in units(WORDS, pair.surrogate) if unit.kind == "gap"]
    words = pair.value.split() if gaps != own else [pair.value]
    if gaps != own and len(words) != len(gaps) + 1:
        words = [pair.value]
    written = [_write_word(word, parts, form, depth) for word in words]
    if len(words) == len(gaps) + 1:
        return written[0] + "".join(gap + word for gap, word in zip(gaps, written[1:], strict=True))
    # An emphasis that began before goes on behind.
    return written[0] + ("" if gaps == own else "".join(char for gap in gaps for char in gap if char == "*"))


def _write_word(word: str, parts: list[Unit], form: str, depth: int) -> str:
    kinds = {_kind(unit, form) for unit in parts}
    if "percent" in kinds:
        return quote(word, safe="")
    if "entity" in kinds:
        word = html.escape(word)
    marks = {form[unit.end - 1] for unit in parts if unit.kind == "mark"} - _QUOTED
    word = "".join(f"\\{char}" if char in marks else char for char in word)
    return _escape(word, max(depth, _shown_depth(parts, form)), "code" in kinds)


def _kind(unit: Unit, form: str) -> str:
    """What a unit shows of how the form is written; gaps have spellings too."""
    if unit.kind == "gap":
        raw = form[unit.start : unit.end]
        return "percent" if "%" in raw or raw == "+" else "entity" if "&" in raw else "gap"
    return unit.kind


def _shown_depth(parts: list[Unit], form: str) -> int:
    """How deep the form's own escapes say that it stands: each level doubles the backslashes."""
    depth = 0
    for unit in parts:
        raw = form[unit.start : unit.end]
        if unit.kind == "code" or (unit.kind == "mark" and raw[-1] in _QUOTED):
            depth = max(depth, leading_slashes(raw).bit_length())
    return depth


def _escape(text: str, depth: int, ascii_only: bool) -> str:
    for _ in range(depth):
        text = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    return text

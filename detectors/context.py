"""Context words made runnable: the pattern that finds them beside a match, and what the first pass looks for.

A context word is a whole word, any case, also as a hump of a camelCase name and before digits; a space in it also
stands for `_`, `-` or nothing. Scripts without case (Chinese, Thai, Arabic) don't set words apart, so theirs need no
boundary.
"""

from collections.abc import Iterable

import regex

_BEGIN, _END = r"(?:(?<![^\W_])|(?<=[a-z0-9])(?=[A-Z]))", r"(?:(?![^\W\d_])|(?<=[a-z])(?=[A-Z]))"
_FIRST_PASS_GAP = rb"""(?:[^0-9\x0a]{0,14}|["']?\x0d?\x0a["']?)[0-9](?:[ ./-]?[0-9]){5}"""
_LEAST_ASCII = 3
"""Words with fewer ASCII characters are mostly `?` to the first pass; it then asks for a value right behind them."""
_SHORT_CHARS = 5
"""Words up to this long stand inside others too often to be looked for without their boundaries."""


def words_pattern(words: tuple[str, ...]) -> "regex.Pattern[str] | None":
    """Finds any of the words; None without words."""
    if not words:
        return None
    bounds: dict[tuple[str, str], list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        begin, end = "" if _is_caseless(word[0]) else _BEGIN, "" if _is_caseless(word[-1]) else _END
        bounds.setdefault((begin, end), []).append(_body(word))
    # bounds are said once, not per word: many times faster
    return regex.compile("|".join(f"{begin}(?i:{'|'.join(all_of)}){end}" for (begin, end), all_of in bounds.items()))


def _body(word: str) -> str:
    return r"[\s_-]*".join(regex.escape(part, special_only=True) for part in word.split())


def _is_caseless(character: str) -> bool:
    return character.isalpha() and character.lower() == character.upper()


def words_expression(words: tuple[str, ...]) -> bytes:
    """For the first pass, over Latin-1: hits within or right behind every place where `words_pattern` would match."""
    weak = [word for word in words if not word.isascii() and sum(c.isascii() for c in word) < _LEAST_ASCII]
    strong = [word for word in words if word not in weak]
    short = [word for word in strong if len(word) <= _SHORT_CHARS]
    parts = [
        b"(?i:" + _any(_literals(word) for word in strong if word not in short) + b")",
        rb"(?:\A|[^A-Za-z0-9])(?i:" + _any(_literals(word) for word in short) + rb")(?:\z|[^a-z])",
        rb"[a-z](?:" + _any(_literal(hump) for word in short for hump in _humps(word)) + rb")(?:\z|[^a-z])",
        b"(?i:" + _any(_literals(word) for word in weak) + b")" + _FIRST_PASS_GAP,
    ]
    return b"|".join(part for part in parts if b"(?:)" not in part)


def _any(expressions: Iterable[bytes]) -> bytes:
    return b"(?:" + b"|".join(expressions) + b")"


def _humps(word: str) -> tuple[str, ...]:
    """How a short word ends a name in camel case: `customerBsn`, `customerBSN`."""
    return (word.capitalize(), word.upper()) if word.isascii() and word.isalpha() else ()


def _literals(word: str) -> bytes:
    return rb"[ _-]?".join(_literal(part) for part in word.split())


def _literal(text: str) -> bytes:
    return b"".join(map(_character, text))


def _character(character: str) -> bytes:
    """The byte of a character; of letters beyond ASCII either case, which the first pass doesn't know to be one."""
    cases = {character} if character.isascii() else {character, character.swapcase()}
    forms = {b"\\x%02x" % case.encode("latin-1", "replace")[0] for case in cases}
    return b"[" + b"".join(sorted(forms)) + b"]" if len(forms) > 1 else forms.pop()

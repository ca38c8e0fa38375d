"""Context words made runnable: the pattern that finds them beside a match, and what the first pass looks for.

A context word is a whole word, any case, also as a hump of a camelCase name and before digits; a space in it also
stands for `_`, `-` or nothing. Scripts without case (Chinese, Thai, Arabic) don't set words apart, so theirs need no
boundary.
"""

import regex

_BEGIN, _END = r"(?:(?<![^\W_])|(?<=[a-z0-9])(?=[A-Z]))", r"(?:(?![^\W\d_])|(?<=[a-z])(?=[A-Z]))"
_FIRST_PASS_GAP = rb"[^0-9A-Za-z\x0a]{0,24}[0-9A-Z]"
_LEAST_ASCII = 3
"""Words with fewer ASCII characters are mostly `?` to the first pass; it then asks for a value right behind them."""


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
    return b"|".join(_expression(word) for word in words)


def _expression(word: str) -> bytes:
    body = rb"[\s_-]{0,3}".join(_literal(part) for part in word.split())
    if sum(character.isascii() for character in word) < _LEAST_ASCII:
        return b"(?:" + body + _FIRST_PASS_GAP + b")"
    humps = rb"[a-z0-9]" + _literal(word[0].upper()) + rb"(?i:" + _rest(word) + rb")"
    return rb"(?:(?:(?:\A|[^A-Za-z0-9])(?i:" + body + rb")|" + humps + rb")(?:\z|[^a-z]))"


def _rest(word: str) -> bytes:
    first, *others = word.split()
    parts = [_literal(first[1:]), *(_literal(part) for part in others)]
    return rb"[\s_-]{0,3}".join(part for part in parts if part)


def _literal(text: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in text.encode("latin-1", "replace"))

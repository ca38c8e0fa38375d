"""Context words made runnable: the pattern that finds them beside a match, and what the first pass looks for.

A context word is a whole word, any case, also as a hump of a camelCase name and before digits; a space in it also
stands for `_`, `-` or nothing. Scripts without case (Chinese, Thai, Arabic) don't set words apart, so theirs need no
boundary.
"""

from collections.abc import Iterable, Iterator

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


def word_expressions(words: Iterable[str]) -> list[bytes]:
    """For the first pass, over Latin-1: hits within or one character behind every place where `words_pattern` would
    match. One or two for each word, since an alternation of many runs many times slower, and equal ones are shared.
    """
    return [expression for word in words for expression in _expressions(word)]


def _expressions(word: str) -> Iterator[bytes]:
    least = 0 if sum(c.isascii() and c.isalnum() for c in word) >= _LEAST_ASCII else 1  # else any `?????` would do
    body = (rb"[\s_-]{%d,3}" % least).join(_literal(part) for part in word.split())
    if not word.isascii() and sum(character.isascii() for character in word) < _LEAST_ASCII:
        yield b"(?i:" + body + b")" + _FIRST_PASS_GAP
    elif len(word) > _SHORT_CHARS:
        yield b"(?i:" + body + rb")(?:[^a-z]|$)"
    else:
        yield rb"(?:^|[^A-Za-z0-9])(?i:" + body + rb")(?:[^a-z]|$)"
        if word.isascii() and word.isalpha():
            yield from (rb"[a-z0-9]" + _literal(hump) + rb"(?:[^a-z]|$)" for hump in _humps(word))


def _humps(word: str) -> tuple[str, ...]:
    """How a short word ends a name in camel case: `customerBsn`, `customerBSN`."""
    return (word.capitalize(), word.upper())


def _literal(text: str) -> bytes:
    return b"".join(_character(character) for character in text)


def _character(character: str) -> bytes:
    """One character; of a letter beyond ASCII both cases, since the first pass knows those of ASCII alone."""
    cases = [character] if character.isascii() else sorted({character.lower(), character.upper()})
    codes = [b"\\x%02x" % byte for case in cases for byte in case.encode("latin-1", "replace")[:1]]
    return codes[0] if len(codes) == 1 else b"[" + b"".join(codes) + b"]"

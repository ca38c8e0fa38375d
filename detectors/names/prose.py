"""Which parts of a text are worth a model's time: prose. A tagger sees names in code where there are none."""

import regex

SEEN_CHARS = 4000
"""The beginning of a text tells what it is."""

_WORD = regex.compile(r"(?<![\w.$/\\])[A-Za-z\u00c0-\u024f'’]{2,20}(?=[ ,.;:!?)\n]|$)")


def spans(text: str) -> list[tuple[int, int]]:
    """The parts worth reading, as (start, end), in order: for now all of a text or nothing of it."""
    return [(0, len(text))] if is_prose(text) else []


def is_prose(text: str) -> bool:
    """At least two words, and most of the text in plain words."""
    words = _WORD.findall(text, 0, SEEN_CHARS)
    letters = sum(len(word) + 1 for word in words)
    return len(words) >= 2 and letters * 10 >= min(len(text), SEEN_CHARS) * 6

"""The word that was probably meant, for messages about one that is unknown. Pure."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` for the closest of the `known` words, or "" when none is close."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""

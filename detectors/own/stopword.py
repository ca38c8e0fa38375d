"""Words that tell nobody from anybody: as a value that is a finding alone they would be found everywhere."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from detectors.guards.notname import NOT_NAMES
from detectors.names.gazetteer import GIVEN, bundled
from detectors.own.alphabet import of_value

_WORDS = Path(__file__).parent.parent / "checks" / "bip39.txt"
"""The 2,048 plain English words of BIP-39."""


def stop_words(more: str) -> frozenset[str]:
    """Given names, everyday words and those of `more`, folded as values are."""
    return _known() | _folded(more.split())


@cache
def _known() -> frozenset[str]:
    known = bundled()
    given_names = (word for word in known if known[word][GIVEN] >= "2")
    return _folded([*given_names, *NOT_NAMES, *_WORDS.read_text(encoding="utf-8").split()])


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset("".join(map(of_value, word)) for word in words)

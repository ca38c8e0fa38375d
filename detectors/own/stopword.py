"""Words that tell nobody from anybody: as a value that is a finding alone they would be found everywhere."""

from pathlib import Path

from detectors.guards.notname import NOT_NAMES
from detectors.names.gazetteer import GIVEN, bundled
from detectors.own.alphabet import of_value

_WORDS = Path(__file__).parent.parent / "checks" / "bip39.txt"
"""The 2,048 plain English words of BIP-39."""


def stop_words(more: str) -> frozenset[str]:
    """Given names, everyday words and those of `more`, folded as values are."""
    known = bundled()
    given_names = (word for word in known if known[word][GIVEN] >= "2")
    words = [*given_names, *NOT_NAMES, *_WORDS.read_text(encoding="utf-8").split(), *more.split()]
    return frozenset("".join(map(of_value, word)) for word in words)

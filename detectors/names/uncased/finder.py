"""Finds persons' names in scripts without capitals, piece by piece, for as long as the allowance lasts."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from detectors.evidence import Evidence
from detectors.guards.code import is_amid_code, is_in_fixture
from detectors.names.author import Credits
from detectors.names.named import Allowance, Entity, Named
from detectors.names.surrounding import kind_of
from detectors.names.uncased import lists
from detectors.names.uncased.candidate import Candidate, Reader, best, joined
from detectors.names.uncased.chinese import Chinese
from detectors.names.uncased.japanese import Japanese
from detectors.names.uncased.korean import Korean
from detectors.names.uncased.spaced import Spaced
from detectors.names.uncased.thai import Thai

PIECE_CHARS: Final = 1_000
"""So much is read between two looks at the allowance."""

PAUSE_CHARS: Final = 200
"""So far behind a piece's length a pause is looked for, so that it cuts no name."""

LEAST: Final = 0.7
"""Score from which a name is told."""

_PUBLISHED: Final = Evidence("author", "published with the work", 0.0)
_SCRIPTS: Final[Sequence[tuple[str, tuple[Callable[[lists.Lists], Reader], ...]]]] = (
    ("\u4e00-\u9fff", (Chinese, Japanese)),
    ("\u30a1-\u30fa", (Japanese,)),
    ("가-힣", (Korean,)),
    ("\u0590-\u06ff\u0750-\u077f\u0900-\u0dff\u10a0-\u10ff", (Spaced,)),
    ("\u0e01-\u0e4e", (Thai,)),
)
_PAUSE: Final = re.compile("[\n。！？;；]|[.!?] ")
_SHORT_PAUSE: Final = re.compile(r"[,，、:：\s]")
_ANY: Final = re.compile(f"[{''.join(letters for letters, _ in _SCRIPTS)}]")


class Uncased:
    """Reads texts in any of the scripts; what they have in common is that nothing in them is capitalised."""

    def __init__(self) -> None:
        self._readers: list[tuple[re.Pattern[str], Reader]] = []

    def load(self) -> None:
        if self._readers:
            return
        bundled = lists.bundled()
        letters: dict[Callable[[lists.Lists], Reader], str] = {}
        for some, readers in _SCRIPTS:
            for reader in readers:
                letters[reader] = letters.get(reader, "") + some
        self._readers = [(re.compile(f"[{some}]"), reader(bundled)) for reader, some in letters.items()]

    def find(self, text: str, allowance: Allowance) -> Iterator[Named]:
        """Persons' names in `text`, in order. A text without a letter of these scripts costs one look."""
        if text.isascii() or (first := _ANY.search(text)) is None:
            return
        self.load()
        credits_ = Credits(text)
        for start, end in _pieces(text, first.start()):
            if allowance.is_spent():
                allowance.unread = True
                return
            found: list[Candidate] = []
            for letters, reader in self._readers:
                if letters.search(text, start, end):
                    found += reader.candidates(text, start, end)
            for candidate in best(joined(text, found), LEAST):
                named = _named(text, candidate, credits_)
                if named is not None:
                    yield named


def _pieces(text: str, start: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the pieces that a text is read in."""
    while start < len(text):
        low, high = start + PIECE_CHARS, start + PIECE_CHARS + PAUSE_CHARS
        pause = _PAUSE.search(text, low, high) or _SHORT_PAUSE.search(text, low, high)
        end = pause.end() if pause is not None else min(len(text), low)
        yield start, end
        start = end


def _named(text: str, candidate: Candidate, credits_: Credits) -> Named | None:
    start, end = candidate.start, candidate.end
    kind = kind_of(text, start, end)
    if kind in ("string", "data", "code") and is_in_fixture(text, start, end):
        return None
    told: Entity = "PERSON"
    evidence = candidate.parts
    if credits_.name(start, end, kind == "comment" or is_amid_code(text, start, end)):
        told, evidence = "PUBLIC_PERSON", (*evidence, _PUBLISHED)
    return Named(start, end, told, round(candidate.score, 3), evidence)

"""Makes an index of source code: texts of files in, fingerprints kept by winnowing out (Schleimer, Wilkerson and Aiken,
SIGMOD 2003). What other code has too is left out; no text and no name of a file is kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detectors.own import kept
from detectors.own.array import NO_NUMBERS, Numbers, among
from detectors.own.bloom import Bloom
from detectors.own.code import WINDOW_GRAMS, CodeReader
from detectors.own.codeprint import TAGS
from detectors.own.owned import Naming
from detectors.own.secret import Secret
from detectors.own.tag import Tagger

LEAST = 4
"""Different fingerprints that make a finding: fewer, some ten words in a row, are what any two programs may share."""

LEAST_CHARS = 60
COMMON_FILES = 8
COMMON_SHARE = 0.1
"""A fingerprint in more files than both allow is a licence's or a generator's."""


@dataclass(slots=True)
class CodeReport:
    """Counts. `known` fingerprints are in the code to exclude as well, `common` in too many of the files."""

    files: int = 0
    empty: int = 0
    fingerprints: int = 0
    known: int = 0
    common: int = 0
    bytes: int = 0


def build(
    naming: Naming,
    texts: Iterable[str],
    known: Iterable[str],
    secret: Secret,
    path: Path,
    *,
    least: int = LEAST,
    on_text: Callable[[str], None] = lambda text: None,
) -> CodeReport:
    """Builds and writes an index of `texts` without what `known` texts have; `on_text` hears each text read."""
    reader = CodeReader(secret)
    report = CodeReport()
    parts: list[tuple[Numbers, Numbers]] = []
    for text in texts:
        selected = _selected(reader, text)
        report.files += 1
        report.empty += not len(selected[0])
        parts.append(selected)
        on_text(text)
    hashes, places, files = np.unique(
        np.concatenate([NO_NUMBERS, *(part[0] for part in parts)]), return_index=True, return_counts=True
    )
    seconds = np.concatenate([NO_NUMBERS, *(part[1] for part in parts)])[places]
    common = files > max(COMMON_FILES, COMMON_SHARE * report.files)
    others = _found_in(reader, known, hashes, on_text) & ~common
    report.common, report.known = int(common.sum()), int(others.sum())
    kept_ones = ~common & ~others
    hashes, seconds = hashes[kept_ones], seconds[kept_ones]
    tags = np.unique(Tagger(secret.tagging(naming.id, TAGS)).tags(hashes, seconds))
    report.fingerprints = len(tags)
    private = {"least": least, "shortest": LEAST_CHARS, "files": report.files}
    filters = [Bloom.of(hashes).to_bytes()]
    report.bytes = kept.write(path, secret, kept.SOURCE, naming, private, filters, [tags.astype("<u8").tobytes()])
    return report


def _selected(reader: CodeReader, text: str) -> tuple[Numbers, Numbers]:
    """The runs that winnowing keeps of a text, by both hashes, each once."""
    first, second = [NO_NUMBERS], [NO_NUMBERS]
    for grams in reader.grams(text):
        windows = np.lib.stride_tricks.sliding_window_view(grams.hashes, min(WINDOW_GRAMS, len(grams.hashes)))
        chosen = np.unique(np.arange(len(windows)) + windows.argmin(axis=1))
        first.append(grams.hashes[chosen])
        second.append(grams.second[chosen])
    hashes, places = np.unique(np.concatenate(first), return_index=True)
    return hashes, np.concatenate(second)[places]


def _found_in(
    reader: CodeReader, texts: Iterable[str], hashes: Numbers, on_text: Callable[[str], None]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of the sorted hashes some text has."""
    found = np.zeros(len(hashes), np.bool_)
    for text in texts:
        for grams in reader.grams(text):
            found[np.searchsorted(hashes, grams.hashes[among(grams.hashes, hashes)])] = True
        on_text(text)
    return found

"""Presidio's recognizers on small windows: the only importer of presidio_analyzer, and not before a window needs one.

The import costs a second and 100 MB, so it happens in the scan workers' warm-up. Nothing here downloads: tldextract,
which judges e-mail domains, is held to the suffix list in its own wheel.
"""

import inspect
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

WINDOW_CHARS = 2000
"""Presidio's cost per character grows with the text (its context step is quadratic), so longer windows are cut."""

OVERLAP_CHARS = 250


class Recognizer:
    """One predefined Presidio recognizer by class name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def load(self) -> None:
        """Imports and builds it, tables included. Raises ValueError when Presidio has no recognizer of that name."""
        _analyze(self.name, "warm@up.example.com, 536-90-4399, +1 212 555 0100")

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, float]]:
        """(start, end, Presidio's score) in text[start:end]; values cut by a window's edge are left out."""
        seen: set[tuple[int, int]] = set()
        for low, high in _cut(start, end):
            for found in _analyze(self.name, text[low:high]):
                span = (low + found[0], low + found[1])
                is_cut = (span[0] == low > 0) or (span[1] == high < len(text))
                if not is_cut and span not in seen:
                    seen.add(span)
                    yield (*span, found[2])


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > WINDOW_CHARS:
        yield start, start + WINDOW_CHARS
        start += WINDOW_CHARS - OVERLAP_CHARS
    yield start, end


def _analyze(name: str, window: str) -> list[tuple[int, int, float]]:
    recognizer = _load(name)
    results = recognizer.analyze(window, recognizer.supported_entities, None)
    return sorted((result.start, result.end, result.score) for result in results)


@cache
def _load(name: str) -> Any:
    import presidio_analyzer.predefined_recognizers as predefined

    _stay_offline()
    found = getattr(predefined, name, None)
    if not inspect.isclass(found) or not hasattr(found, "analyze"):
        raise ValueError(f"recognizer, expected a Presidio recognizer's class name, found {name!r}")
    return found()


@cache
def _suffixes() -> Any:
    import tldextract

    return tldextract.TLDExtract(
        cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True, cache_fetch_timeout=0.0
    )


@lru_cache(maxsize=4096)
def is_domain(name: str) -> bool:
    """Whether a name could be registered: something under a suffix of the public list in tldextract's wheel."""
    found = _suffixes()(name)
    return bool(found.suffix and found.domain)


def _stay_offline() -> None:
    """Points tldextract's module-level extractor, which fetches and caches a list, at the bundled snapshot."""
    import tldextract.tldextract as module

    module.TLD_EXTRACTOR = _suffixes()

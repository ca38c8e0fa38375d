"""Presidio's recognizers on small windows: the only importer of presidio_analyzer, and not before a window needs one.

The import costs a second and 100 MB, so it happens in the scan workers' warm-up. Nothing here downloads: tldextract,
which judges e-mail domains, is held to the suffix list in its own wheel.
"""

import inspect
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

WINDOW_CHARS = 2000
"""Presidio's cost per character grows with the text (its context step is quadratic), so longer windows are cut."""

OVERLAP_CHARS = 250

CONTEXT_CHARS = 60
CONTEXT_BOOST, CONTEXT_LEAST = 0.35, 0.4
"""What one of a recognizer's own context words before a value adds to its score, and gives at least: Presidio's own
figures. Presidio itself looks for them among spaCy's lemmas, which a window without a model doesn't have."""

_NAME = re.compile(r"(\w+)(?:\[([A-Za-z, ]+)\])?")

_NOT_OURS = frozenset({"type", "enabled", "supported_languages"})
"""Keys of an operator's stanza that tell Presidio's registry whether and for which languages to make a recognizer."""


class Recognizer:
    """A Presidio recognizer.

    `name` is one of:
    - the class name of one that comes with Presidio, whatever its country: `UsBankRecognizer`;
    - that with the regions it shall know, where it takes some: `PhoneRecognizer[DE, FR]`;
    - one of an operator's own in Presidio's YAML format, by file and name: `own/recognizers.yaml#Zip code Recognizer`.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def load(self) -> None:
        """Imports and builds it, tables included. Raises ValueError when there is none of that name."""
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
    recognizer, context = _load(name)
    results = recognizer.analyze(window, recognizer.supported_entities, None) or []
    return sorted((found.start, found.end, _score(found, window, context)) for found in results)


def _score(found: Any, window: str, context: "re.Pattern[str] | None") -> float:
    if context is None or not context.search(window, max(0, found.start - CONTEXT_CHARS), found.start):
        return float(found.score)
    return float(max(min(1.0, found.score + CONTEXT_BOOST), CONTEXT_LEAST))


@cache
def _load(name: str) -> tuple[Any, "re.Pattern[str] | None"]:
    """The recognizer, and the pattern of its context words if it has any."""
    _stay_offline()
    file, _, own_name = name.rpartition("#")
    recognizer = _read(Path(file), own_name) if file else _predefined(name)
    words = "|".join(re.escape(word) for word in recognizer.context or ())
    return recognizer, re.compile(rf"(?i)(?<![^\W_])(?:{words})(?![^\W\d_])") if words else None


def _predefined(name: str) -> Any:
    import presidio_analyzer.predefined_recognizers as predefined

    match = _NAME.fullmatch(name)
    found = getattr(predefined, match[1], None) if match else None
    if match is None or found is None or not inspect.isclass(found) or not hasattr(found, "analyze"):
        raise ValueError(f"recognizer, expected a Presidio recognizer's class name, found {name!r}")
    regions = {"supported_regions": re.findall("[A-Z]+", match[2].upper())} if match[2] else {}
    try:
        return found(**regions)
    except (TypeError, ValueError, ImportError) as err:
        raise ValueError(f"recognizer, expected one that can be made of {name!r}, found: {err}") from err


def _read(file: Path, name: str) -> Any:
    """The recognizer of that name in a file of Presidio's format."""
    from presidio_analyzer import PatternRecognizer
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(file)
        stanzas = [one for one in content["recognizers"] if one.get("name") == name]
        return PatternRecognizer.from_dict({key: value for key, value in stanzas[0].items() if key not in _NOT_OURS})
    except (OSError, YAMLError) as err:
        raise ValueError(f"recognizer, expected a readable YAML file at {file}, found: {err}") from err
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as err:
        raise ValueError(f"recognizer, expected one named {name!r} in Presidio's form in {file}, found: {err}") from err


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

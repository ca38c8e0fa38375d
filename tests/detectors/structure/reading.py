"""What a reader tells of a text, through its own gates, as (entry without the form's name, value)."""

from collections.abc import Iterable

from detectors.label import Reader
from detectors.prefilter import PlainPrefilter


def told(reader: Reader, text: str) -> list[tuple[str, str]]:
    hits = sorted(PlainPrefilter(list(reader.gates)).hits(text), key=lambda hit: hit[1])
    found = reader.read(text, hits) if hits else ()
    return [(one.entry.partition(":")[2], text[one.start : one.end]) for one in found]


def entries(form: str, names: str) -> frozenset[str]:
    return frozenset(f"{form}:{name}" for name in names.split())


def values(found: Iterable[tuple[str, str]]) -> list[str]:
    return [value for _, value in found]

"""spaCy packs that tests make themselves: blank pipelines with an entity ruler."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

PATTERNS = [
    {"label": "PERSON", "pattern": "Amara Roe"},
    {"label": "GPE", "pattern": "London"},
    {"label": "ORG", "pattern": "Acme"},
    {"label": "DATE", "pattern": "tomorrow"},
]


def make_pack(folder: Path, language: str = "en", patterns: Sequence[dict[str, Any]] = PATTERNS) -> str:
    """A pack that knows these names: four, one of them by a label that is none of ours. Made again, it is exchanged."""
    import spacy

    pipeline = spacy.blank(language)
    pipeline.add_pipe("entity_ruler").add_patterns(patterns)  # type: ignore[attr-defined]
    path = folder / "tiny"
    pipeline.to_disk(path)
    return str(path)

"""spaCy packs that tests make themselves: blank pipelines with an entity ruler."""

from pathlib import Path

PATTERNS = [
    {"label": "PERSON", "pattern": "Amara Roe"},
    {"label": "GPE", "pattern": "London"},
    {"label": "ORG", "pattern": "Acme"},
    {"label": "DATE", "pattern": "tomorrow"},
]


def make_pack(folder: Path, language: str = "en") -> str:
    """A pack that knows four names, one of them by a label that is none of ours."""
    import spacy

    pipeline = spacy.blank(language)
    pipeline.add_pipe("entity_ruler").add_patterns(PATTERNS)  # type: ignore[attr-defined]
    path = folder / "tiny"
    pipeline.to_disk(path)
    return str(path)

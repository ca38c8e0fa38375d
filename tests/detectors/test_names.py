"""Names, with a pack the test makes itself: a blank pipeline with an entity ruler."""

from pathlib import Path

import pytest

from detectors.names import MAX_CHARS, NameFinder, is_prose


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    import spacy

    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [
            {"label": "PERSON", "pattern": "Ada Lovelace"},
            {"label": "GPE", "pattern": "London"},
            {"label": "ORG", "pattern": "Acme"},
        ]
    )
    path = tmp_path_factory.mktemp("packs") / "tiny"
    pipeline.to_disk(path)
    return str(path)


def test_people_and_places_are_found_and_other_labels_are_not(pack: str) -> None:
    text = "Please ask Ada Lovelace of Acme, who lives in London, about the plan."
    found = [(text[name.start : name.end], name.entity) for name in NameFinder(pack).find(text)]
    assert found == [("Ada Lovelace", "PERSON"), ("London", "LOCATION")]


def test_long_texts_are_read_in_pieces_and_positions_hold(pack: str) -> None:
    text = "These are words and more words here. " * (MAX_CHARS // 30) + "Then came Ada Lovelace again."
    (name,) = NameFinder(pack).find(text)
    assert text[name.start : name.end] == "Ada Lovelace"


@pytest.mark.parametrize("pack", ["no-such-pack", "/no/such/folder"])
def test_a_missing_pack_is_the_operators_to_fix(pack: str) -> None:
    with pytest.raises(ValueError, match="names: pack, expected an installed spaCy package or a folder, found"):
        NameFinder(pack).load()


def test_a_folder_that_is_no_pack_is_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names: pack, expected"):
        NameFinder(str(tmp_path)).load()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please call Ada Lovelace about it tomorrow.", True),
        ("Ada Lovelace", True),
        ("ada", False),
        ("", False),
        ("def find(self, text: str) -> list[Named]:\n    return self.x[0].y(a, b)[1:]", False),
        ("src/main/java/org/Acme.java", False),
        ("0x7f3a9c 0x1 0x2 0x3", False),
    ],
)
def test_prose_is_told_from_code(text: str, expected: bool) -> None:
    assert is_prose(text) is expected


def test_code_is_not_read_at_all() -> None:
    assert NameFinder("no-such-pack").find("x = f(1)[2] + {3: 4}; y()") == []

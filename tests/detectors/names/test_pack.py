"""Names by a pack that the test makes itself: a blank pipeline with an entity ruler."""

import resource
from pathlib import Path

import pytest

from detectors.evidence import Evidence
from detectors.lexiconfile import NameLexicon
from detectors.names.named import Allowance, unlimited
from detectors.names.pack import PackFinder
from detectors.names.piece import PIECE_CHARS
from tests.detectors.names.packs import make_pack


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> PackFinder:
    return PackFinder(make_pack(tmp_path_factory.mktemp("packs")))


def test_persons_places_and_organisations_are_found_and_other_labels_are_not(finder: PackFinder) -> None:
    text = "Please ask Amara Roe of Acme, who lives in London, about the plan tomorrow."
    found = [(text[name.start : name.end], name.entity) for name in finder.find(text, unlimited())]
    assert found == [("Amara Roe", "PERSON"), ("Acme", "ORGANIZATION"), ("London", "LOCATION")]


def test_evidence_tells_the_pack_and_its_label_and_nothing_of_the_text(finder: PackFinder) -> None:
    (name,) = finder.find("They both live in London now", unlimited())
    assert [(one.kind, one.detail) for one in name.evidence] == [("model", "en_pipeline: GPE")]


def test_what_a_rule_base_says_of_names_holds_for_packs(finder: PackFinder) -> None:
    names = NameLexicon(public_figures=frozenset({"Amara Roe"}), not_names=frozenset({"London", "Acme"}))
    text = "Please ask Amara Roe of Acme about London, the library."
    found = PackFinder(finder._pack, names).find(text, unlimited())
    assert [(text[one.start : one.end], one.entity) for one in found] == [
        ("Amara Roe", "PUBLIC_PERSON"),
        ("Acme", "ORGANIZATION"),
    ]
    assert found[0].evidence[-1] == Evidence("gazetteer", "public_figures", 0.0)


def test_long_texts_are_read_in_pieces_and_positions_hold(finder: PackFinder) -> None:
    text = "These are words and more words here. " * (PIECE_CHARS // 10) + "Then came Amara Roe again."
    (name,) = finder.find(text, unlimited())
    assert text[name.start : name.end] == "Amara Roe"


def test_a_spent_allowance_leaves_the_rest_unread_and_says_so(finder: PackFinder) -> None:
    ticks = iter(range(1000))
    text = "Here is Amara Roe among words. " * (PIECE_CHARS // 4)
    with Allowance(8, lambda: float(next(ticks))) as allowance:
        found = finder.find(text, allowance)
    assert allowance.unread
    assert 0 < len(found) < text.count("Amara")
    assert len(finder.find(text, unlimited())) == text.count("Amara")


@pytest.mark.parametrize(
    ("pack", "told"),
    [
        ("en_core_web_xyz_sm", "python -m pip install en_core_web_xyz_sm"),
        ("de_core_news_lg", "python -m spacy download de_core_news_lg"),
        ("/no/such/folder", "expected a folder that holds a spaCy pack, found none at '/no/such/folder'"),
    ],
)
def test_a_missing_pack_is_the_operators_to_install(pack: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        PackFinder(pack).load()


def test_a_folder_that_is_no_pack_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="which can't be loaded"):
        PackFinder(str(tmp_path)).load()


def test_code_is_not_read_at_all(finder: PackFinder) -> None:
    assert finder.find('call("London", x = f(1)[2] + {3: 4}); y()', unlimited()) == []


def test_steps_that_names_do_not_need_are_left_out(tmp_path: Path) -> None:
    import spacy

    pipeline = spacy.blank("en")
    for name in ("ner", "tagger", "senter"):
        pipeline.add_pipe(name)
    pipeline.get_pipe("ner").add_label("PERSON")  # type: ignore[attr-defined]
    pipeline.get_pipe("tagger").add_label("NN")  # type: ignore[attr-defined]
    pipeline.initialize()
    pipeline.to_disk(tmp_path / "pack")
    finder = PackFinder(str(tmp_path / "pack"))
    finder.load()
    assert finder._pipeline.pipe_names == ["ner"]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_words_that_were_read(finder: PackFinder) -> None:
    """A vocabulary that keeps each word takes some 30 MB for these, which come to 600,000 words."""
    _read(finder, 0, 10_000)
    words, before = len(finder._pipeline.vocab.strings), _peak_bytes()
    _read(finder, 10_000, 110_000)
    assert len(finder._pipeline.vocab.strings) - words < 100
    assert _peak_bytes() - before < 8 << 20


def _read(finder: PackFinder, first: int, last: int) -> None:
    for number in range(first, last):
        word = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        assert finder.find(f"then {word}x came to {word}y and {word}z", unlimited()) == []


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

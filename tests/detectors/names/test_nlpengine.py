"""Presidio's NLP engines for real, with packs that the test makes; and nothing is ever fetched."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from detectors.names.named import Allowance, unlimited
from detectors.names.nlpengine import EngineFinder
from detectors.names.piece import PIECE_CHARS
from tests.detectors.names.packs import make_pack


def spacy_with(pack: str) -> dict[str, Any]:
    return {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": pack}]}


def engine_file(folder: Path, models: list[dict[str, Any]], **more: Any) -> str:
    file = folder / "engine.yaml"
    file.write_text(json.dumps({"nlp_engine_name": "spacy", "models": models, **more}))
    return str(file)


def test_an_engine_finds_and_maps_as_presidio_does(tmp_path: Path) -> None:
    mapped = {
        "model_to_presidio_entity_mapping": {"PERSON": "PERSON", "GPE": "LOCATION", "ORG": "ORGANIZATION"},
        "low_score_entity_names": ["ORGANIZATION"],
        "low_confidence_score_multiplier": 0.5,
        "default_score": 0.8,
        "labels_to_ignore": ["GPE", "DATE"],
    }
    models = [{"lang_code": "en", "model_name": make_pack(tmp_path)}]
    finder = EngineFinder(engine_file(tmp_path, models, ner_model_configuration=mapped))
    text = "Please ask Amara Roe of Acme, who lives in London, about the plan tomorrow."
    found = finder.find(text, unlimited())
    told = [(text[one.start : one.end], one.entity, round(one.score, 2)) for one in found]
    assert told == [("Amara Roe", "PERSON", 0.8), ("Acme", "ORGANIZATION", 0.4)]
    assert found[0].evidence[0].detail == "spacy en"


def test_each_language_reads_and_pieces_keep_their_places(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    models = [
        {"lang_code": "en", "model_name": make_pack(tmp_path)},
        {"lang_code": "de", "model_name": make_pack(tmp_path / "de", "de")},
    ]
    text = "These are words and more words here. " * (PIECE_CHARS // 30) + "Then came Amara Roe again."
    found = EngineFinder(engine_file(tmp_path, models)).find(text, unlimited())
    assert [text[one.start : one.end] for one in found] == ["Amara Roe"] * 2


def test_a_spent_allowance_is_told(tmp_path: Path) -> None:
    finder = EngineFinder(engine_file(tmp_path, [{"lang_code": "en", "model_name": make_pack(tmp_path)}]))
    with Allowance(0, lambda: 0.0) as allowance:
        assert finder.find("Please ask Amara Roe about it", allowance) == []
    assert allowance.unread


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (spacy_with("en_core_web_lg"), "python -m spacy download en_core_web_lg"),
        (
            {
                "nlp_engine_name": "transformers",
                "models": [{"lang_code": "en", "model_name": {"spacy": "en_core_web_sm", "transformers": "acme/ner"}}],
            },
            "python -m spacy download en_core_web_sm",
        ),
        ({"nlp_engine_name": "stanza", "models": [{"lang_code": "en", "model_name": "en"}]}, "stanza"),
        ({"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "x"}]}, "engine that finds"),
        ({"nlp_engine_name": "wonder", "models": [{"lang_code": "en", "model_name": "/tmp"}]}, "can be made"),
        ({"models": []}, "missing required fields"),
        ([], "must be a dictionary"),
    ],
)
def test_what_cannot_be_made_is_told_and_never_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Any, told: str
) -> None:
    import spacy.cli

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(spacy.cli, "download", lambda *_, **__: pytest.fail("it was to be fetched"))
    file = tmp_path / "engine.yaml"
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=told):
        EngineFinder(str(file)).load()
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        EngineFinder(str(tmp_path / "none.yaml")).load()

"""Which finder a configuration asks for."""

import json
from importlib import metadata
from pathlib import Path

import pytest

from detectors import bundled_rules, load_rules
from detectors.names.finder import make_finder, sources
from detectors.names.nlpengine import EngineFinder
from detectors.names.pack import PackFinder
from tests.compiled import rules_folder


def test_a_model_names_its_finder_and_loads_nothing() -> None:
    assert make_finder("off") is None
    assert isinstance(make_finder("presidio:/no/such/file.yaml"), EngineFinder)
    assert isinstance(make_finder("en_core_web_lg"), PackFinder)
    assert isinstance(make_finder("/no/such/folder"), PackFinder)


def test_what_a_model_is_read_from(tmp_path: Path) -> None:
    ours, file = tmp_path / "ours", tmp_path / "nlp.yaml"
    ours.mkdir()
    names = ["spacy", {"spacy": "en_core_web_lg", "transformers": str(ours)}, str(tmp_path / "gone"), 7]
    file.write_text(json.dumps({"models": [{"lang_code": "en", "model_name": name} for name in names]}))
    spacy = f"spacy=={metadata.version('spacy')}"
    assert sources("off") == sources("tightlip") == ((), ())
    assert sources(str(ours)) == ((ours,), ())
    assert sources("spacy") == ((), (spacy,))
    assert sources(f"presidio:{file}") == ((file, ours), (spacy,))


@pytest.mark.parametrize("text", ["", "models: [", "models: 7", "[]", "models: [7, {}]"])
def test_a_file_that_is_none_of_presidios_is_read_from_nothing_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "nlp.yaml").write_text(text)
    assert sources(f"presidio:{tmp_path}/nlp.yaml") == ((tmp_path / "nlp.yaml",), ())


def test_what_comes_along_says_much_of_names_and_nothing_twice() -> None:
    names = load_rules([bundled_rules()], cache_dir=rules_folder()).names
    assert len(names.public_figures) >= 400
    assert len(names.not_names) >= 300
    assert {"alan turing", "guido van rossum"} <= names.public_figures
    assert {"jenkins", "travis", "ray", "julia", "claude"} <= names.not_names

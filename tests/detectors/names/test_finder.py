"""Which finder a configuration asks for."""

from detectors import bundled_rules, load_rules
from detectors.names.finder import make_finder
from detectors.names.nlpengine import EngineFinder
from detectors.names.pack import PackFinder
from tests.compiled import rules_folder


def test_a_model_names_its_finder_and_loads_nothing() -> None:
    assert make_finder("off") is None
    assert isinstance(make_finder("presidio:/no/such/file.yaml"), EngineFinder)
    assert isinstance(make_finder("en_core_web_lg"), PackFinder)
    assert isinstance(make_finder("/no/such/folder"), PackFinder)


def test_what_comes_along_says_much_of_names_and_nothing_twice() -> None:
    names = load_rules([bundled_rules()], cache_dir=rules_folder()).names
    assert len(names.public_figures) >= 400
    assert len(names.not_names) >= 300
    assert {"alan turing", "guido van rossum"} <= names.public_figures
    assert {"jenkins", "travis", "ray", "julia", "claude"} <= names.not_names

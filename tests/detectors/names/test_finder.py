"""Which finder a configuration asks for."""

from detectors.names.finder import make_finder
from detectors.names.nlpengine import EngineFinder
from detectors.names.pack import PackFinder


def test_a_model_names_its_finder_and_loads_nothing() -> None:
    assert make_finder("off") is None
    assert isinstance(make_finder("presidio:/no/such/file.yaml"), EngineFinder)
    assert isinstance(make_finder("en_core_web_lg"), PackFinder)
    assert isinstance(make_finder("/no/such/folder"), PackFinder)

"""Presidio on windows: the same findings as on the whole text, without ever leaving the machine."""

import socket
from pathlib import Path

import pytest

from detectors.presidio import OVERLAP_CHARS, WINDOW_CHARS, Recognizer
from tests.detectors.rulebase import found, make_engine, make_rule

EMAIL = {
    "pattern": None,
    "recognizer": "EmailRecognizer",
    "trigger": "[A-Za-z0-9._%+-]@[A-Za-z0-9]",
    "examples": ["jane.doe@contoso.org", "to bob@fabrikam.co.uk now"],
}
TEXT = (
    "Write to jane.doe@contoso.org, bob+x@fabrikam.co.uk or root@localhost; never to user@2x.png. "
    "ops@contoso.nosuchtld and @decorator aren't. \n" + "x = y @ z  # matrix product\n" * 90
) * 6


def test_windows_give_what_the_whole_text_gives() -> None:
    import presidio_analyzer.predefined_recognizers as predefined

    recognizer = predefined.EmailRecognizer()
    whole = {(r.start, r.end) for r in recognizer.analyze(TEXT, recognizer.supported_entities, None)}
    engine = make_engine(make_rule(**EMAIL))
    assert {(f.start, f.end) for f in engine.scan(TEXT).findings} == whole
    assert len(whole) == 12


def test_long_windows_are_cut_with_an_overlap() -> None:
    text = "word " * (WINDOW_CHARS // 5 - 2) + "jane.doe@contoso.org" + " word" * 500
    found = list(Recognizer("EmailRecognizer").find(text, 0, len(text)))
    assert [text[start:end] for start, end, _ in found] == ["jane.doe@contoso.org"]
    assert OVERLAP_CHARS > 100


def test_a_recognizer_is_loaded_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    engine = make_engine(make_rule(**EMAIL))
    engine.warm()
    assert found(engine, "x jane@contoso.museum y") == [("test-token", "jane@contoso.museum")]


@pytest.mark.parametrize("name", ["NoSuchRecognizer", "os", "Path"])
def test_an_unknown_recognizer_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"expected a Presidio recognizer's class name, found '{name}'"):
        Recognizer(name).load()


OWN = """
recognizers:
  - name: Zip code Recognizer
    supported_languages: [{language: en, context: [zip]}]
    type: custom
    supported_entity: ZIP
    patterns: [{name: zip, regex: '\\b\\d{5}\\b', score: 0.01}]
    context: [zip, postal]
  - name: Titles
    supported_entity: TITLE
    deny_list: [Dr., Prof.]
  - name: Broken
    patterns: 7
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.yaml"
    file.write_text(OWN)
    return file


def test_an_operators_own_file(own: Path) -> None:
    titles = list(Recognizer(f"{own}#Titles").find("Dr. Roe asked Prof. Doe", 0, 23))
    assert [span[:2] for span in titles] == [(0, 3), (14, 19)]


def test_context_words_of_a_recognizer_raise_its_score(own: Path) -> None:
    scores = [score for *_, score in Recognizer(f"{own}#Zip code Recognizer").find("zip: 10115", 0, 10)]
    without = [score for *_, score in Recognizer(f"{own}#Zip code Recognizer").find("row: 10115", 0, 10)]
    assert scores == [0.4]
    assert without == [0.01]


def test_a_rule_names_an_operators_own_recognizer(own: Path) -> None:
    rule = make_rule(pattern=None, recognizer=f"{own}#Zip code Recognizer", trigger="[0-9]{5}")
    assert found(make_engine(rule), "my zip: 10115 ...") == [("test-token", "10115")]
    assert found(make_engine(rule), "my row: 10115 ...") == []


@pytest.mark.parametrize("name", ["Nobody", "Broken"])
def test_a_faulty_own_recognizer_is_named(own: Path, name: str) -> None:
    with pytest.raises(ValueError, match=f"expected one named '{name}'"):
        Recognizer(f"{own}#{name}").load()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a readable YAML file"):
        Recognizer(f"{tmp_path}/none.yaml#x").load()


@pytest.mark.parametrize("name", ["UsBankRecognizer", "InAadhaarRecognizer", "PhoneRecognizer[DE, FR]"])
def test_recognizers_of_all_countries_by_name(name: str) -> None:
    Recognizer(name).load()


def test_regions_are_for_recognizers_that_know_some() -> None:
    with pytest.raises(ValueError, match="expected one that can be made"):
        Recognizer("EmailRecognizer[DE]").load()

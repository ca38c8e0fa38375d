"""Presidio on windows: the same findings as on the whole text, without ever leaving the machine."""

import socket

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

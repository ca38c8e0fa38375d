"""The first look: where a name could stand, and where none is looked for."""

import pytest

from detectors.names.candidate import SHORT_CHARS, FirstLook
from detectors.names.gazetteer import Gazetteer

KNOWN = Gazetteer(
    {"jane": "30000", "roe": "02000", "will": "20030", "table": "00030", "berlin": "00300", "django": "00022"},
    {"table"},
)
LOOK = FirstLook(KNOWN)


def could_be(text: str) -> list[str]:
    return [one.words[at].text for one in LOOK.stretches(text) for at in one.could]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please call Jane Roe about it.", ["Please", "Jane", "Roe"]),
        ("we met in Berlin, as planned", ["Berlin"]),
        ("ask jane about it", ["jane"]),
        ("the table is full", []),
        ("Django is used here, and nothing else", []),
        ("so said Kowalska in the end", ["Kowalska"]),
    ],
)
def test_in_prose(text: str, expected: list[str]) -> None:
    assert could_be(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x = Jane(1)",
        "import Jane from './Jane'",
        "self.Jane.Roe[0] = {1: 2}",
        "/home/Jane/x",
        "$Jane = &Roe;",
        "@Jane",
        "JaneRoeFactory",
        "Jane::Roe<T>(x)[1]",
        "Jane=1",
        "x" * 200 + "Jane" + "y" * 200,
    ],
)
def test_not_in_code(text: str) -> None:
    assert "Jane" not in could_be(text)


def test_a_word_that_nobody_knows_is_looked_at_in_prose_and_not_in_comments() -> None:
    assert could_be("so said Kowalska in the end") == ["Kowalska"]
    assert could_be("# so said Kowalska in the end") == []
    assert could_be("# so said Jane in the end") == ["Jane"]


def test_lower_case_counts_in_what_people_type_and_not_in_documents() -> None:
    text = "then ask jane about it. "
    assert could_be(text) == ["jane"]
    assert could_be(text * (SHORT_CHARS // len(text) + 1)) == []


def test_what_stands_around_comes_along_and_nothing_twice() -> None:
    text = "One two three Jane four five six seven Roe eight nine. " + "word " * 60 + "Again Jane was here."
    first, second = LOOK.stretches(text)
    assert [word.text for word in first.words][:5] == ["One", "two", "three", "Jane", "four"]
    assert first.words[-1].end < second.words[0].start
    assert second.kind == "prose"
    assert all(text[word.start : word.end] == word.text for one in (first, second) for word in one.words)


def test_code_costs_nothing() -> None:
    assert list(LOOK.stretches("def f(self):\n    return self.x[0]\n" * 1000)) == []


def test_stretches_and_words_are_bounded_whatever_comes() -> None:
    dense = "Jane Roe met Jane Roe, and " * 20_000
    for one in LOOK.stretches(dense):
        assert one.words[-1].end - one.words[0].start < 1_000
        assert max(len(word.text) for word in one.words) <= 40
    assert sum(len(one.could) for one in LOOK.stretches(dense)) == 80_000
    assert could_be(f"so said K{'o' * 5000} in the end") == []

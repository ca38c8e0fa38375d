"""The first look: where a name could stand, and where none is looked for."""

import pytest

from detectors.names.candidate import SHORT_CHARS, FirstLook
from detectors.names.gazetteer import Gazetteer

KNOWN = Gazetteer(
    {"jane": "30000", "roe": "02000", "will": "20030", "table": "00030", "berlin": "00300", "django": "00022"}
    | {"an": "20030", "rose": "32020", "quint": "02000"},
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
        ("An answer comes with each of them", []),
        ("It is full. Table and chairs are here, says Jane", ["Jane"]),
        ("It is full. Table Jane is here, says An Roe", ["Table", "Jane", "An", "Roe"]),
        ("ask rose quint about the rose", ["rose", "quint"]),
        ("ask quint about the rose", []),
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


def test_what_stands_around_comes_along() -> None:
    text = "One two three Jane four five six seven Roe eight nine. " + "word " * 60 + "Again Jane was here."
    first, second = LOOK.stretches(text)
    assert [word.text for word in first.words][:5] == ["One", "two", "three", "Jane", "four"]
    assert first.words[-1].end < second.words[0].start
    assert second.kind == "prose"
    assert all(text[word.start : word.end] == word.text for one in (first, second) for word in one.words)


@pytest.mark.parametrize("gap", range(40, 60))
def test_no_name_is_cut_where_a_stretch_ends(gap: int) -> None:
    text = f"so said Jane {'w' * gap} Jane Roe, as was told before"
    places = [one.words[at].start for one in LOOK.stretches(text) for at in one.could]
    assert [text[start : start + 4] for start in places] == ["Jane", "Jane", "Roe,"]
    assert any({"Jane", "Roe"} <= {one.words[at].text for at in one.could} for one in LOOK.stretches(text))


def test_lines_of_another_kind_are_judged_apart() -> None:
    text = 'call("Jane Roe", 1)  # [x]\nJane Roe has told everybody about it, and so has Roe\n# says Jane\n'
    kinds = [(one.kind, [one.words[at].text for at in one.could]) for one in LOOK.stretches(text)]
    assert kinds == [("string", ["Jane", "Roe"]), ("prose", ["Jane", "Roe", "Roe"]), ("comment", ["Jane"])]


def test_code_costs_nothing() -> None:
    assert list(LOOK.stretches("def f(self):\n    return self.x[0]\n" * 1000)) == []


def test_stretches_and_words_are_bounded_whatever_comes() -> None:
    for unit in ("Jane Roe met Jane Roe, and ", "Jane Roe Jane Roe "):
        dense = unit * 10_000
        for one in LOOK.stretches(dense):
            assert one.words[-1].end - one.words[0].start < 1_500
            assert max(len(word.text) for word in one.words) <= 40
        assert sum(len(one.could) for one in LOOK.stretches(dense)) == 40_000
    assert could_be(f"so said K{'o' * 5000} in the end") == []

"""Customers' values in texts: however they are written, alone or as rows, and nothing else."""

import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.own.array import NO_NUMBERS
from detectors.own.dictionary import Dictionaries
from detectors.own.dictionarybuild import ColumnPlan
from detectors.own.valuekind import ValueKind
from detectors.own.word import CHUNK_CHARS
from tests.detectors.own.indexes import ROWS, build, dictionary, found, plan
from tests.law import often


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Dictionaries:
    return dictionary(tmp_path_factory.mktemp("customers"))


@pytest.mark.parametrize(
    "value",
    [
        "bukomo.bire@mail.example",
        "BUKOMO.BIRE@MAIL.EXAMPLE",
        "0626 1073060",
        "06261073060",
        "0626/107 30 60",
        "49 626 1073060",
        "0049 (626) 1073060",
        "49 (0)626 1073060",
        "33 1 55501430",
        "K-40000",
        "k40000",
        "K 40000",
    ],
)
def test_a_value_is_found_alone_however_it_is_written(customers: Dictionaries, value: str) -> None:
    text = f"please call or write to {value}, it is urgent"
    assert value in found(customers, text)
    assert value in found(customers, value)


@pytest.mark.parametrize(
    "value",
    [
        "bukomo.bire@mail.example.org",
        "x.bukomo.bire@mail.example",
        "bukomo.bire",
        "0627 1073060",
        "1073060",
        "K-40003",
        "K-400001",
        "Bukomo Bire",
        "1998-02-12",
    ],
)
def test_what_is_not_quite_a_value_is_not_found(customers: Dictionaries, value: str) -> None:
    assert value not in found(customers, f"please call or write to {value}, it is urgent")


@pytest.mark.parametrize("name", ["Bukomo Bire", "Bire, Bukomo", "BUKOMO BIRE", "bukomo_bire", "Bùkomo  Bire"])
@pytest.mark.parametrize(
    "born",
    "1998-02-12|12.02.1998|12.2.1998|2/12/1998|12/2/1998|12.02.98|Feb 12, 1998|12 February 1998|February 12th 1998"
    "|12. Februar 1998|19980212|12021998|1998-02-12T00:00:00Z".split("|"),
)
def test_values_of_one_row_are_found_together(customers: Dictionaries, name: str, born: str) -> None:
    text = f"The patient {name} (born {born}) asks"
    shown = found(customers, text)
    assert name in shown
    assert any(born.startswith(value) for value in shown - {name})
    assert found(customers, f"born {born}: {name}")


@pytest.mark.parametrize(
    "name", ["Jörg Müller-Łaski", "Joerg Mueller Laski", "JORG MULLER LASKI", "Jo\u0308rg Müller-Laski"]
)
def test_accents_make_no_difference(customers: Dictionaries, name: str) -> None:
    assert name in found(customers, f"{name}, 30.11.1975")


def test_values_of_different_rows_are_not_found_together(customers: Dictionaries) -> None:
    assert found(customers, "Bukomo Bire, 1980-05-01 and Saraki Nema, 1998-02-11") == set()


FILLER = "lorem ipsum dolor sit amet " * 20


@pytest.mark.parametrize(
    ("between", "are_one"),
    [
        (", ", True),
        ("\n" * 5, True),
        (f" {FILLER} ", True),  # one line
        (f"\n{FILLER}\n", False),
        (f'", \n"note": "{FILLER}", \n"born": "', True),  # one object
        (f'"}},\n{{"note": "{FILLER}", \n"born": "', False),  # two
        (f" {FILLER * 10} ", False),
    ],
)
def test_values_of_a_row_stand_near_or_in_one_record(customers: Dictionaries, between: str, are_one: bool) -> None:
    text = f'{{"name": "Bukomo Bire{between}1998-02-12"}}'
    assert bool(found(customers, text)) is are_one


@pytest.mark.parametrize(
    "at", [0, 1, 300, CHUNK_CHARS - 1050, CHUNK_CHARS - 40, CHUNK_CHARS - 10, CHUNK_CHARS, 150_000]
)
@pytest.mark.parametrize("filler", ["a word ", "ein Wörtchen "])
def test_a_value_is_found_wherever_it_stands(customers: Dictionaries, at: int, filler: str) -> None:
    front = (filler * (at // len(filler) + 1))[:at]
    text = f"{front} Bukomo Bire, 1998-02-12, K-40000 {filler * 20}"
    assert {owned.start for owned in customers.find(text)} == {at + 1, at + 14, at + 26}


words = st.text(string.ascii_letters + "äöüßéłø", min_size=3, max_size=10)
dates = st.dates(date(1900, 1, 1), date(2049, 12, 31))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(words, words, dates, st.integers(10**8, 10**9)), min_size=1, max_size=20),
    st.text(string.printable + "äé中\u200b\U0001f600", max_size=80),
)
def test_every_row_of_any_dictionary_is_found(
    tmp_path_factory: pytest.TempPathFactory, people: "list[tuple[str, str, date, int]]", around: str
) -> None:
    rows = [[f"{first} {last}", str(born), str(number)] for first, last, born, number in people]
    columns = (
        ColumnPlan("name", ValueKind.NAME),
        ColumnPlan("born", ValueKind.DATE),
        ColumnPlan("account", ValueKind.NUMBER, alone=True),
    )
    made = dictionary(tmp_path_factory.mktemp("any"), rows, plan(columns, max_rows=100))
    for name, born, account in rows:
        assert {name, born, account} <= found(made, f"{around}\n{name}, {born}, {account}\n{around}"), "a row is missed"


@often(200)
@given(st.text(max_size=400))
def test_any_text_can_be_looked_up(customers: Dictionaries, text: str) -> None:
    for owned in customers.find(text):
        assert 0 <= owned.start < owned.end <= len(text)


def test_common_and_plain_values_are_no_findings_alone(tmp_path: Path) -> None:
    columns = (ColumnPlan("city", ValueKind.TEXT, alone=True), ColumnPlan("code", ValueKind.TEXT, alone=True))
    rows = [["Berlin Mitte-Süd", f"project {word}"] for word in ("horse", "table", "river", "market", "anna", "paul")]
    rows += [["Nordwall 17", "zuluhammer"], ["Berlin", "12345"]]
    wanted = plan(columns)
    report = build(tmp_path / "x", rows, wanted)
    city, code = report.columns
    assert (city.alone, city.common, city.weak) == (1, 2, 1)  # the common one in both spellings
    assert (code.alone, code.weak) == (1, 7)
    made = dictionary(tmp_path, rows, wanted)
    assert found(made, "From Berlin, Berlin Mitte-Süd, Nordwall 17: project table, zuluhammer, 12345.") == {
        "Nordwall 17",
        "zuluhammer",
    }


def test_values_that_are_not_of_their_kind_are_counted_with_their_rows(tmp_path: Path) -> None:
    rows = [*ROWS, ["A B", "not a day", "no address", "12", ""], ["C D", "31/12/1999", "", "", ""]]
    name, born, email, phone, number = build(tmp_path / "x", rows).columns
    assert [column.unusable for column in (name, born, email, phone, number)] == [0, 2, 1, 1, 0]
    assert born.unusable_rows == [4, 5]


def test_the_same_rows_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        build(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_text_without_words_holds_nothing(customers: Dictionaries) -> None:
    assert found(customers, "-" * 100) == set()
    assert len(NO_NUMBERS) == 0

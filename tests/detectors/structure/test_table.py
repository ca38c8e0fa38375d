"""Tables: rows of names and the rows below them, however they are drawn."""

import pytest

from detectors.prefilter import make_prefilter
from detectors.structure.table import TableReader
from tests.compiled import rules_folder

ENTRIES = frozenset("first name,last name,name,person name,dob,ssn,phone,email".split(","))
READER = TableReader(ENTRIES, frozenset({"pesel", "егн", "個人番号"}))
FIRST_PASS = make_prefilter(READER.gates, rules_folder())


def read(text: str) -> list[tuple[str, str]]:
    hits = sorted(FIRST_PASS.hits(text), key=lambda hit: hit[1])
    return [(one.entry, text[one.start : one.end]) for one in READER.read(text, hits)]


ANN, ROE = ("first name", "Ann"), ("last name", "Roe")

FOUND = [
    ("commas", "id,first_name,last_name\n1,Ann,Roe\n"),
    ("carriage returns", "id,first_name,last_name\r\n1,Ann,Roe\r\n"),
    ("semicolons", "id;first_name;last_name\n1;Ann;Roe\n"),
    ("tabs", "id\tFirst Name\tLast Name\n1\tAnn\tRoe"),
    ("quotes", '"id","first name","last name"\n"1","Ann","Roe"\n'),
    ("markdown", "| id | First name | Last name |\n|----|:---|---:|\n| 1 | Ann | Roe |\n"),
    ("psql", " id | first_name | last_name \n----+------------+-----------\n  1 | Ann        | Roe\n(1 row)\n"),
    ("mysql", "+----+------------+-----------+\n| id | first_name | last_name |\n+----+------------+-----------+\n"
     "|  1 | Ann        | Roe       |\n+----+------------+-----------+\n"),
    ("line numbers", "  12\u2192id,first_name,last_name\n  13\u21921,Ann,Roe\n"),
    ("diff", "+id,first_name,last_name\n+1,Ann,Roe\n"),
    ("indentation", "    id,first_name,last_name\n    1,Ann,Roe\n"),
]  # fmt: skip

QUIET = [
    ("parameters", "def f(first_name, last_name):\n    foo, bar\n"),
    ("unpacking", "first_name, last_name = x, y\nfoo, bar = 1, 2\n"),
    ("list of names", '    "first_name",\n    "last_name",\n    "Ann",\n'),
    ("columns of things", "name,version,license\nrequests,2.0,MIT\n"),
    ("prose", "Please send your first name, last name and phone\nto the office, thanks\n"),
    ("no rows", "id,first_name,last_name\n\nAnn,Roe,1\n"),
]


@pytest.mark.parametrize(("what", "text"), FOUND, ids=[what for what, _ in FOUND])
def test_found(what: str, text: str) -> None:
    assert read(text) == [ANN, ROE]


@pytest.mark.parametrize(("what", "text"), QUIET, ids=[what for what, _ in QUIET])
def test_quiet(what: str, text: str) -> None:
    assert not read(text)


def test_a_quoted_cell_may_hold_anything() -> None:
    text = 'first_name,note,last_name\nAnn,"a, ""b""\nand c",Roe\nBob,,Lee\n'
    assert read(text) == [ANN, ROE, ("first name", "Bob"), ("last name", "Lee")]


def test_a_table_ends_with_its_rows() -> None:
    assert read("first_name,last_name\nAnn,Roe\nThen, after that, they left\nBob,Lee\n") == [ANN, ROE]


def test_names_are_a_persons_in_a_table_of_persons() -> None:
    assert read("name,email,phone\nAnn Roe,a@b.example,1\n")[0] == ("person name", "Ann Roe")
    assert read("name,age,gender\nAnn Roe,34,f\n") == [("person name", "Ann Roe")]


def test_further_columns_are_told_where_a_table_is_found() -> None:
    assert ("pesel", "44051401359") in read("first_name,pesel\nAnn,44051401359\n")


@pytest.mark.parametrize("name", ["егн", "個人番号"])
@pytest.mark.parametrize(
    "form", ["id,{},town\n1,{},Ruse\n", "| id | {} |\n|----|----|\n| 1 | {} |\n", '"id";"{}"\n1;{}\n']
)
def test_columns_in_other_scripts_are_known_alone(form: str, name: str) -> None:
    assert read(form.format(name, "9010200300")) == [(name, "9010200300")]

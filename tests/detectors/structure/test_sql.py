"""Rows of SQL: INSERT with and without columns, and the data of COPY."""

import pytest

from detectors.prefilter import make_prefilter
from detectors.structure.sql import SqlReader

READER = SqlReader(frozenset("first name,last name,name,person name,dob,ssn".split(",")), frozenset({"егн"}))
FIRST_PASS = make_prefilter(READER.gates)


def read(text: str) -> list[tuple[str, str]]:
    hits = sorted(FIRST_PASS.hits(text), key=lambda hit: hit[1])
    return [(one.entry, text[one.start : one.end]) for one in READER.read(text, hits)]


ANN, ROE = ("first name", "Ann"), ("last name", "Roe")

FOUND = [
    ("insert", "INSERT INTO people (id, first_name, last_name) VALUES (1, 'Ann', 'Roe');"),
    ("lines", "insert into people\n  (id, first_name, last_name)\nvalues\n  (1, 'Ann', 'Roe');"),
    ("brackets", "INSERT INTO [dbo].[Person] ([FirstName], [LastName]) VALUES (N'Ann', N'Roe')"),
    ("backticks", "INSERT IGNORE INTO `a`.`b` (`first_name`,`last_name`) VALUES ('Ann','Roe')"),
    ("casts and calls", "INSERT INTO p (at, first_name, last_name) VALUES (now(), 'Ann'::text, 'Roe')"),
    ("dump without columns", "CREATE TABLE p (\n `id` int(11) NOT NULL DEFAULT '0',\n `first_name` varchar(20),\n"
     " `last_name` varchar(20),\n PRIMARY KEY (`id`)\n);\nINSERT INTO `p` VALUES (1,'Ann','Roe');"),
    ("copy", "COPY public.p (id, first_name, last_name) FROM stdin;\n1\tAnn\tRoe\n\\.\n"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text"), FOUND, ids=[what for what, _ in FOUND])
def test_found(what: str, text: str) -> None:
    assert read(text) == [ANN, ROE]


def test_every_row_is_read() -> None:
    text = (
        "INSERT INTO p (first_name, note, ssn) VALUES ('Ann', 'a, (b)', NULL), ('Bob', 'it''s', '1'), ('Eve', '', 'x9')"
    )
    assert read(text) == [ANN, ("first name", "Bob"), ("first name", "Eve"), ("ssn", "x9")]


QUIET = [
    ("no persons", "INSERT INTO t (id, size) VALUES (1, 'Ann')"),
    ("parameters", "INSERT INTO p (first_name, last_name) VALUES (?, ?)"),
    ("names", "INSERT INTO p (first_name, last_name) VALUES (%(first)s, ${last})"),
    ("unknown columns", "INSERT INTO p VALUES (1, 'Ann', 'Roe')"),
    ("cut", "INSERT INTO p (first_name, last_name) VALUES ('Ann', 'Ro"),
    ("nulls of copy", "COPY p (first_name, last_name) FROM stdin;\n\\N\t\\N\n\\.\n"),
]


@pytest.mark.parametrize(("what", "text"), QUIET, ids=[what for what, _ in QUIET])
def test_quiet(what: str, text: str) -> None:
    assert not read(text)


def test_columns_that_rules_look_for_by_themselves_are_known_in_every_row() -> None:
    text = "INSERT INTO hora (id, егн) VALUES (1, '9010200300'), (2, '9423169263');"
    assert read(text) == [("егн", "9010200300"), ("егн", "9423169263")]

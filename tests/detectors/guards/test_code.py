"""Names in source code: fixtures and authors are nobody's data, records are."""

import pytest

from detectors.guards.code import (
    is_amid_code,
    is_example_word,
    is_persons_address,
    is_persons_name,
    is_somebodys_place,
)

TEST = "import pytest\n\ndef test_it():\n    {}\n    assert person.save()\n"
CODE = "import people\n\ndef greet():\n    {}\n    return people.all()\n"

NAMES = [
    ("alone", 'first_name = "Ann"', "Ann", True),
    ("a record in JSON", '{"first_name": "Ann", "last_name": "Roe"}', "Ann", True),
    ("a column", "id,first_name\n1,Ann\n", "Ann", True),
    ("a test", TEST.format('person = Person(first_name="Ann", last_name="Roe")'), "Ann", False),
    ("a test's whole name", TEST.format('person = Person(name="Ann Roe")'), "Ann Roe", False),
    ("a record in a test", TEST.format('Person(first_name="Ann", ssn="536-22-8145")'), "Ann", True),
    ("a message in a test", TEST.format('parse("PID|1||7||Roe^Ann")'), "Roe^Ann", True),
    ("one name in code", CODE.format('person.first_name = "Ann"'), "Ann", False),
    ("a name and surname in code", CODE.format('greet(first_name="Ann", last_name="Roe")'), "Ann", True),
    ("a whole name in code", CODE.format('person.name = "Ann Roe"'), "Ann Roe", True),
    ("a prompt", 'The form says first_name = "Ann" and the import failed.', "Ann", True),
    ("authors", 'authors = [\n  {name = "Ann Roe", email = "ann@corp.org"},\n  {name = "Bo Lee"}]', "Bo Lee", False),
    ("a key", '"display":"Family name","designation":[', "designation", False),
    ("behind authors", 'authors = [{name = "Ann Roe"}]\nname = "Bo Lee"', "Bo Lee", True),
]


@pytest.mark.parametrize(("text", "value", "stands"), [case[1:] for case in NAMES], ids=[case[0] for case in NAMES])
def test_a_name_in_a_test_is_nobodys(text: str, value: str, stands: bool) -> None:
    start = text.index(value)
    assert is_persons_name(text, start, start + len(value)) is stands


ADDRESSES = [
    ("alone", 'address = "12 Elm Street"', True),
    ("a copyright line", "Copyright (c) 12 Elm Street", False),
    ("a test", TEST.format('Shop(address="12 Elm Street")'), False),
    ("code", CODE.format('shop.address = "12 Elm Street"'), True),
]


@pytest.mark.parametrize(("text", "stands"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES])
def test_an_address_in_a_test_is_nobodys(text: str, stands: bool) -> None:
    start = text.index("12 Elm Street")
    assert is_persons_address(text, start, start + 13) is stands


PLACES = [
    ("a town in a manual", "The example represents noon in Lyon in winter.", False),
    ("a list", '"Paris", "Lyon", "Nice"', False),
    ("somebody's town", "# the customer from Lyon cannot log in", True),
    ("a street", "12 Lyon Street", True),
    ("a number behind", "rue de Lyon 4", True),
    ("beside a fact", 'make(surname="Roe", town="Lyon")', True),
]


@pytest.mark.parametrize(("text", "stands"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES])
def test_a_place_in_code_counts_where_it_is_somebodys(text: str, stands: bool) -> None:
    start = text.index("Lyon")
    assert is_somebodys_place(text, start, start + 4) is stands


LINES = "A line that says nothing at all.\n" * 60


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        (f"note\n{LINES}Ann\n{LINES}", False),
        (f'def f():\n    """Long.\n\n{LINES}Ann\n{LINES}"""\n', True),
        ("Returns\n-------\nwhat Ann wrote\n", True),
        (":param who: Ann\n", True),
    ],
    ids=["a letter", "a long doc string", "a section of one", "a field of one"],
)
def test_doc_strings_are_amid_code(text: str, stands: bool) -> None:
    assert is_amid_code(text, text.index("Ann"), text.index("Ann") + 3) is stands


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("greet('Ann')", True),
        ("from people import (\n    Ann,\n)", True),
        ("# ask Ann first", False),
        ("'Ann Roe'", False),
    ],
)
def test_a_word_that_is_all_of_a_literal_is_an_example(text: str, stands: bool) -> None:
    assert is_example_word(text, text.index("Ann"), text.index("Ann") + 3) is stands

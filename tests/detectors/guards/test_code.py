"""Names in source code: fixtures and authors are nobody's data, records are."""

import pytest

from detectors.guards.code import is_persons_address, is_persons_name

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

"""Names of fields: what programs and people write for an entry, and what only looks like it."""

import pytest

from detectors.structure.lexicon import Lexicon, words

ENTRIES = """first name/first nm/last name/lname/date of birth/birth date/dob/ssn/phone/phone number/address
street address/address line/email/name/patient name/customer/customer number/prénom/zip/mrn/person name/city"""
LEXICON = Lexicon(ENTRIES.replace("\n", "/").split("/"), columns=["pesel", "set"])

NAMES = [
    ("patientBirthDate", "birth date"),
    ("DATE_OF_BIRTH", "date of birth"),
    ("Patient's date of birth", "date of birth"),
    ("billing_address_line1", "address line"),
    ("customerPhoneNumber", "phone number"),
    ("contact.firstName", "first name"),
    ("p_first_nm", "first nm"),
    ("user[first_name]", "first name"),
    ("first-name-2", "first name"),
    ("setFirstName", "first name"),
    ("employee_ssn", "ssn"),
    ("phone_mobile", "phone"),
    ("home phone", "phone"),
    ("mailing address", "address"),
    ("Prenom", "prénom"),
    ("PRÉNOM", "prénom"),
    ("MRN#", "mrn"),
    ("customer_no", "customer number"),
    ("Phone Nr.", "phone number"),
]

OTHERS = [
    "ip address",
    "email_address_field",
    "file name",
    "host_name",
    "class name",
    "displayName",
    "ssn_last4",
    "ssn_hash",
    "has_phone",
    "is_first_name_valid",
    "FirstNameLabel",
    "first_name_regex",
    "dobson",
    "unrelated",
    "",
    "x" * 500,
]

ORDINARY = ["name", "phone", "address", "email", "city", "zip"]


@pytest.mark.parametrize(("name", "entry"), NAMES)
def test_a_name_means_an_entry(name: str, entry: str) -> None:
    assert LEXICON.find_sure(name) == entry


@pytest.mark.parametrize("name", OTHERS)
def test_a_name_of_something_else_means_none(name: str) -> None:
    assert LEXICON.find(name) is None


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_alone_is_not_sure(name: str) -> None:
    assert LEXICON.find(name) is not None
    assert LEXICON.find_sure(name) is None


def test_words_split_every_way_of_writing() -> None:
    assert words("dateOfBirth") == words("DATE_OF_BIRTH") == words("date of birth") == words("Date-Of-Birth")


def test_ordinary_columns_count_beside_a_sure_one() -> None:
    assert LEXICON.columns(["id", "name", "dob"]) == {1: "name", 2: "dob"}
    assert LEXICON.columns(["name", "phone", "email"]) == {0: "name", 1: "phone", 2: "email"}
    assert LEXICON.columns(["name", "age", "city"]) == {0: "name", 2: "city"}
    assert LEXICON.columns(["name", "version", "license"]) == {}


def test_further_columns_make_no_table_personal() -> None:
    assert LEXICON.columns(["name", "set"]) == {1: "set"}
    assert LEXICON.columns(["pesel", "surname", "dob"]) == {0: "pesel", 2: "dob"}


def test_every_spelling_of_an_entry_is_told() -> None:
    assert set(Lexicon(["firstname", "first name"]).spellings("first name")) == {"firstname", "first name"}

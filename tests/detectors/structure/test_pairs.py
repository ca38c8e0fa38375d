"""Names and values side by side: every notation that holds a person's data, and code that holds none."""

import pytest

from detectors.prefilter import make_prefilter
from detectors.structure.pairs import PairReader
from tests.compiled import rules_folder
from tests.timing import assert_proportional, repeated

ENTRIES = frozenset(
    """first name,last name,surname,full name,person name,patient name,name,patient,date of birth,dob,ssn,phone,address
    street address,street,city,zip,first,last,email""".replace("\n", ",")
    .replace(",    ", ",")
    .split(",")
)
READER = PairReader(ENTRIES)
FIRST_PASS = make_prefilter(READER.gates, rules_folder())


def read(text: str) -> set[tuple[str, str]]:
    hits = sorted(FIRST_PASS.hits(text), key=lambda hit: hit[1])
    return {(one.entry, text[one.start : one.end]) for one in READER.read(text, hits)}


ANN, ROE, DAY = ("first name", "Ann"), ("last name", "Roe"), ("date of birth", "1970-05-03")

FOUND = [
    ("python", 'first_name = "Ann"', {ANN}),
    ("keyword arguments", "Patient.objects.create(first_name='Ann', last_name='Roe')", {ANN, ROE}),
    ("json", '{"firstName": "Ann", "dateOfBirth": "1970-05-03"}', {ANN, DAY}),
    ("json list", '{"first_name": ["Ann", "Bob"]}', {ANN, ("first name", "Bob")}),
    ("hash rocket", "'first_name' => 'Ann',", {ANN}),
    ("ruby", "User.create!(first_name: 'Ann')", {ANN}),
    ("go", 'User{FirstName: "Ann"}', {ANN}),
    ("kotlin", 'val firstName: String = "Ann"', {ANN}),
    ("setter", 'p.setFirstName("Ann").setLastName("Roe")', {ANN, ROE}),
    ("tuple", '("first_name", "Ann")', {ANN}),
    ("yaml", "first_name: Ann\nlast_name: Roe\n", {ANN, ROE}),
    ("yaml list", "date_of_birth:\n  - 1970-05-03\n", {DAY}),
    ("ini", "first.name=Ann\nlast.name=Roe\n", {ANN, ROE}),
    ("log", 'user saved first_name=Ann last_name="Roe" id=7', {ANN, ROE}),
    ("query", "/new?first_name=Ann&last_name=Roe&x=1", {ANN, ROE}),
    ("element", "<firstName>Ann</firstName>", {ANN}),
    ("element with attribute", '<first_name type="legal">Ann</first_name>', {ANN}),
    ("form control", '<input type="text" name="first_name" value="Ann">', {ANN}),
    ("table row of html", "<td>First name</td>\n <td>Ann</td>", {ANN}),
    ("definition", "<dt>First name</dt><dd>Ann</dd>", {ANN}),
    ("row of two cells", "| First name | Ann |\n| Last name | Roe |", {ANN, ROE}),
    ("markdown label", "**First name:** Ann", {ANN}),
    ("dot leaders", "First name....: Ann", {ANN}),
    ("prose", "her first name is Ann and she", {ANN}),
    ("dash", "Date of birth - 3 May 1970 in Graz", {("date of birth", "3 May 1970")}),
    ("labels in one line", "First name: Ann, Last name: Roe, born", {ANN, ROE}),
    ("sql condition", "UPDATE t SET first_name = 'Ann' WHERE last_name='Roe';", {ANN, ROE}),
]

QUIET = [
    ("django field", "first_name = models.CharField(max_length=30)"),
    ("annotation", "first_name: str\nlast_name: Optional[str] = None"),
    ("typescript", "interface P { firstName: string; lastName: String; dob: Date }"),
    ("label of a form", '{"first_name": "First name", "last_name": "Last Name"}'),
    ("template", 'first_name = "{first}"; last_name = "${last}"; ssn = "%s"'),
    ("placeholder", "first_name: <first name>, last_name: null, ssn: xxxxxxxxx"),
    ("expression", "first_name = self.last_name or User.last_name"),
    ("call", "last_name = Faker('last_name')"),
    ("constant", "first_name = DEFAULT_NAME"),
    ("concatenation", 'first_name = "Ann" + suffix'),
    ("list of names", 'fields = ["first_name", "last_name", "dob"]'),
    ("other names", 'file_name = "Ann"; class_name: "Roe"; host.name = "Ann"'),
    ("name of a thing", "name: Build And Test\nName: requests\n"),
    ("author", '"author": {"name": "Ann Roe"}'),
    ("ip address", 'ip_address: "10.0.0.1"'),
]


@pytest.mark.parametrize(("what", "text", "expected"), FOUND, ids=[what for what, _, _ in FOUND])
def test_found(what: str, text: str, expected: set[tuple[str, str]]) -> None:
    assert expected <= read(text)


@pytest.mark.parametrize(("what", "text"), QUIET, ids=[what for what, _ in QUIET])
def test_quiet(what: str, text: str) -> None:
    told = {pair for pair in read(text) if pair != ("name", "Build And Test")}  # the rule's check knows that one
    assert not told


def test_ordinary_names_count_beside_sure_ones() -> None:
    text = '{"name": "Ann Roe", "dob": "1970-05-03", "address": "12 The Hollow", "zip": "97301"}'
    assert {("full name", "Ann Roe"), ("address", "12 The Hollow"), ("zip", "97301")} <= read(text)
    assert not read('{"name": "foo", "zip": "a.zip", "address": "0x40"}')


def test_a_telling_value_makes_an_ordinary_name_sure() -> None:
    assert ("patient name", "Ann Roe") in read("Patient: Ann Roe was seen")
    assert ("street", "12 High St") in read('"street": "12 High St"')


def test_a_value_ends_where_it_reads_as_one() -> None:
    assert ("street address", "12 High St, Springfield, IL 62704") in read(
        "Street address: 12 High St, Springfield, IL 62704. He moved."
    )
    assert ("last name", "van der Berg") in read("Last name: van der Berg") | read('"last_name": "van der Berg"')


@pytest.mark.parametrize("unit", ['first_name = "', "&dob=", "<ssn>", '"dob": ', "dob - 1 ", "Address: 12 High St, "])
def test_reading_is_linear(unit: str) -> None:
    assert_proportional(read, *(repeated(unit, chars) for chars in (10_000, 80_000)))

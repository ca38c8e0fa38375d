"""HL7 v2: fields by position and type, however a message is wrapped, and what isn't one."""

import pytest

from detectors.structure.hl7 import Hl7Reader
from tests.detectors.structure.reading import entries, told, values
from tests.timing import assert_proportional, repeated

FIELDS = (
    "PID-2 PID-3 PID-5 PID-7 PID-11 PID-13 PID-14 PID-18 PID-19 NK1-2 NK1-4 NK1-5 PV1-7 PV1-19 GT1-3 IN1-36 OBR-32"
    " CX-SS XTN-4 XCN-1"
)
READER = Hl7Reader(entries("hl7", FIELDS))

HEADER = r"MSH|^~\&|ADT|HOSP|LAB|HOSP|202601020304||ADT^A01|77|P|2.5"
PATIENT = "PID|1||884412^^^HOSP^MR||ROE^JANE^Q^JR||19620114|F|||254 MAIN ST^^MYTOWN^OH^44123^USA||(216)123-4567"
FOUND = [
    ("PID-3", "884412"),
    ("PID-5", "ROE^JANE^Q"),
    ("PID-7", "19620114"),
    ("PID-11", "254 MAIN ST^^MYTOWN^OH^44123"),
    ("PID-13", "(216)123-4567"),
]

WRAPPINGS = [
    ("carriage returns", f"{HEADER}\r{PATIENT}\r"),
    ("line feeds", f"{HEADER}\n{PATIENT}\n"),
    ("both", f"{HEADER}\r\n{PATIENT}\r\n"),
    ("framed", f"\x0b{HEADER}\r{PATIENT}\r\x1c\r"),
    ("escapes in a literal", f'message = "{HEADER}\\r{PATIENT}\\r"'),
    ("hexadecimal escapes", f'message = "{HEADER}\\x0d{PATIENT}\\x0d"'),
    ("joined literals", f'message = ("{HEADER}\\r"\n    "{PATIENT}\\r"\n)'),
    ("a list of literals", f'lines = [\n    "{HEADER}",\n    "{PATIENT}",\n]'),
    ("indented", f"    {HEADER}\n    {PATIENT}\n"),
    ("line numbers", f"  1\t{HEADER}\n  2\t{PATIENT}\n"),
    ("a diff", f"+{HEADER}\n+{PATIENT}\n"),
    ("quoted mail", f"> {HEADER}\n> {PATIENT}\n"),
    ("line breaks lost", f"{HEADER} {PATIENT} "),
    ("line breaks lost, nothing in their place", f"{HEADER}EVN|A01|2026{PATIENT}"),
    ("without a header", f"{PATIENT}\n"),
    ("character references", f"<m>{HEADER}&#13;{PATIENT}&#xD;</m>"),
    ("other delimiters", f"{HEADER}\r{PATIENT}\r".replace("^", "*").replace("|", "#")),
]


@pytest.mark.parametrize("text", [text for _, text in WRAPPINGS], ids=[name for name, _ in WRAPPINGS])
def test_a_patient_is_read_however_the_message_is_wrapped(text: str) -> None:
    found = [(entry, value.replace("*", "^")) for entry, value in told(READER, text)]
    assert found == FOUND


FIELD_CASES = [
    ("repeated identifiers", "PID|1||7701^^^A~7702^^^B", ["7701", "7702"]),
    ("an identifier that says what it is", "PID|1||512441234^^^USA^SS", ["512441234"]),
    ("a null", 'PID|1||7701||""||""', ["7701"]),
    ("zeros and masks", "PID|1||7701||XXXXX^XXX||00000000|||||||||||000-00-0000", ["7701"]),
    ("a mail address", "PID|1||7701||||||||||^NET^Internet^jane@clinic.org", ["7701", "jane@clinic.org"]),
    ("a number in parts", "PID|1||7701||||||||||^PRN^PH^^1^216^5551234", ["7701", "1^216^5551234"]),
    ("a kind of telephone, no number", "PID|1||7701||||||||||^PRN^PH", ["7701"]),
    ("a state alone", "PID|1||7701||||||||^^^OH^^USA", ["7701"]),
    ("a clinician", "PV1|1|I|2000^01||||4777^GOOD^SIDNEY^J", ["4777", "GOOD^SIDNEY^J"]),
    ("a clinic in a clinician's place", "PV1|1|I|2000^01||||4777^NORTH CLINIC", []),
    (
        "an interpreter in subcomponents",
        "OBR|1" + "|" * 31 + "4777&GOOD&SIDNEY",
        ["4777", "GOOD&SIDNEY"],
    ),
    ("a visit", "PV1|1|I|2000||||||||||||||||V8001^^^HOSP", ["V8001"]),
    ("a lone digit", "PID|1|2||4||", []),
    ("a lone digit where only an identifier stands", "PV1|1|I|2000||||||||||||||||2", ["2"]),
    ("codes and results", "OBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dl|70_105|H|||F", []),
]


@pytest.mark.parametrize("case", FIELD_CASES, ids=[name for name, _, _ in FIELD_CASES])
def test_fields_are_read_by_their_type(case: tuple[str, str, list[str]]) -> None:
    _, segment, expected = case
    assert sorted(values(told(READER, f"{HEADER}\r{segment}\r"))) == sorted(expected)


def test_queries_name_the_fields_they_ask_for() -> None:
    query = f"{HEADER}\rQPD|IHE PDQ Query|111069|@PID.3.1^10101~@PID.5.1^SMITH\r"
    assert told(READER, query) == [("PID-3", "10101"), ("PID-5", "SMITH")]


def test_a_wrapped_segment_is_read_on() -> None:
    cut = PATIENT.index("OH")
    text = f"{HEADER}\r\n{PATIENT[:cut]}\r\n{PATIENT[cut:]}||||M\r\n"
    assert "(216)123-4567" in values(told(READER, text))


def test_several_messages_have_their_own_delimiters() -> None:
    other = f"{HEADER}\r{PATIENT}\r".replace("^", "*")
    assert len(told(READER, f"{HEADER}\r{PATIENT}\r{other}")) == 2 * len(FOUND)


@pytest.mark.parametrize(
    "text",
    [
        "PID|TTY|STAT|TIME|COMMAND",
        "| PID | USER | TIME |",
        "a PID|x",
        'if name == "PID|": pass',
        "see PV1|19",
        "MSH|^~\\&|",
    ],
)
def test_what_only_looks_like_a_segment_is_left(text: str) -> None:
    assert told(READER, text) == []


@pytest.mark.parametrize(
    "unit", ["PID|1||7~", "MSH|^~\\&|", "PID|", "|PID|1|^~", "\\rPID|1||", "~^" * 8, "PV1|1|I|" + "|" * 60]
)
def test_reading_is_linear(unit: str) -> None:
    short, long = (repeated(unit, chars, f"{HEADER}\r") for chars in (10_000, 80_000))
    assert_proportional(lambda text: told(READER, text), short, long)

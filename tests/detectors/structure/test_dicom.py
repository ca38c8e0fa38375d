"""DICOM: attributes of patients in dumps, JSON, XML and code; times, codes and UIDs are left."""

import pytest

from detectors.structure.dicom import DicomReader
from tests.detectors.structure.reading import entries, told
from tests.timing import assert_proportional, repeated

READER = DicomReader(
    entries("dicom", "0010,0010 0010,0020 0010,0030 0010,1000 0010,1040 0008,0050 0008,0090 0008,1050")
)

CASES = [
    ("dcmtk", "(0010,0010) PN [DOE^JOHN^A^DR]   #   8, 1 PatientName", [("0010,0010", "DOE^JOHN^A")]),
    ("dcmtk, nothing", "(0010,0020) LO (no value available)  #  0, 0 PatientID", []),
    ("dcm4che", "130: (0010,0010) PN #8 [DOE^JANE] PatientName", [("0010,0010", "DOE^JANE")]),
    ("pydicom", "(0010,0020) Patient ID                          LO: '1CT1'", [("0010,0020", "1CT1")]),
    ("pydicom, an apostrophe", "(0010,1040) Patient's Address  LO: \"12 O'Hara St\"", [("0010,1040", "12 O'Hara St")]),
    ("several values", r"(0010,1000) LO [111\222]", [("0010,1000", "111"), ("0010,1000", "222")]),
    ("JSON", '"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe^John"}]}', [("0010,0010", "Doe^John")]),
    ("JSON, value first", '"00100020": {\n "Value": [\n "77-12"\n ],\n "vr": "LO"}', [("0010,0020", "77-12")]),
    ("XML", '<element tag="0010,0020" vr="LO" name="PatientID">AB123</element>', [("0010,0020", "AB123")]),
    (
        "native XML",
        '<DicomAttribute tag="00100010" vr="PN"><PersonName><FamilyName>Roe</FamilyName></PersonName></DicomAttribute>',
        [("0010,0010", "Roe")],
    ),
    ("code", 'ds.PatientName = "CITIZEN^Joan"', [("0010,0010", "CITIZEN^Joan")]),
    ("an object", '{"PatientID": "98890234"}', [("0010,0020", "98890234")]),
    ("a name from a variable", "ds.PatientName = name", []),
    ("stand-ins", 'ds.PatientName = "Test"; ds.PatientName = "ANON"; ds.PatientID = "PatientID"', []),
    ("a tag for a value", '{"PatientID": "00100020"}', []),
    ("a UID", "(0008,0018) UI [1.2.840.113619.2.55.3]", []),
    ("an office", "(0008,0090) PN [RADIOLOGY DEPARTMENT]", []),
]


@pytest.mark.parametrize("case", CASES, ids=[name for name, _, _ in CASES])
def test_attributes_are_read(case: tuple[str, str, list[tuple[str, str]]]) -> None:
    _, text, expected = case
    assert told(READER, f"head\n{text}\ntail") == expected


HOSTILE = [
    '"00100010":',
    "(0010,0010) ",
    "PatientName = ",
    "(0010,0010) PN [",
    '"00100010": {"Value": [',
    "PatientID: '",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_reading_is_linear(unit: str) -> None:
    short, long = (repeated(unit, chars) for chars in (10_000, 80_000))
    assert_proportional(lambda text: told(READER, text), short, long)

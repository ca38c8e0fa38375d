"""NCPDP: D.0 fields behind whatever a separator was printed as, and SCRIPT messages."""

import pytest

from detectors.structure.ncpdp import NcpdpReader
from tests.detectors.structure.reading import entries, told, values
from tests.timing import assert_proportional, repeated

READER = NcpdpReader(
    entries(
        "ncpdp",
        "CA CB C4 CM CN CP CQ C2 DB Patient/Name Patient/Address Patient/DateOfBirth Patient/Phone Prescriber/Name"
        " NPI SSN",
    )
)

CLAIM = (
    "\x1e\x1cAM04\x1cC2987654321\x1e\x1cAM01\x1cC419700304\x1cC51\x1cCAJANE\x1cCBROE"
    "\x1cCM12 ELM ST\x1cCOMA\x1cCP02115\x1e"
)
TOLD = [("C2", "987654321"), ("C4", "19700304"), ("CA", "JANE"), ("CB", "ROE"), ("CM", "12 ELM ST"), ("CP", "02115")]

SEPARATORS = [
    ("the characters", CLAIM),
    ("escapes", "claim = '" + CLAIM.replace("\x1c", "\\x1c").replace("\x1e", "\\x1e") + "'"),
    ("names", CLAIM.replace("\x1c", "<FS>").replace("\x1e", "<RS>")),
    ("numbers", CLAIM.replace("\x1c", "<1C>").replace("\x1e", "<1E>")),
]


@pytest.mark.parametrize("text", [text for _, text in SEPARATORS], ids=[name for name, _ in SEPARATORS])
def test_fields_are_read_however_separators_are_printed(text: str) -> None:
    assert told(READER, text) == TOLD


def test_script_messages_are_read() -> None:
    text = """<NewRx><Patient><HumanPatient><Identification><SocialSecurity>512441234</SocialSecurity></Identification>
    <Name><LastName>Roe</LastName><FirstName>Ann</FirstName></Name><DateOfBirth><Date>1970-01-02</Date></DateOfBirth>
    <Address><AddressLine1>1 Elm St</AddressLine1><StateProvince>VA</StateProvince></Address><CommunicationNumbers>
    <PrimaryTelephone><Number>6175551212</Number></PrimaryTelephone></CommunicationNumbers></HumanPatient></Patient>
    <Pharmacy><BusinessName>Corner</BusinessName></Pharmacy><MedicationPrescribed><Date>2026-01-01</Date></MedicationPrescribed>
    <Prescriber><NonVeterinarian><Name><LastName>House</LastName></Name></NonVeterinarian></Prescriber></NewRx>"""
    assert values(told(READER, text)) == [
        *("512441234", "Roe", "Ann", "1970-01-02", "1 Elm St", "6175551212", "House"),
    ]


@pytest.mark.parametrize("text", ["AM01 FM", "\x1cXY01", "<FS>", "CAJANE", "<Patient><LastName>R</LastName></Patient>"])
def test_other_text_is_left(text: str) -> None:
    assert told(READER, text) == []


@pytest.mark.parametrize("unit", ["\x1cAM01", "\x1c", "<FS>CA", "\\x1cCA", "\x1cCA" + "x" * 300])
def test_reading_is_linear(unit: str) -> None:
    short, long = (repeated(unit, chars, "\x1cAM01") for chars in (10_000, 80_000))
    assert_proportional(lambda text: told(READER, text), short, long)

"""X12: persons of health care transactions by qualifier and loop; payers, providers' offices and codes are left."""

import pytest

from detectors.structure.x12 import X12Reader
from tests.detectors.structure.reading import entries, told, values
from tests.timing import assert_proportional, repeated

READER = X12Reader(
    entries(
        "x12",
        "NM1-3 NM1-3.provider NM1-9.MI NM1-9.SY NM1-9.XX N3-1 N4-1 REF-2.SY REF-2.EA REF-2.0F REF-2.G1 PER-2 PER-4"
        " PER-4.EM DMG-2 CLM-1 CLP-1 SBR-3",
    )
)

HEADER = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260102*1253*^*00501*000000905*1*T*:~"
    "GS*HC*SENDER*RECEIVER*20260102*0802*1*X*005010X222A1~ST*837*0021~"
)
CLAIM = (
    "NM1*41*2*PREMIER BILLING*****46*TGJ23~PER*IC*JERRY ROE*TE*3055552222*EM*j@clinic.org~"
    "HL*1**20*1~NM1*85*2*BEN KILDARE SERVICE*****XX*9876543210~N3*234 SEAWAY ST~N4*MIAMI*FL*33111~REF*EI*587654321~"
    "HL*2*1*22*1~SBR*P**2222-SJ******CI~NM1*IL*1*SMITH*JANE*Q***MI*JS00111223333~N3*236 N MAIN ST*APT 3~"
    "N4*MIAMI*FL*33413~DMG*D8*19430501*F~REF*SY*512441234~NM1*PR*2*KEY INSURANCE*****PI*999996666~N3*3333 OCEAN ST~"
    "CLM*26463774*100***11:B:1*Y*A*Y*I~HI*BK:0340*BF:V7389~NM1*82*1*KILDARE*BEN****XX*9999977777~"
)
TOLD = [
    ("PER-2", "JERRY ROE"),
    ("PER-4", "3055552222"),
    ("PER-4.EM", "j@clinic.org"),
    ("NM1-9.XX", "9876543210"),
    ("SBR-3", "2222-SJ"),
    ("NM1-3", "SMITH*JANE*Q"),
    ("NM1-9.MI", "JS00111223333"),
    ("N3-1", "236 N MAIN ST*APT 3"),
    ("N4-1", "MIAMI*FL*33413"),
    ("DMG-2", "19430501"),
    ("REF-2.SY", "512441234"),
    ("CLM-1", "26463774"),
    ("NM1-3.provider", "KILDARE*BEN"),
    ("NM1-9.XX", "9999977777"),
]
WHOLE = HEADER + CLAIM

SPELLINGS = [
    ("one line", WHOLE),
    ("a line each", WHOLE.replace("~", "~\n")),
    ("wrapped at eighty", "\n".join(WHOLE[at : at + 80] for at in range(0, len(WHOLE), 80))),
    ("other delimiters", WHOLE.replace("*", "|").replace("~", "\n")),
    ("a literal a line", "".join(f'    "{segment}~"\n' for segment in WHOLE.split("~"))),
    ("without a header", CLAIM.replace("~", "~\n")),
]


@pytest.mark.parametrize("text", [text for _, text in SPELLINGS], ids=[name for name, _ in SPELLINGS])
def test_a_claim_is_read_however_it_is_spelt(text: str) -> None:
    found = [(entry, value.replace("|", "*").replace("\n", "")) for entry, value in told(READER, text)]
    assert found == TOLD


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("REF*EA*MED1234~", ["MED1234"]),
        ("NM1*QC*1*FISHER*BENNY****MI*SJD11112~", ["FISHER*BENNY", "SJD11112"]),
        ("CLP*5554555444*1*800*450*300*12*94060555410000~", ["5554555444"]),
        ("NM1*IL*1*DOE*ANN****34*512441234~", ["DOE*ANN", "512441234"]),
        ("NM1*IL*1*DOE~N3*000~", ["DOE"]),
        ("NM1*PR*2*ANY PAYER~N3*1 MAIN ST~N4*MIAMI*FL*33413~PER*IC*CUSTOMER SERVICE*UR*WWW.X.ORG~", []),
        ("REF*XX*MED1234~DTP*472*D8*20260101~SV1*HC:99213*40*UN*1***1~", []),
    ],
)
def test_qualifiers_and_loops_decide(segments: str, expected: list[str]) -> None:
    assert values(told(READER, HEADER + segments)) == expected


@pytest.mark.parametrize("text", ["NM1 is a segment", "a*b*c", "REF*XX*1~", "see DMG*", "x = N3*4"])
def test_other_text_is_left(text: str) -> None:
    assert told(READER, text) == []


@pytest.mark.parametrize("unit", ["NM1*IL*1*A*B~", "NM1*IL*1*", "ISA*00*", "REF*SY*", "*", "N3*" * 3 + "~"])
def test_reading_is_linear(unit: str) -> None:
    short, long = (repeated(unit, chars, HEADER) for chars in (10_000, 80_000))
    assert_proportional(lambda text: told(READER, text), short, long)

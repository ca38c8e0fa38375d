"""DICOM headers as text: dumps of dcmtk, pydicom, gdcm and dcm4che, DICOM JSON and XML, code that sets attributes.

Attributes are those of the patient, study and visit modules that PS3.15 (annex E, read 2026-11) has removed before an
image is shared. Times, codes, UIDs and institutions are left out.
"""

import re
from collections.abc import Iterator, Sequence

from detectors.label import Labelled
from detectors.structure.blank import is_blank, is_organisation, trimmed

FORM = "dicom"
PREFIX = "dicom:"

_KEYWORDS = {
    "PatientName": "0010,0010", "PatientID": "0010,0020", "PatientBirthDate": "0010,0030",
    "OtherPatientIDs": "0010,1000", "OtherPatientNames": "0010,1001", "PatientBirthName": "0010,1005",
    "PatientAddress": "0010,1040", "InsurancePlanIdentification": "0010,1050",
    "PatientMotherBirthName": "0010,1060", "MedicalRecordLocator": "0010,1090",
    "PatientTelephoneNumbers": "0010,2154", "ResponsiblePerson": "0010,2297", "PatientComments": "0010,4000",
    "AccessionNumber": "0008,0050", "ReferringPhysicianName": "0008,0090",
    "ReferringPhysicianAddress": "0008,0092", "ReferringPhysicianTelephoneNumbers": "0008,0094",
    "ConsultingPhysicianName": "0008,009C", "PhysiciansOfRecord": "0008,1048",
    "PerformingPhysicianName": "0008,1050", "NameOfPhysiciansReadingStudy": "0008,1060",
    "OperatorsName": "0008,1070", "DeviceSerialNumber": "0018,1000", "RequestingPhysician": "0032,1032",
    "AdmissionID": "0038,0010", "ServiceEpisodeID": "0038,0060", "PersonName": "0040,A123",
    "VerifyingObserverName": "0040,A075", "ScheduledPerformingPhysicianName": "0040,0006",
    "NamesOfIntendedRecipientsOfResults": "0040,1010", "OrderEnteredBy": "0040,2008",
    "OrderCallbackPhoneNumber": "0040,2010", "PersonAddress": "0040,1102", "PersonTelephoneNumbers": "0040,1103",
}  # fmt: skip
_NAMES = frozenset(
    "0010,0010 0010,1001 0010,1005 0010,1060 0010,2297 0008,0090 0008,009C 0008,1048 0008,1050 0008,1060 0008,1070"
    " 0032,1032 0040,A123 0040,A075 0040,0006 0040,1010 0040,2008".split()
)
_TAGS = frozenset(_KEYWORDS.values())

TAG_GATE = (
    rb"(?:[(\"'](?:0008|0010|0018|0032|0038|0040), ?[0-9A-Fa-f]{4}[)\"']"
    rb"|[\"']00(?:08|10|18|32|38|40)[0-9A-Fa-f]{4}[\"'])"
)
KEYWORD_GATE = (
    rb"(?:Patient(?:Name|ID|BirthDate|Address|BirthName|TelephoneNumbers)|OtherPatientIDs|PhysicianName|OperatorsName"
    rb"|AccessionNumber)[\"']?\]?\s{0,8}[=:]"
)

_TAG = re.compile(r"""[("']([0-9A-Fa-f]{4}),?\s?([0-9A-Fa-f]{4})[)"']""")
# the first as dcmtk, gdcm and dcm4che print it, the second as pydicom does
_DUMPED = re.compile(
    r"""
      [ \t]{1,4}(?:[A-Z]{2}\b[^\[\r\n(]{0,40}|\#[^\[\r\n]{0,20}|)\[(?P<bracket>[^\]\r\n]{0,400})\]
    | [ \t]{1,4}[^\r\n]{0,60}?[ ](?:PN|LO|SH|DA|LT|ST|CS|UT|AS|TM|IS):[ ]{0,4}
      (?P<listed>\[[^\]\r\n]{0,400}\]|'[^'\r\n]{0,400}'|"[^"\r\n]{0,400}")
    """,
    re.VERBOSE,
)
_JSON_VALUE = re.compile(
    r"""\s{0,40}:\s{0,40}\{[^\[\]{}]{0,200}?["']Value["']\s{0,20}:\s{0,20}\[(?P<value>[^\]]{0,2000})\]"""
)
_STRING = re.compile(r"""["']([^"'\r\n]{1,400})["'](?P<colon>\s{0,20}:)?""")
_XML_VALUE = re.compile(r"[^<>]{0,200}>(?P<flat>[^<>]{0,400})<")
_XML_WORD = re.compile(r">\s{0,40}([^<>\s][^<>]{0,300})<")
_KEYWORD = re.compile(
    rf"""(?<![A-Za-z0-9])({"|".join(sorted(_KEYWORDS, key=len, reverse=True))})(?![A-Za-z0-9])["']?\]?
    \s{{0,8}}[=:]\s{{0,8}}
    (?:["'](?P<quoted>[^"'\r\n]{{1,400}})["']|\{{\s{{0,40}}["']Alphabetic["']\s{{0,8}}:\s{{0,8}}["'](?P<named>[^"'\r\n]{{1,400}})["'])""",
    re.VERBOSE,
)
_STAND_IN = re.compile(r"(?i)anon\w*|test\w*|foo|bar|name|patient\W?name|[a-z]")
_TEXTS = frozenset({"0010,1040", "0010,4000", "0008,0092", "0040,1102"})
_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[^\W\d_]")

Span = tuple[int, int]


class DicomReader:
    """Reads the attributes that entries such as `dicom:0010,0010` name."""

    gates: Sequence[bytes] = (TAG_GATE, KEYWORD_GATE)

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = frozenset(entry for entry in entries if entry.startswith(PREFIX))

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        done = -1
        for gate, end in sorted(set(hits), key=lambda hit: hit[1]):
            if end < done:
                continue
            found = _tagged(text, end) if gate == 0 else _assigned(text, end)
            for tag, span in found:
                done = max(done, span[1])
                yield from self._label(text, tag, span)

    def _label(self, text: str, tag: str, span: Span) -> Iterator[Labelled]:
        entry = PREFIX + tag
        if entry not in self._entries:
            return
        start, end = span
        while start < end:  # values of one attribute are parted by a backslash
            at = text.find("\\", start, end)
            one = trimmed(text, start, at if at >= 0 else end)
            if tag in _NAMES:
                one = _name(text, *one)
            if one[0] < one[1] and _is_told(text[slice(*one)], tag):
                yield Labelled(*one, entry, FORM)
            start = at + 1 if at >= 0 else end


def _tagged(text: str, end: int) -> Iterator[tuple[str, Span]]:
    """The values behind the tag that ends at `end`."""
    match = next((m for chars in (10, 11, 12) if (m := _TAG.fullmatch(text, max(0, end - chars), end))), None)
    if match is None:
        return
    tag = f"{match.group(1)},{match.group(2).upper()}"
    if dumped := _DUMPED.match(text, end):
        yield tag, dumped.span(dumped.lastgroup or 0)
    elif encoded := _JSON_VALUE.match(text, end):
        for string in _STRING.finditer(text, *encoded.span("value")):
            if not string.group("colon"):
                yield tag, string.span(1)
    elif text[max(0, match.start() - 5) : match.start()].endswith("tag=") and (written := _XML_VALUE.match(text, end)):
        if written.group("flat").strip():
            yield tag, written.span("flat")
        else:
            stop = text.find("</DicomAttribute>", end, end + 3000)
            for word in _XML_WORD.finditer(text, end, max(end, stop + 1)):
                yield tag, word.span(1)


def _assigned(text: str, end: int) -> Iterator[tuple[str, Span]]:
    """The value assigned to the keyword whose operator ends at `end`."""
    for match in _KEYWORD.finditer(text, max(0, end - 60), min(len(text), end + 420)):
        if match.start(1) < end <= match.start(match.lastgroup or 0):
            yield _KEYWORDS[match.group(1)], match.span(match.lastgroup or 0)
            return


def _is_told(value: str, tag: str) -> bool:
    """Whether a value says something: not blank, not a word for a patient, not the attribute's own name or number."""
    if is_blank(value) or value in _KEYWORDS or value.upper() == tag.replace(",", ""):
        return False
    if tag in _NAMES:
        return _STAND_IN.fullmatch(value) is None
    return tag in _TEXTS or tag not in _TAGS or _DIGIT.search(value) is not None


def _name(text: str, start: int, end: int) -> Span:
    """Family, given and middle name of `FAMILY^GIVEN^MIDDLE^PREFIX^SUFFIX`."""
    at = start
    for _ in range(3):
        stop = text.find("^", at, end)
        if stop < 0:
            at = end + 1
            break
        at = stop + 1
    start, end = trimmed(text, start, min(end, at - 1))
    while end > start and text[end - 1] == "^":
        end -= 1
    named = _LETTER.search(text, start, end) and not is_organisation(text[start:end])
    return (start, end) if named else (start, start)

"""NCPDP: fields of telecommunication (D.0) transmissions, and of SCRIPT messages in XML, that tell of persons.

D.0 fields are two characters behind a field separator (0x1C), segments and groups end with 0x1E and 0x1D; field ids are
those of the standard's data dictionary, as payers' payer sheets print them.
"""

import re
from collections.abc import Iterator, Sequence

from detectors.label import Labelled
from detectors.structure.blank import is_blank, trimmed
from detectors.structure.markup import Element, Span, parse

FORM = "ncpdp"
PREFIX = "ncpdp:"

SEGMENT_GATE = rb"(?:\x1c|\\x1[cC]|\\u001[cC]|<FS>|<1C>|\^\\)AM[0-9]{2}"
SCRIPT_GATE = rb"<(?:[a-z0-9]{1,8}:)?(?:HumanPatient|NonVeterinarian|BenefitsCoordination|RxChangeRequest|NewRx)[\s>]"

REACH_CHARS = 1_000_000
"""How far from its first mark a message is read, on either side."""

_SEPARATOR = r"(?:[\x1c-\x1e]|\\x1[c-eC-E]|\\u001[c-eC-E]|<[FGR]S>|<1[C-E]>|\^[\\\]^])"
_FIELD = re.compile(rf"{_SEPARATOR}([A-Z0-9]{{2}})((?:(?!{_SEPARATOR})[^\x02\x03\r\n\"'`]){{1,200}}+)")

_ROLES = {
    "HumanPatient": "Patient", "Patient": "Patient", "Prescriber": "Prescriber", "Supervisor": "Prescriber",
    "FollowUpPrescriber": "Prescriber", "PrescriberAgent": "Prescriber", "ResponsibleParty": "Patient",
    "EmergencyContact": "Patient", "Pharmacist": "Prescriber", "Pharmacy": "Pharmacy", "Facility": "Pharmacy",
}  # fmt: skip
_NAMES = frozenset({"LastName", "FirstName", "MiddleName", "FormerName"})
_ADDRESSES = frozenset({"AddressLine1", "AddressLine2", "City", "PostalCode", "ZipCode"})
_PHONES = frozenset(
    "PrimaryTelephone Beeper Fax HomeTelephone WorkTelephone OtherTelephone PhoneNumbers Phone CommunicationNumbers"
    "".split()
)
_IDENTIFIERS = {
    "MedicalRecordIdentificationNumberEHR": "Patient/MRN",
    "FileID": "Patient/MRN",
    "PatientAccountNumber": "Patient/Account",
    "SocialSecurity": "SSN",
    "DriversLicense": "Patient/Licence",
    "CardholderID": "C2",
    "PBMMemberID": "C2",
    "MedicareNumber": "C2",
    "MedicaidNumber": "C2",
    "NPI": "NPI",
    "DEANumber": "DEA",
}
_DATES = frozenset({"DateOfBirth"})


class NcpdpReader:
    """Reads the D.0 fields that entries such as `ncpdp:CB` name, and what `ncpdp:Patient/Name` names in SCRIPT."""

    gates: Sequence[bytes] = (SEGMENT_GATE, SCRIPT_GATE)

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = frozenset(entry for entry in entries if entry.startswith(PREFIX))

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        if not hits or not self._entries:
            return
        start = max(0, min(end for _, end in hits) - REACH_CHARS)
        end = min(len(text), max(end for _, end in hits) + REACH_CHARS)
        if any(gate == 0 for gate, _ in hits):
            yield from self._fields(text, start, end)
        if any(gate == 1 for gate, _ in hits):
            yield from self._script(text, parse(text, start, end), "", "")

    def _fields(self, text: str, start: int, end: int) -> Iterator[Labelled]:
        for match in _FIELD.finditer(text, start, end):
            yield from self._label(text, match.group(1), match.span(2))

    def _script(self, text: str, element: Element, role: str, kind: str) -> Iterator[Labelled]:
        for child in element.children:
            inner = _ROLES.get(child.name, role)
            inner_kind = child.name if child.name in _PHONES or child.name in _DATES else kind
            for entry in _entry(child.name, inner, inner_kind):
                for span in child.texts:
                    yield from self._label(text, entry, span)
            yield from self._script(text, child, inner, inner_kind)

    def _label(self, text: str, name: str, span: Span) -> Iterator[Labelled]:
        span = trimmed(text, *span)
        if PREFIX + name in self._entries and not is_blank(text[slice(*span)]):
            yield Labelled(*span, PREFIX + name, FORM)


def _entry(name: str, role: str, kind: str) -> Iterator[str]:
    """The entry, if any, of a SCRIPT element's text."""
    if name in _IDENTIFIERS:
        yield _IDENTIFIERS[name]
    elif role not in ("Patient", "Prescriber"):
        return
    elif name in _NAMES:
        yield f"{role}/Name"
    elif name in _ADDRESSES and role == "Patient":
        yield "Patient/Address"
    elif kind in _DATES and name in ("Date", "DateTime", "DateOfBirth"):
        yield "Patient/DateOfBirth"
    elif kind in _PHONES and name == "Number":
        yield f"{role}/Phone"
    elif name in ("ElectronicMail", "Email"):
        yield f"{role}/Email"

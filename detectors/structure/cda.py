"""C-CDA documents: names, addresses, telecoms, identifiers and birth times of persons, in the header and in entries.

Positions are those of the CDA R2 header (https://hl7.org/cda/us/ccda/, read 2026-11). Narrative sections are searched
for what the record target's part of the header told. Organisations, templates and codes are nobody's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from detectors.label import Labelled
from detectors.structure.blank import is_blank, is_organisation
from detectors.structure.known import Known
from detectors.structure.markup import Element, Span, parse

FORM = "cda"
PREFIX = "cda:"

DOCUMENT_GATE = rb"<(?:[a-z0-9]{1,8}:)?ClinicalDocument[\s>]"
PATIENT_GATE = rb"<(?:[a-z0-9]{1,8}:)?(?:patientRole|recordTarget|assignedPerson|guardianPerson)[\s>]"

REACH_CHARS = 4_000_000
"""How far from its first mark a document is read, on either side."""

_PATIENT_ROLES = frozenset({"patientRole", "patient", "guardian"})
_RELATIVE_ROLES = frozenset({"associatedEntity", "relatedEntity", "relatedSubject", "subject"})
_CLINICIAN_ROLES = frozenset(
    "assignedAuthor assignedEntity intendedRecipient assignedPerson associatedPerson informationRecipient".split()
)
_ORGANISATION = re.compile(r"(?i).*(?:organization|custodian|healthCareFacility|location|device|playingEntity|product)")
_COVERED = frozenset({"COV", "HLD"})
"""Participation types of a policy's covered party and holder."""

_PERSON_CLASSES = frozenset({"PRS", "ECON", "NOK", "GUARD", "CAREGIVER", "AGNT", "IND", "PAT", "DEPEN", "COVPTY"})
_ROOTS = {
    "2.16.840.1.113883.4.1": "id/ssn",
    "2.16.840.1.113883.4.6": "id/npi",
    "2.16.840.1.113883.4.572": "id/plan",
    "2.16.840.1.113883.4.927": "id/plan",
    "2.16.840.1.113883.4.814": "id/dea",
}
"""Object identifiers of the authorities whose numbers can stand anywhere."""

_LICENCES = re.compile(r"2\.16\.840\.1\.113883\.4\.3\.[0-9]{1,3}")
"""State driver licence authorities."""

_SCHEME = re.compile(r"(?i)\s*(?:(tel|fax|sms|mailto|https?|ftp)\s*:\s*(?://)?)?")
_ADDRESS_PARTS = ("streetAddressLine", "houseNumber", "streetName", "additionalLocator", "city", "county", "postalCode")


@dataclass(slots=True)
class _Document:
    text: str
    found: set[tuple[int, int, str]] = field(default_factory=set)
    known: Known = field(default_factory=Known)

    def add(self, entry: str, span: Span | None, *, known: bool = False) -> None:
        if span is not None and not is_blank(value := self.text[slice(*span)]):
            self.found.add((*span, PREFIX + entry))
            if known:
                self.known.add(value, PREFIX + entry)


class CdaReader:
    """Reads the positions that entries such as `cda:patient/name` and `cda:id/ssn` name.

    `patient/...` are the record target and its guardian, `relative/...` participants from the family, `person/name`
    authors and all other people.
    """

    gates: Sequence[bytes] = (DOCUMENT_GATE, PATIENT_GATE)

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = frozenset(entry for entry in entries if entry.startswith(PREFIX))

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        if not hits or not self._entries:
            return
        start = max(0, min(end for _, end in hits) - 200)
        end = min(len(text), max(end for _, end in hits) + REACH_CHARS)
        document = _Document(text)
        root = parse(text, start, end)
        _walk(document, root, "")
        for element in root.walk():
            if element.name in ("text", "paragraph", "title"):
                for span in element.words():
                    document.found.update(document.known.find(text, *span))
        for at, stop, entry in sorted(document.found):
            if entry in self._entries:
                yield Labelled(at, stop, entry, FORM)


def _walk(document: _Document, element: Element, role: str) -> None:
    """Reads an element's children. `role` is whose they are: the patient's, a relative's, a clinician's."""
    for child in element.children:
        organisation = _ORGANISATION.fullmatch(child.name) and role != "covered"
        inner = "organisation" if organisation else _role(document.text, child, role)
        _take(document, child, inner)
        _walk(document, child, inner)


def _role(text: str, element: Element, outer: str) -> str:
    name = element.name
    if name in _PATIENT_ROLES and (name != "patient" or element.children):
        return "patient"
    if name == "participant" and "typeCode" in element.attributes:
        return "covered" if text[slice(*element.attributes["typeCode"])] in _COVERED else outer
    if name == "encompassingEncounter":
        return "encounter"
    if name in _RELATIVE_ROLES:
        code = text[slice(*element.attributes["classCode"])] if "classCode" in element.attributes else ""
        return "relative" if code in _PERSON_CLASSES else "person"
    if name in _CLINICIAN_ROLES and outer not in ("patient", "relative"):
        return "person"
    return outer if name not in ("section", "entry", "component") else ""


def _take(document: _Document, element: Element, role: str) -> None:
    known = role == "patient"
    if element.name == "id":
        _identifier(document, element, role)
    elif role in ("", "organisation", "encounter"):
        return
    elif element.name == "name":
        for span in _name(element):
            if not is_organisation(document.text[slice(*span)]):
                document.add("relative/name" if role == "covered" else f"{role}/name", span, known=known)
    elif element.name in ("birthTime", "deceasedTime"):
        document.add(f"patient/{element.name}", element.attributes.get("value"))
    elif role == "person":
        return  # where clinicians work
    elif role == "covered":
        _take(document, element, "relative")
    elif element.name == "addr":
        for span in _address(element):
            document.add(f"{role}/addr", span, known=known and document.text[span[0]].isdigit())
    elif element.name == "telecom":
        entry, telecom = _telecom(document.text, element)
        document.add(f"{role}/{entry}", telecom, known=known)


def _name(element: Element) -> Iterator[Span]:
    """Given and family names; a name without parts is one."""
    parts = [part for part in element.children if part.name in ("given", "family")]
    for part in parts:
        yield from part.texts
    if not element.children:
        yield from element.texts


def _address(element: Element) -> Iterator[Span]:
    for part in element.children:
        if part.name in _ADDRESS_PARTS:
            yield from part.texts
    if not element.children:
        yield from element.texts


def _telecom(text: str, element: Element) -> tuple[str, Span | None]:
    value = element.attributes.get("value")
    if value is None:
        return "telecom", None
    scheme = _SCHEME.match(text, *value)
    start = scheme.end() if scheme else value[0]
    kind = (scheme.group(1) or "").lower() if scheme else ""
    if kind == "mailto" or "@" in text[start : value[1]]:
        return "email", (start, value[1])
    if kind.startswith(("http", "ftp")):
        return "url", value
    return "telecom", (start, value[1]) if any(c.isdigit() for c in text[start : value[1]]) else None


def _identifier(document: _Document, element: Element, role: str) -> None:
    extension, root = element.attributes.get("extension"), element.attributes.get("root")
    if extension is None or extension[1] - extension[0] < 2:
        return
    authority = document.text[slice(*root)] if root else ""
    if authority in _ROOTS:
        document.add(_ROOTS[authority], extension)
    elif role in ("covered", "encounter"):
        document.add("id/plan" if role == "covered" else "encounter/id", extension)
    elif role == "patient":
        document.add("id/licence" if _LICENCES.fullmatch(authority) else "patient/id", extension, known=True)

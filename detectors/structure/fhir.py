"""FHIR resources, DSTU2 to R5, in JSON, XML and literals: names, addresses, telecoms, identifiers, dates of persons.

Positions are told by data type and resource (https://hl7.org/fhir/R4/datatypes.html, read 2026-11). Organisations,
codes, systems, profiles and resource ids are nobody's. Narrative and notes are searched for what the resources named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from detectors.label import Labelled
from detectors.structure.blank import is_blank
from detectors.structure.known import Known
from detectors.structure.markup import Element
from detectors.structure.markup import parse as parse_markup
from detectors.structure.tree import Group, Leaf, elements, groups, parse

FORM = "fhir"
PREFIX = "fhir:"

RESOURCE_GATE = rb"resourceType[\"']?\s{0,8}[:=]"
NAME_GATE = rb"[\"']given[\"']\s{0,8}:\s{0,20}\["
XML_GATE = rb"xmlns(?::[a-z]{1,8})?\s{0,4}=\s{0,4}[\"']http://hl7\.org/fhir[\"']"

REACH_CHARS = 2_000_000
"""How far from its first mark a document is read, on either side."""

_PATIENTS = frozenset({"Patient", "Person", "RelatedPerson"})
_CLINICIANS = frozenset({"Practitioner", "PractitionerRole", "CareTeam"})
_ORGANISATIONS = frozenset(
    "Organization Location HealthcareService Endpoint InsurancePlan OrganizationAffiliation CapabilityStatement"
    " ImplementationGuide StructureDefinition ValueSet CodeSystem ConceptMap SearchParameter OperationDefinition"
    " Library Measure Questionnaire PlanDefinition ActivityDefinition NamingSystem Medication Substance Conformance"
    " Device TerminologyCapabilities CompartmentDefinition StructureMap GraphDefinition MessageDefinition TestScript"
    " Group".split()
)
_IDENTIFIED = {
    "Encounter": "Encounter.identifier",
    "EpisodeOfCare": "Encounter.identifier",
    "Account": "Account.identifier",
    "Coverage": "Coverage.identifier",
}
_ID_TYPES = {
    "SS": "Identifier.SS", "SSN": "Identifier.SS", "SB": "Identifier.SS", "DL": "Identifier.DL",
    "PPN": "Identifier.PPN", "AN": "Account.identifier", "VN": "Encounter.identifier", "NPI": "Identifier.NPI",
    "MB": "Coverage.identifier", "MC": "Coverage.identifier", "MA": "Coverage.identifier", "SN": "Coverage.identifier",
}  # fmt: skip
_ID_SYSTEMS = (
    ("/us-ssn", "Identifier.SS"),
    ("2.16.840.1.113883.4.1", "Identifier.SS"),
    ("/us-npi", "Identifier.NPI"),
    ("2.16.840.1.113883.4.6", "Identifier.NPI"),
    ("/us-mbi", "Coverage.identifier"),
    ("/us-medicare", "Coverage.identifier"),
    ("/us-driver", "Identifier.DL"),
)
_NOT_IDS = ("urn:ietf:rfc:3986",)
_PERSON_KEYS = frozenset(
    "subject patient individual beneficiary subscriber policyHolder practitioner recorder asserter requester"
    " generalPractitioner recordedBy collector interpreter prescriber enterer informationSource party".split()
)  # fmt: skip
_PERSON_TYPES = ("Patient", "Practitioner", "RelatedPerson", "Person", "PractitionerRole")
_NAME_KEYS = frozenset({"name", "maidenName", "valueHumanName", "alias"})
_NAME_EXTENSIONS = ("mothersMaidenName", "own-name", "own-prefix", "fathers-family", "mothers-family")
_TEXT_KEYS = frozenset({"div", "text", "comment", "comments", "conclusion", "description", "title", "display", "note"})
_LEAVES = {
    "birthDate": "birthDate",
    "deceasedDateTime": "deceasedDateTime",
    "bornDate": "birthDate",
    "subscriberId": "Coverage.subscriberId",
    "serialNumber": "Device.serialNumber",
    "carrierHRF": "Device.udi",
    "authorString": "Practitioner.name",
}
_TARGET = re.compile(r"(?:^|/)([A-Z][A-Za-z]{3,30})[/?]")
_DIGIT = re.compile(r"[0-9]")


@dataclass(slots=True)
class _Document:
    text: str
    found: list[tuple[int, int, str]] = field(default_factory=list)
    texts: list[Leaf] = field(default_factory=list)
    known: Known = field(default_factory=Known)

    def add(self, entry: str, leaf: object, *, known: bool = True) -> None:
        if isinstance(leaf, Leaf) and not is_blank(value := self.text[leaf.start : leaf.end]):
            self.found.append((leaf.start, leaf.end, PREFIX + entry))
            if known:
                self.known.add(value, PREFIX + entry)


class FhirReader:
    """Reads the data types that entries such as `fhir:HumanName` and `fhir:Identifier.SS` name."""

    gates: Sequence[bytes] = (RESOURCE_GATE, NAME_GATE, XML_GATE)

    def __init__(self, entries: frozenset[str]) -> None:
        self._entries = frozenset(entry for entry in entries if entry.startswith(PREFIX))

    def read(self, text: str, hits: Sequence[tuple[int, int]]) -> Iterator[Labelled]:
        if not hits or not self._entries:
            return
        start = max(0, min(end for _, end in hits) - REACH_CHARS)
        end = min(len(text), max(end for _, end in hits) + REACH_CHARS)
        document = _Document(text)
        if any(gate != 2 for gate, _ in hits):
            _walk(document, parse(text, start, end), "", "")
        if any(gate == 2 for gate, _ in hits):
            _walk(document, _as_group(text, parse_markup(text, start, end)), "", "")
        for leaf in document.texts:
            document.found.extend(document.known.find(text, leaf.start, leaf.end))
        for at, stop, entry in sorted(set(document.found)):
            if entry in self._entries:
                yield Labelled(at, stop, entry, FORM)


def _as_group(text: str, element: Element) -> Group:
    """An element as its JSON form would be: `value` attributes are values, a resource's name is its type."""
    group = Group(element.start, element.end)
    if element.name[:1].isupper():
        at = text.find(element.name, element.start)
        group.members.append(("resourceType", Leaf(at, at + len(element.name))))
    if "url" in element.attributes:
        group.members.append(("url", Leaf(*element.attributes["url"])))
    for child in element.children:
        if child.name == "div":
            group.members.append(("div", Leaf(child.start, child.end)))
        elif "value" in child.attributes:
            group.members.append((child.name, Leaf(*child.attributes["value"])))
        else:
            group.members.append((child.name, _as_group(text, child)))
    return group


def _walk(document: _Document, group: Group, resource: str, role: str) -> None:
    """Reads a group and what is in it. `role` is the name the group stands under."""
    text = document.text
    if not group.is_list:
        resource = group.text(text, "resourceType") or resource
    for key, node in group.members:
        for one in elements(node):
            if isinstance(one, Leaf):
                _leaf(document, key, one, group, resource, role)
            else:
                _type(document, key, one, resource, role)
                _walk(document, one, resource, key)


def _leaf(document: _Document, key: str, leaf: Leaf, group: Group, resource: str, role: str) -> None:
    text = document.text
    if resource and key in _LEAVES:
        document.add(_LEAVES[key], leaf)
    elif role == "photo" and resource in (*_PATIENTS, "Practitioner") and key in ("url", "data"):
        document.add("Patient.photo", leaf, known=False)
    elif (key == "name" and resource == "FamilyMemberHistory") or (
        key == "valueString" and group.text(text, "url").endswith(_NAME_EXTENSIONS)
    ):
        document.add("HumanName", leaf)
    elif key == "valueDateTime" and group.text(text, "url").endswith("patient-birthTime"):
        document.add("birthDate", leaf)
    elif key in _TEXT_KEYS and leaf.end - leaf.start > 8:
        document.texts.append(leaf)


def _type(document: _Document, key: str, group: Group, resource: str, role: str) -> None:
    """Reads a group that is of a data type."""
    names = {name for name, _ in group.members}
    if "given" in names or "family" in names or (key in _NAME_KEYS and "text" in names and resource):
        if resource or {"given", "family"} <= names:
            _name(document, group, "Practitioner.name" if resource in _CLINICIANS else "HumanName")
    elif resource in _ORGANISATIONS or not resource:
        return
    elif key in ("address", "valueAddress") or {"postalCode", "city"} <= names:
        _address(document, group)
    elif key in ("telecom", "valueContactPoint") or (names >= {"system", "value"} and key == "contact"):
        _telecom(document, group)
    elif key == "identifier":
        _identifier(document, group, "Patient" if role in ("subject", "patient", "beneficiary") else resource)
    elif "display" in names and names & {"reference", "type", "identifier"} and not names & {"code", "system"}:
        _reference(document, key, group)


def _name(document: _Document, group: Group, entry: str) -> None:
    for part in ("family", "given", "text"):
        for leaf in group.all(part):
            document.add(entry, leaf, known=entry == "HumanName" or part == "text")


def _address(document: _Document, group: Group) -> None:
    for part in ("line", "city", "district", "postalCode", "text"):
        for leaf in group.all(part):
            document.add("Address", leaf, known=part == "line")


def _telecom(document: _Document, group: Group) -> None:
    value = group.first("value")
    if not isinstance(value, Leaf):
        return
    system, written = group.text(document.text, "system"), document.text[value.start : value.end]
    if system == "email" or "@" in written:
        document.add("ContactPoint.email", value)
    elif system in ("phone", "fax", "sms", "pager", "") and _DIGIT.search(written):
        document.add("ContactPoint", value)
    elif system == "url":
        document.add("ContactPoint.url", value)


def _identifier(document: _Document, group: Group, resource: str) -> None:
    text = document.text
    system = group.text(text, "system")
    if system.endswith(_NOT_IDS):
        return
    entry = next((entry for part, entry in _ID_SYSTEMS if system.endswith(part)), None)
    if entry is None and "/passport" in system:
        entry = "Identifier.PPN"
    for kind in groups(group.first("type")):
        codes = [coding.text(text, "code") for coding in groups(kind.first("coding"))]
        entry = entry or next((_ID_TYPES[code] for code in codes if code in _ID_TYPES), None)
    if entry is None and resource in _PATIENTS:
        entry = "Identifier"
    value = group.first("value")
    if (entry := entry or _IDENTIFIED.get(resource)) and isinstance(value, Leaf) and value.end - value.start > 1:
        document.add(entry, value)


def _reference(document: _Document, key: str, group: Group) -> None:
    if _is_person(document.text, key, group):
        document.add("Reference.display", group.first("display"))


def _is_person(text: str, key: str, group: Group) -> bool:
    """Whether a reference leads to a person: by its target, its type, or, when neither tells, by its role."""
    target = _TARGET.search(group.text(text, "reference"))
    kind = target.group(1) if target else group.text(text, "type")
    return kind in _PERSON_TYPES if kind else key in _PERSON_KEYS

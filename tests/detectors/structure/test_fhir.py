"""FHIR: data types of persons in JSON, XML and literals; organisations, codes and systems are left."""

import json

import pytest

from detectors.structure.fhir import FhirReader
from tests.detectors.structure.reading import entries, told, values
from tests.timing import assert_proportional, repeated

READER = FhirReader(
    entries(
        "fhir",
        "HumanName Practitioner.name birthDate deceasedDateTime Address ContactPoint ContactPoint.email Identifier"
        " Identifier.SS Identifier.NPI Reference.display Coverage.subscriberId Encounter.identifier Patient.photo",
    )
)

PATIENT = {
    "resourceType": "Patient",
    "id": "example",
    "text": {"status": "generated", "div": "<div>Peter James Chalmers, 534 Erewhon St</div>"},
    "identifier": [
        {"type": {"coding": [{"code": "MR"}]}, "system": "urn:oid:1.2.36.146", "value": "12345A"},
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "512-44-1234"},
    ],
    "name": [{"use": "official", "family": "Chalmers", "given": ["Peter", "James"], "prefix": ["Mr."]}],
    "telecom": [{"system": "phone", "value": "(03) 3410 5613"}, {"system": "email", "value": "p@clinic.org"}],
    "birthDate": "1974-12-25",
    "address": [{"line": ["534 Erewhon St"], "city": "PleasantVille", "state": "Vic", "postalCode": "3999"}],
    "managingOrganization": {"reference": "Organization/1", "display": "Good Health"},
}
TOLD = {
    ("Identifier", "12345A"),
    ("Identifier.SS", "512-44-1234"),
    ("HumanName", "Chalmers"),
    ("HumanName", "Peter"),
    ("HumanName", "James"),
    ("ContactPoint", "(03) 3410 5613"),
    ("ContactPoint.email", "p@clinic.org"),
    ("birthDate", "1974-12-25"),
    ("Address", "534 Erewhon St"),
    ("Address", "PleasantVille"),
    ("Address", "3999"),
}

SPELLINGS = [
    ("pretty", json.dumps(PATIENT, indent=2)),
    ("minified", json.dumps(PATIENT, separators=(",", ":"))),
    ("sorted, the type last", json.dumps(PATIENT, sort_keys=True)),
    ("in a bundle", json.dumps({"resourceType": "Bundle", "entry": [{"resource": PATIENT}]})),
    ("contained", json.dumps({"resourceType": "Observation", "contained": [PATIENT]})),
    ("a line of many", '{"resourceType": "Basic"}\n' + json.dumps(PATIENT) + "\n"),
    ("a Python literal", f"patient = {PATIENT!r}"),
    ("cut before its end", json.dumps(PATIENT, indent=2)[:-4]),
    ("behind prose with a quote", f'He said "send this:\n{json.dumps(PATIENT)}'),
    ("line numbers", "\n".join(f"{n:4}\t{line}" for n, line in enumerate(json.dumps(PATIENT, indent=1).split("\n")))),
]


@pytest.mark.parametrize("text", [text for _, text in SPELLINGS], ids=[name for name, _ in SPELLINGS])
def test_a_patient_is_read_however_it_is_spelt(text: str) -> None:
    assert set(told(READER, text)) == TOLD


def test_narrative_is_searched_for_what_the_resource_named() -> None:
    found = values(told(READER, json.dumps(PATIENT)))
    assert found.count("Chalmers") == found.count("534 Erewhon St") == 2


def test_xml_is_read_alike() -> None:
    text = """<Patient xmlns="http://hl7.org/fhir"><id value="x1"/>
    <identifier><system value="urn:oid:1.2.36.146"/><value value="12345A"/></identifier>
    <name><family value="Chalmers"/><given value="Peter"/></name>
    <telecom><system value="phone"/><value value="555 2003"/></telecom><birthDate value="1974-12-25"/>
    <address><line value="534 Erewhon St"/><state value="Vic"/></address></Patient>"""
    assert values(told(READER, text)) == ["12345A", "Chalmers", "Peter", "555 2003", "1974-12-25", "534 Erewhon St"]


CASES = [
    ("a subject", {"resourceType": "Observation", "subject": {"reference": "Patient/1", "display": "Ann Roe"}}, 1),
    ("a subject by role", {"resourceType": "Observation", "subject": {"reference": "urn:uuid:1", "display": "Roe"}}, 1),
    ("an organisation", {"resourceType": "Encounter", "performer": {"reference": "Organization/1", "display": "A"}}, 0),
    ("a code", {"resourceType": "Observation", "code": {"coding": [{"system": "urn:x", "display": "BP"}]}}, 0),
    ("a visit", {"resourceType": "Encounter", "identifier": [{"value": "v1451"}]}, 1),
    ("an observation's identifier", {"resourceType": "Observation", "identifier": [{"value": "o1451"}]}, 0),
    ("an address of a clinic", {"resourceType": "Location", "address": {"line": ["1 Main St"], "city": "X"}}, 0),
    ("a subscriber", {"resourceType": "Coverage", "subscriberId": "AB9876543210"}, 1),
    ("nothing known", {"resourceType": "Patient", "name": [{"family": "unknown"}], "birthDate": ""}, 0),
    ("a profile", {"resourceType": "StructureDefinition", "name": "USCorePatient", "contact": [{"name": "HL7"}]}, 0),
    ("a resource name", {"resourceType": "Patient", "identifier": [{"system": "urn:ietf:rfc:3986", "value": "u:"}]}, 0),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[name for name, _, _ in CASES])
def test_positions_decide(case: tuple[str, object, int]) -> None:
    _, resource, expected = case
    assert len(told(READER, json.dumps(resource))) == expected


@pytest.mark.parametrize(
    "text", ['{"family": "ipv4", "address": "10.0.0.1"}', '{"given": ["a", "b"]}', "resourceType: x"]
)
def test_other_documents_are_left(text: str) -> None:
    assert told(READER, text) == []


def test_a_name_outside_a_resource_is_read_by_its_shape() -> None:
    assert len(told(READER, '"name": [{"family": "Chalmers", "given": ["Peter"]}]')) == 2


@pytest.mark.parametrize(
    "unit", ['{"a":', '"\\"', "[", "<a><div>", '"resourceType": "Patient", "name": [{', "'\\'", "{'a':["]
)
def test_reading_is_linear(unit: str) -> None:
    short, long = (repeated(unit, chars, '{"resourceType": "Patient", "given": [') for chars in (10_000, 80_000))
    assert_proportional(lambda text: told(READER, text), short, long)

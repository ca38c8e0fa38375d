"""C-CDA: persons of the header and of entries; organisations, templates and codes are left."""

import pytest

from detectors.structure.cda import CdaReader
from tests.detectors.structure.reading import entries, told, values
from tests.timing import assert_proportional, repeated

READER = CdaReader(
    entries(
        "cda",
        "patient/id patient/name patient/addr patient/telecom patient/email patient/birthTime relative/name"
        " relative/telecom person/name id/ssn id/npi id/plan encounter/id",
    )
)

DOCUMENT = """<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <recordTarget><patientRole>
    <id extension="998991" root="2.16.840.1.113883.19.5"/>
    <id extension="512-44-1234" root="2.16.840.1.113883.4.1"/>
    <addr use="HP"><streetAddressLine>1357 Amber Drive</streetAddressLine><city>Beaverton</city><state>OR</state></addr>
    <telecom value="tel:(816)276-6909" use="HP"/><telecom value="mailto:isa@clinic.org"/>
    <patient><name><given>Isabella</given><family>Jones</family></name><birthTime value="19750501"/></patient>
    <providerOrganization><name>Community Health</name><telecom value="tel:555-5000"/></providerOrganization>
  </patientRole></recordTarget>
  <author><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="9999"/>
    <addr><streetAddressLine>1 Work Street</streetAddressLine></addr>
    <assignedPerson><name><given>Henry</given><family>Seven</family></name></assignedPerson>
  </assignedAuthor></author>
  <participant typeCode="IND"><associatedEntity classCode="NOK"><telecom value="tel:555-2008"/>
    <associatedPerson><name><given>Ralph</given></name></associatedPerson></associatedEntity></participant>
  <participant typeCode="COV"><participantRole classCode="PAT"><id root="1.2" extension="1138345"/></participantRole>
  </participant>
  <componentOf><encompassingEncounter><id root="1.3" extension="9937012"/></encompassingEncounter></componentOf>
  <component><section><text>Isabella Jones was seen. Seven days of rest.</text></section></component>
</ClinicalDocument>"""


def test_a_document_is_read() -> None:
    assert told(READER, DOCUMENT) == [
        ("patient/id", "998991"),
        ("id/ssn", "512-44-1234"),
        ("patient/addr", "1357 Amber Drive"),
        ("patient/addr", "Beaverton"),
        ("patient/telecom", "(816)276-6909"),
        ("patient/email", "isa@clinic.org"),
        ("patient/name", "Isabella"),
        ("patient/name", "Jones"),
        ("patient/birthTime", "19750501"),
        ("id/npi", "9999"),
        ("person/name", "Henry"),
        ("person/name", "Seven"),
        ("relative/telecom", "555-2008"),
        ("relative/name", "Ralph"),
        ("id/plan", "1138345"),
        ("encounter/id", "9937012"),
        ("patient/name", "Isabella"),
        ("patient/name", "Jones"),
    ]


def test_prefixes_comments_and_cuts_do_no_harm() -> None:
    text = DOCUMENT.replace("<patient>", "<!-- <patient> --><cda:patient>").replace("</patient>", "</cda:patient>")
    assert ("patient/name", "Jones") in told(READER, text[: text.index("<author>")])


def test_a_fragment_is_enough() -> None:
    fragment = DOCUMENT[DOCUMENT.index("<patient>") : DOCUMENT.index("<providerOrg")]
    assert values(told(READER, f"<patientRole>{fragment}")) == ["Isabella", "Jones", "19750501"]


@pytest.mark.parametrize(
    "text",
    [
        '<ClinicalDocument><id extension="TT988" root="2.16.840.1.113883.19.5"/></ClinicalDocument>',
        "<ClinicalDocument><custodian><name>Good Health HIE</name></custodian></ClinicalDocument>",
        '<patientRole><id nullFlavor="UNK"/><addr><state>OR</state></addr><telecom nullFlavor="NI"/></patientRole>',
        "<patientRole><patient><name><family>unknown</family></name></patient></patientRole>",
        "<patient><name>Jones</name></patient>",
    ],
)
def test_what_is_nobodys_is_left(text: str) -> None:
    assert told(READER, text) == []


@pytest.mark.parametrize("unit", ["<a>", "</a>", "<!--", "<![CDATA[", '<a b="', "<a b='c' ", "<", "<a><b></a>"])
def test_reading_is_linear(unit: str) -> None:
    short, long = (repeated(unit, chars, "<ClinicalDocument>") for chars in (10_000, 80_000))
    assert_proportional(lambda text: told(READER, text), short, long)

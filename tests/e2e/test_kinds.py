"""The default policy on what people paste: a FHIR bundle, an HL7 message, a test card, a key in two parts."""

import json
import re
from typing import Any

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

PLACEHOLDER = re.compile(r"\[[A-Z][A-Z0-9_]*:[0-9a-f]{6}\]")

FAMILY, GIVEN, NUMBER = "Okonkwo", "Adaeze", "48201937"

BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "identifier": [
                    {"type": {"coding": [{"code": "MR"}]}, "system": "urn:oid:2.16.840.1.113883.19.5", "value": NUMBER}
                ],
                "name": [{"use": "official", "family": FAMILY, "given": [GIVEN]}],
                "gender": "female",
                "birthDate": "1961-03-14",
            }
        },
        {
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}]},
                "valueQuantity": {"value": 7.2, "unit": "g/dl"},
            }
        },
    ],
}

MESSAGE = "\r".join(
    (
        r"MSH|^~\&|LAB|NORTH|EHR|NORTH|20260214083000||ORU^R01|M0001|P|2.5.1",
        f"PID|1||{NUMBER}^^^NORTH^MR||{FAMILY}^{GIVEN}^^^^^L||19610314|F",
        "OBX|1|NM|718-7^Hemoglobin^LN||7.2|g/dL|12.0-15.5|L|||F",
    )
)


def _prompt(vendor: FakeVendor) -> str:
    """The text of the first turn that the vendor received; fails when the body is no JSON."""
    body: Any = json.loads(vendor.last.body)
    content = body["messages"][0]["content"]
    return str(content if isinstance(content, str) else content[0]["text"])


@pytest.mark.parametrize("indent", [None, 2])
def test_a_fhir_bundle_loses_the_patient_and_stays_json(
    balanced: Tightlip, vendor: FakeVendor, indent: int | None
) -> None:
    curl(balanced, CHAT, values.chat(json.dumps(BUNDLE, indent=indent)))
    patient, observation = (entry["resource"] for entry in json.loads(_prompt(vendor))["entry"])
    (name,) = patient["name"]
    for place in (name["family"], name["given"][0], patient["identifier"][0]["value"], patient["birthDate"]):
        assert PLACEHOLDER.fullmatch(place)
    assert (name["use"], patient["gender"]) == ("official", "female")
    assert observation == BUNDLE["entry"][1]["resource"]  # type: ignore[index]
    decision = balanced.decisions()[-1]
    assert decision["decision"] == "redact"
    assert {finding["category"] for finding in decision["findings"]} == {"phi"}


def test_an_hl7_message_loses_the_patient_and_keeps_its_fields(balanced: Tightlip, vendor: FakeVendor) -> None:
    curl(balanced, MESSAGES, values.message(f"Why is this rejected?\n{MESSAGE}"))
    received = _prompt(vendor)
    header, patient, result = received.removeprefix("Why is this rejected?\n").split("\r")
    assert (header, result) == (MESSAGE.split("\r")[0], MESSAGE.split("\r")[2])
    fields = patient.split("|")
    assert len(fields) == 9
    for number in (3, 5, 7):
        assert PLACEHOLDER.match(fields[number])
    assert not any(value in received for value in (FAMILY, GIVEN, NUMBER, "19610314"))


def test_a_published_test_card_passes_and_is_on_record(balanced: Tightlip, vendor: FakeVendor) -> None:
    sent = values.chat("charge " + " ".join(("4242",) * 4) + " in the sandbox")
    curl(balanced, CHAT, sent)
    assert vendor.last.body == sent
    decision = balanced.decisions()[-1]
    assert decision["decision"] == "log"
    assert [finding["entity"] for finding in decision["findings"]] == ["CREDIT_CARD_TEST"]


def test_a_key_in_two_parts_of_a_message_loses_both(balanced: Tightlip, vendor: FakeVendor) -> None:
    key = values.aws_key()
    parts = [{"type": "text", "text": text} for text in (f"the key is {key[:8]}", f"{key[8:]} and it fails")]
    message = {"model": "claude-fake", "max_tokens": 9, "messages": [{"role": "user", "content": parts}]}
    curl(balanced, MESSAGES, json.dumps(message).encode())
    first, second = (part["text"] for part in json.loads(vendor.last.body)["messages"][0]["content"])
    assert PLACEHOLDER.sub("", first) == "the key is "
    assert PLACEHOLDER.sub("", second) == " and it fails"

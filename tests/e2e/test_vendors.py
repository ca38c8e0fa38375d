"""A registry and the packs that lean on it: who is approved, who has a BAA, and what everyone else is told."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, MESSAGES, curl
from tests.e2e.conftest import Lab
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

REGISTRY = """\
vendors:
  openai:
    approval: approved
    agreements: {baa: {status: signed, until: 2099-01-01}}
    tools: [{client: curl}, {client: openai-sdk, versions: '>=2'}]
  mistral:
    approval: approved
    agreements: {baa: {status: signed, until: 2020-01-01}}
"""
MISTRAL = "https://api.mistral.ai/v1/chat/completions"
PATIENT = "Patient record. Diagnosis: diabetes mellitus type 2. MRN: 48210937"


@pytest.fixture(scope="module")
def regulated(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    file = tmp_path_factory.mktemp("registry") / "registry.yaml"
    file.write_text(REGISTRY)
    with lab.tightlip("regulated", policy=["soc2", "hipaa"], registry=str(file)) as tightlip:
        yield tightlip


def test_an_approved_vendor_is_used(regulated: Tightlip, vendor: FakeVendor) -> None:
    assert curl(regulated, CHAT, values.chat("hello")).status == 200
    assert regulated.metric("tightlip_shadow_ai_requests_total", vendor="openai") == 0


def test_another_is_stopped_and_told_which_are_approved(regulated: Tightlip, vendor: FakeVendor) -> None:
    before = regulated.metric("tightlip_shadow_ai_requests_total", vendor="anthropic", decision="block")
    answer = curl(regulated, MESSAGES, values.message("hello"))
    said = json.loads(answer.body)["error"]["message"]
    assert answer.status == 400
    assert "This AI service is not approved. Approved here: Mistral AI, OpenAI API (curl, openai-sdk >=2)." in said
    assert vendor.requests == []
    last = regulated.decisions()[-1]
    assert (last["clause"], last["reason"]) == ("approved-vendors-only", "policy")
    assert regulated.metric("tightlip_shadow_ai_requests_total", vendor="anthropic", decision="block") == before + 1


def test_in_a_browser_it_is_a_page(regulated: Tightlip, vendor: FakeVendor) -> None:
    answer = curl(regulated, "https://grok.com/", None, "-H", "accept: text/html", "-H", "sec-fetch-mode: navigate")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<p>Tightlip stopped this request" in answer.body.decode()
    assert "Approved here: Mistral AI, OpenAI API (curl, openai-sdk &gt;=2)." in answer.body.decode()
    assert vendor.requests == []


def test_patients_go_where_a_baa_is_in_force_and_then_as_placeholders(regulated: Tightlip, vendor: FakeVendor) -> None:
    assert curl(regulated, CHAT, values.chat(PATIENT)).status == 200
    assert b"48210937" not in vendor.last.body
    answer = curl(regulated, MISTRAL, values.chat(PATIENT))
    assert answer.status == 400
    assert "no business associate agreement" in answer.body.decode()
    last = regulated.decisions()[-1]
    assert last["clause"] == "phi-needs-baa"
    assert last["context"]["agreements"] == {"baa": "expired"}

"""Which code a request is about, on the wire: a class that goes to no AI, headers that only the proxy gets to see."""

from collections.abc import Iterator

import pytest

from tests.e2e import values
from tests.e2e.clients import CHAT, VERSIONS, curl
from tests.e2e.lab import Tightlip
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

CLASSES = """\
version: 1
headers: {x-repository: repository}
code:
- repository: ["*/acme/ledger-*"]
  classes: {pci: cde}
"""
POLICY = """\
version: 1
id: own
description: Code of the ledger goes to no AI.
extends: monitor
requests:
- id: cde-code
  when: {code: {pci: [cde]}}
  action: block
"""


@pytest.fixture(scope="module")
def classifying(lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("classifying")
    (folder / "classes.yaml").write_text(CLASSES)
    (folder / "own.yaml").write_text(POLICY)
    files = {"classification": str(folder / "classes.yaml"), "policy": str(folder / "own.yaml")}
    with lab.tightlip("classifying", folder=folder, **files) as tightlip:
        yield tightlip


@pytest.mark.parametrize("version", VERSIONS)
def test_code_of_a_class_does_not_leave(classifying: Tightlip, vendor: FakeVendor, version: str) -> None:
    remote = "origin\tgit@github.com:acme/ledger-core.git (fetch)"
    answer = curl(classifying, CHAT, values.chat(f"What is this?\n{remote}\n"), version)
    assert answer.status == 400
    assert vendor.requests == []
    decision = classifying.decisions()[-1]
    assert decision["clause"] == "cde-code"
    assert decision["context"]["classes"] == {"pci": ["cde"], "risk": ["unknown"]}
    assert decision["context"]["repositories"] == ["github.com/acme/ledger-core"]


@pytest.mark.parametrize("version", VERSIONS)
def test_headers_about_code_are_for_the_proxy_alone(classifying: Tightlip, vendor: FakeVendor, version: str) -> None:
    body = values.chat("hi")
    assert curl(classifying, CHAT, body, version, "-H", "X-Repository: github.com/acme/web").status == 200
    assert vendor.last.header("x-repository") is None
    assert vendor.last.body == body
    vendor.reset()
    assert curl(classifying, CHAT, body, version, "-H", "X-Repository: github.com/acme/ledger-web").status == 400
    assert vendor.requests == []

"""The bill of materials: all that is locked, the same for the same lock, and in the words of CycloneDX."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from proxy import __version__
from supply.lock import Pin, read_lock
from supply.sbom import bill
from tests.e2e.lab import ROOT

PINS = read_lock(ROOT / "requirements.lock")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """As the command writes it."""
    file = tmp_path_factory.mktemp("sbom") / "tightlip.cdx.json"
    command = [sys.executable, "-m", "supply", "sbom", str(file)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return json.loads(file.read_text())


def test_it_says_what_it_is_and_what_it_is_about(document: Any) -> None:
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    product = document["metadata"]["component"]
    assert (product["type"], product["name"], product["version"]) == ("application", "tightlip", __version__)
    assert product["licenses"] == [{"expression": "Apache-2.0"}]


def test_it_lists_all_that_is_locked_with_version_hashes_and_licence(document: Any) -> None:
    listed = {part["purl"]: part for part in document["components"]}
    assert set(listed) == {pin.purl for pin in PINS}
    for pin in PINS:
        part = listed[pin.purl]
        assert (part["name"], part["version"], part["bom-ref"]) == (pin.name, pin.version, pin.purl)
        assert [value["content"] for value in part["hashes"]] == list(pin.hashes)
        assert part["licenses"][0]["expression"]


def test_every_part_is_needed_by_something_and_everything_needed_is_a_part(document: Any) -> None:
    refs = {part["bom-ref"] for part in document["components"]}
    top = document["metadata"]["component"]["bom-ref"]
    needs = {entry["ref"]: set(entry["dependsOn"]) for entry in document["dependencies"]}
    assert set(needs) == refs | {top}
    reached, waiting = set[str](), [top]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += needs[ref]
    assert reached == refs | {top}


def test_the_same_lock_gives_the_same_bill() -> None:
    assert json.dumps(bill(PINS)) == json.dumps(bill(PINS))
    assert bill(PINS)["serialNumber"] != bill(PINS[1:])["serialNumber"]


def test_another_version_than_the_locked_one_is_no_bill() -> None:
    with pytest.raises(ValueError, match=r"rich: expected 0\.1 as locked"):
        bill([Pin("rich", "0.1", ())])


def test_the_command_says_how_it_is_used(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "supply", "dance"], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 2

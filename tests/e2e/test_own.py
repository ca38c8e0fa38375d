"""From a CSV to a running proxy: a prompt with a customer's row does not leave, one with half of it does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compiled import share_rules
from tests.e2e import values
from tests.e2e.clients import CHAT, curl
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

CSV = "Name,Born,Customer No\nBukomo Bire,1998-02-12,K-40000\nSaraki Nemo,1980-05-01,K-40001\n"
POLICY = """
version: 1
id: acme
description: Customers stay here.
findings:
- id: customers
  when: {rule: [acme-customers]}
  action: block
- id: ledger
  when: {entity: [SOURCE_CODE]}
  action: block
"""


def tightlip(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "proxy", *arguments, "--state-dir", str(folder / "state")]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60, capture_output=True)


@pytest.fixture(scope="module")
def proxy(vendor_server: FakeVendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tightlip]:
    folder = tmp_path_factory.mktemp("own")
    share_rules(folder / "state")
    (folder / "customers.csv").write_text(CSV)
    (folder / "acme.yaml").write_text(POLICY)
    columns = ["--columns", "Name:name,Born:date,Customer No:id:number", "--together", "Name,Born"]
    made = ["--alone", "number", "--id", "acme-customers", "-o", str(folder / "made.tldict")]
    tightlip(folder, "dictionary", "build", str(folder / "customers.csv"), *columns, *made)
    source = ["--id", "ledger", "-o", str(folder / "made.tlprint")]
    tightlip(folder, "fingerprint", "build", str(ROOT / "detectors" / "structure"), *source)
    config = configuration(
        vendor_server.address,
        vendor_server.authority.ca,
        policy=str(folder / "acme.yaml"),
        dictionaries=[str(folder / "made.tldict")],
        fingerprints=[str(folder / "made.tlprint")],
    )
    with Tightlip(folder, config) as running:
        yield running


def lines() -> str:
    return "\n".join((ROOT / "detectors" / "structure" / "hl7.py").read_text().splitlines()[100:125])


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Write to Bire, Bukomo (born 12 Feb 1998).", ["acme-customers"] * 2),
        ("Write to Bukomo Bire.", []),
        ("Who was born on 1998-02-12?", []),
        ("Write to Bukomo Bire, born 1980-05-01.", []),
        ("Where is the order of k 40001?", ["acme-customers"]),
        (f"Why does this fail?\n{lines()}", ["ledger"]),
        ("Why does this fail?\nfor line in lines:\n    print(line)", []),
    ],
    ids=["row", "name", "birthday", "two rows", "number", "fragment", "other code"],
)
def test_only_own_data_stays(proxy: Tightlip, vendor: FakeVendor, text: str, rules: list[str]) -> None:
    answer = curl(proxy, CHAT, values.chat(text), "--http1.1")
    assert answer.status == (400 if rules else 200)
    assert len(vendor.requests) == (0 if rules else 1)
    decision = proxy.decisions()[-1]
    own = [finding["rule"] for finding in decision["findings"] if finding["clause"] in ("customers", "ledger")]
    assert own == rules
    assert "Bukomo" not in json.dumps(decision)

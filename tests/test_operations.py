"""What `docs/operations.md` says is so: firewall rules can be taken, the backup restores, each alert has a section."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiled import share_rules
from tests.e2e.clients import CHAT, curl
from tests.e2e.lab import ROOT, Tightlip, configuration
from tests.e2e.values import chat
from tests.fakevendor import FakeVendor, make_authority

PAGE = (ROOT / "docs" / "operations.md").read_text()
ALERTS = (
    "TightlipDown TightlipNotReady TightlipFailingClosed TightlipHookFaults TightlipReloadFailed TightlipAuditLag "
    "TightlipAuditFailures TightlipScanTimeouts TightlipWorkerCrashes TightlipProcessRestarts TightlipMemoryPressure "
    "TightlipShedding TightlipCertificateExpiry TightlipBundleExpiry TightlipAgreementExpiry TightlipTrafficBypass "
    "TightlipFalseAlarms TightlipShadowAI"
).split()
NEEDS_NFT = pytest.mark.skipif(
    shutil.which("nft") is None or os.geteuid() != 0, reason="checking rules needs nft, and root to ask the kernel"
)


def block(kind: str, name: str) -> str:
    """The fenced block that a comment names."""
    found = re.search(rf"<!-- {kind}: {name} -->\n```\w*\n(.*?)\n```\n", PAGE, re.DOTALL)
    assert found is not None, f"no block {kind}: {name}"
    return found[1]


def test_every_alert_has_a_section() -> None:
    files = (ROOT / "deploy" / "prometheus").glob("*.yml")
    shipped = {name for file in files for name in re.findall(r"^\s*- alert: (\w+)$", file.read_text(), re.MULTILINE)}
    sections = set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE))
    assert (set(ALERTS) | shipped) - sections == set()


# firewall


@NEEDS_NFT
@pytest.mark.parametrize("name", ["gateway", "machine"])
def test_the_firewall_rules_can_be_taken(tmp_path: Path, name: str) -> None:
    rules = tmp_path / "rules.nft"
    rules.write_text(block("nft", name).replace('skuid "tightlip"', "skuid 65534"))  # a user that is everywhere
    done = subprocess.run(["nft", "-c", "-f", str(rules)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


# backup


def _sh(script: str, folder: Path, **variables: str) -> None:
    tightlip = folder / "tightlip"
    tightlip.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m proxy "$@"\n')
    tightlip.chmod(0o755)
    environment = {**os.environ, **variables, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    subprocess.run(["sh", "-euc", script], env=environment, check=True, capture_output=True, timeout=120)


def _ask(tightlip: Tightlip, vendor: FakeVendor) -> bytes:
    """What the vendor got for a text with an address, which it gets a pseudonym of."""
    vendor.reset()
    assert curl(tightlip, CHAT, chat("write to ann.example@" + "corp-mail.org")).status == 200
    return vendor.last.body


@pytest.mark.slow
def test_a_backup_made_while_running_restores(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    with FakeVendor(authority) as vendor:
        config = configuration(vendor.address, authority.ca, policy="pseudonyms")
        first, second = Tightlip(tmp_path / "first", config), Tightlip(tmp_path / "second", config)
        share_rules(first.state)
        backup = tmp_path / "backup"
        with first:
            sent, ca = _ask(first, vendor), first.ca.read_bytes()
            _sh(block("run", "backup"), tmp_path, STATE=str(first.state), BACKUP=str(backup))
        open_files = [path.name for path in backup.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
        assert [name for name in open_files if not name.endswith(".pem")] == []
        _sh(block("run", "restore"), tmp_path, STATE=str(second.state), BACKUP=str(backup))
        share_rules(second.state)
        with second:
            assert b"ann.example" not in sent
            assert _ask(second, vendor) == sent
            assert second.ca.read_bytes() == ca
            records = second.audit()
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert "decision" in [record["type"] for record in records if record["seq"] < records[-1]["seq"] - 2]

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


PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
PROBE = """
import socket, sys
for kind, port in ((socket.SOCK_STREAM, 443), (socket.SOCK_DGRAM, 443), (socket.SOCK_STREAM, 8080)):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.settimeout(5)
        try:
            probe.connect(("10.99.0.2", port))
            probe.send(b"?")
            print(probe.recv(1).decode())
        except OSError:
            print("refused")
"""
SERVE = """
import socket, sys, threading

def echo(server):
    while True:
        peer, _ = server.accept()
        peer.sendall(b"!")
        peer.close()

for port in (443, 8080):
    threading.Thread(target=echo, args=(socket.create_server(("10.99.0.2", port)),), daemon=True).start()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("10.99.0.2", 443))
print("up", flush=True)
while True:
    _, peer = datagrams.recvfrom(9)
    datagrams.sendto(b"!", peer)
"""
NAMESPACES = """
ip link set lo up
unshare -n sleep 60 & far=$!
trap 'kill $far' EXIT
while test "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)"; do :; done
ip link add near type veth peer name far netns $far
ip addr add 10.99.0.1/24 dev near
ip link set near up
nsenter -t $far -n ip addr add 10.99.0.2/24 dev far
nsenter -t $far -n ip link set far up
nsenter -t $far -n ip link set lo up
mkfifo "$FOLDER/up"
nsenter -t $far -n "$PYTHON" -c "$SERVE" > "$FOLDER/up" & served=$!
trap 'kill $served $far' EXIT
read up < "$FOLDER/up"
"$PYTHON" -c "$PROBE"
nft -f "$FOLDER/rules.nft"
"$PYTHON" -c "$PROBE"
setpriv --reuid 65534 --regid 65534 --clear-groups /usr/bin/env python3 -c "$PROBE"
"""


@NEEDS_NFT
def test_on_one_machine_the_proxys_user_alone_goes_out(tmp_path: Path) -> None:
    """Two network namespaces with a cable between: TCP 443, UDP 443 and TCP 8080, by each of two users."""
    if any(shutil.which(tool, path=PATH) is None for tool in ("ip", "unshare", "nsenter", "setpriv", "python3")):
        pytest.skip("needs ip, unshare, nsenter, setpriv and a python3 that everyone may run")
    if subprocess.run(["unshare", "-n", "ip", "link", "add", "trial", "type", "veth"], capture_output=True).returncode:
        pytest.skip("needs network namespaces")
    (tmp_path / "rules.nft").write_text(block("nft", "machine").replace('skuid "tightlip"', "skuid 65534"))
    environment = {"PATH": PATH, "PYTHON": sys.executable, "FOLDER": str(tmp_path)}
    command = ["unshare", "-n", "sh", "-euc", NAMESPACES]
    done = subprocess.run(
        command, env={**environment, "PROBE": PROBE, "SERVE": SERVE}, capture_output=True, text=True, timeout=60
    )
    answers = done.stdout.split()
    assert (answers[:3], answers[3:6], answers[6:]) == (["!"] * 3, ["refused", "refused", "!"], ["!"] * 3), done.stderr


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

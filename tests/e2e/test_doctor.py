"""The doctor in front of a running proxy: all well, and for one client the step at which its way fails."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.lab import ROOT, Tightlip
from tests.e2e.test_identity import PASSWORD, guarded  # noqa: F401
from tests.e2e.test_parent import Parent
from tests.fakevendor import FakeVendor

pytestmark = pytest.mark.slow

_SETTINGS = ("_PROXY", "SSL_CERT_FILE", "CA_CERTS", "CA_BUNDLE", "CA_CERTIFICATE", "_BASE")


def _tightlip(home: Path, *arguments: str, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    clean = {k: v for k, v in os.environ.items() if not k.upper().endswith(_SETTINGS)}
    done = subprocess.run(
        [sys.executable, "-m", "proxy", "doctor", "--json", "--home", str(home), *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        timeout=60,
    )
    return done.returncode, {check["name"]: check for check in reversed(json.loads(done.stdout)["checks"])}


def _set_up(tightlip: Tightlip, home: Path, tool: str, *more: str) -> None:
    arguments = ["setup", tool, "--apply", "--yes", "--home", str(home), "--state-dir", str(tightlip.state), *more]
    if "--proxy" not in more:
        arguments += ["--proxy", tightlip.proxy_url]
    subprocess.run([sys.executable, "-m", "proxy", *arguments], cwd=ROOT, check=True, capture_output=True, timeout=60)


def _shell(home: Path) -> dict[str, str]:
    """The variables of a shell that read the start-up files."""
    script = f"test ! -f {home}/.profile || . {home}/.profile; env -0"
    done = subprocess.run(["sh", "-c", script], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.decode().split("\0") if "=" in line)


@pytest.mark.parametrize("tool", ["claude-code", "codex", "aider", "curl", "gemini-cli", "python", "go"])
def test_a_client_that_was_set_up_is_read(balanced: Tightlip, vendor: FakeVendor, tmp_path: Path, tool: str) -> None:
    _set_up(balanced, tmp_path, tool)
    code, found = _tightlip(tmp_path, "--client", tool, **_shell(tmp_path))
    assert found["read"]["message"].startswith("read by Tightlip ")
    assert "policy balanced" in found["read"]["message"]
    assert (code, vendor.requests) == (0, [])


def test_a_client_set_up_by_its_base_url_is_read(balanced: Tightlip, tmp_path: Path) -> None:
    _set_up(balanced, tmp_path, "claude-code", "--base-url")
    code, found = _tightlip(tmp_path, "--client", "claude-code")
    assert (code, found["read"]["level"]) == (0, "ok")
    assert "cch=" in found["advice"]["message"]


def test_who_does_not_trust_the_ca_is_told_so(balanced: Tightlip, tmp_path: Path) -> None:
    code, found = _tightlip(tmp_path, "--client", "aider", HTTPS_PROXY=balanced.proxy_url)
    assert (code, found["trust"]["level"]) == (1, "failed")
    assert "read" not in found


def test_another_proxy_is_not_taken_for_ours(tmp_path: Path, authority, vendor_server: FakeVendor) -> None:  # type: ignore[no-untyped-def]
    """A blind one leads to the real certificate: what answers there is trusted, but nobody reads."""
    parent = Parent(vendor_server.address)
    address = f"http://{parent.address}"
    code, found = _tightlip(tmp_path, "--client", "aider", HTTPS_PROXY=address, SSL_CERT_FILE=str(authority.ca))
    parent.close()
    assert (code, found["read"]["level"]) == (1, "failed")
    assert "someone else's certificate" in found["read"]["message"]


def test_a_password_is_asked_for_and_taken(guarded: Tightlip, tmp_path: Path) -> None:  # noqa: F811
    _set_up(guarded, tmp_path, "codex")
    code, found = _tightlip(tmp_path, "--client", "codex")
    assert (code, "NAME:PASSWORD" in found["route"]["advice"]) == (1, True)
    address = guarded.proxy_url.replace("http://", f"http://ada:{PASSWORD.replace(' ', '%20')}@")
    _set_up(guarded, tmp_path, "codex", "--proxy", address)
    assert _tightlip(tmp_path, "--client", "codex")[0] == 0


def test_the_machine_and_the_running_proxy_are_well(balanced: Tightlip, tmp_path: Path) -> None:
    file = tmp_path / "tightlip.yaml"
    file.write_text(json.dumps({"listen": balanced.listen, "metrics": balanced.metrics_address}))
    code, found = _tightlip(tmp_path, "--config", str(file), "--state-dir", str(balanced.state))
    parts = ("policy", "ca", "audit", "clock", "proxy", "ready")
    assert {found[part]["level"] for part in parts} == {"ok"}
    assert code == 0


def test_an_unknown_client_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "proxy", "doctor", "--client", "emacs", "--home", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, text=True)
    assert done.returncode == 2
    assert "expected one of claude-code" in done.stderr

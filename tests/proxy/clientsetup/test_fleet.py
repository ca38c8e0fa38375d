"""The files for fleets, each read by the parser of its kind, and by a shell."""

import json
import plistlib
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from proxy import ca
from proxy.clientsetup.fleet import fleet_files
from proxy.clientsetup.tool import Values

VALUES = Values("http://ada:it's%22@proxy.example.com:8080", "/x/ca.pem", "/x/bundle.pem")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> x509.Certificate:
    return ca.ensure(tmp_path_factory.mktemp("ca"), ["openai.com"], datetime.now(UTC)).certificate


@pytest.fixture(scope="module")
def files(certificate: x509.Certificate) -> dict[str, str]:
    return fleet_files(VALUES, certificate)


def test_the_certificate_is_handed_out_and_no_key(files: dict[str, str], certificate: x509.Certificate) -> None:
    assert x509.load_pem_x509_certificate(files["tightlip-ca.pem"].encode()) == certificate
    assert not [name for name, text in files.items() if "PRIVATE" in text]


def test_the_profile_for_macos(files: dict[str, str], certificate: x509.Certificate) -> None:
    profile = plistlib.loads(files["tightlip.mobileconfig"].encode())
    root, script, claude = profile["PayloadContent"]
    assert root["PayloadContent"] == certificate.public_bytes(Encoding.DER)
    assert script["ProxyPACURL"] == "http://proxy.example.com:8080/proxy.pac"
    assert script["ProxyPACFallbackAllowed"] is False
    assert claude["env"]["HTTPS_PROXY"] == VALUES.proxy
    payloads = [profile, root, script, claude]
    assert len({payload["PayloadUUID"] for payload in payloads}) == 4
    assert len({payload["PayloadIdentifier"] for payload in payloads}) == 4


def test_the_same_ca_gives_the_same_profile(files: dict[str, str], certificate: x509.Certificate) -> None:
    assert fleet_files(VALUES, certificate) == files


def test_managed_settings_are_json(files: dict[str, str]) -> None:
    claude = json.loads(files["claude-managed-settings.json"])
    assert claude["env"]["NODE_EXTRA_CA_CERTS"] == "/etc/tightlip/tightlip-ca.pem"
    assert claude["env"]["CLAUDE_CODE_ATTRIBUTION_HEADER"] == "0"
    assert json.loads(files["vscode-settings.json"]) == {"http.proxy": VALUES.proxy}


def test_the_registry_file_holds_the_same_settings(files: dict[str, str]) -> None:
    text = files["tightlip.reg"]
    assert text.startswith("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\")
    assert "\n" not in text.replace("\r\n", "")
    entries = dict(re.findall(r'^"(\w+)"="((?:[^"\\]|\\.)*)"\r$', text, re.MULTILINE))
    assert entries["AutoConfigURL"] == "http://proxy.example.com:8080/proxy.pac"
    settings = json.loads(re.sub(r"\\(.)", r"\1", entries["Settings"]))
    assert settings["env"]["NODE_EXTRA_CA_CERTS"] == r"C:\ProgramData\Tightlip\tightlip-ca.pem"
    assert settings["env"]["HTTPS_PROXY"] == VALUES.proxy


@pytest.mark.parametrize("name", ["tightlip.sh", "tightlip-install.sh"])
def test_a_shell_reads_the_scripts(files: dict[str, str], name: str) -> None:
    subprocess.run(["bash", "-n"], input=files[name], text=True, check=True, timeout=10)


def test_the_profile_for_linux_sets_every_variable(files: dict[str, str], tmp_path: Path) -> None:
    script = files["tightlip.sh"] + "env"
    done = subprocess.run(["sh", "-c", script], env={}, capture_output=True, text=True, check=True, timeout=10)
    told = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert told["HTTPS_PROXY"] == VALUES.proxy
    assert told["SSL_CERT_FILE"] == told["CODEX_CA_CERTIFICATE"] == "/etc/tightlip/bundle.pem"


def test_powershell_strings_are_closed(files: dict[str, str]) -> None:
    lines = [line for line in files["tightlip.ps1"].splitlines() if line.startswith("[Environment]")]
    assert len(lines) == 3
    assert all(re.fullmatch(r"\[Environment\]::SetEnvironmentVariable\((?:'(?:[^']|'')*',? ?){3}\)", x) for x in lines)

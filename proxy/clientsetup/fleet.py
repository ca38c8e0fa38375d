"""Files for machines that are managed from one place: the CA, the proxy and the clients' settings, as MDM systems,
group policies and configuration management hand them out. Pure.

Nothing in them is secret but a password in the proxy's address, if one was given.
"""

import hashlib
import json
import plistlib
import re
import uuid
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from proxy.clientsetup.block import shell_lines
from proxy.clientsetup.tool import NO_PROXY, Values

_IDENTIFIER: Final = "local.tightlip"
_UNIX_CA: Final = "/etc/tightlip/tightlip-ca.pem"
_UNIX_BUNDLE: Final = "/etc/tightlip/bundle.pem"
_WINDOWS_CA: Final = r"C:\ProgramData\Tightlip\tightlip-ca.pem"

_PROFILE_HEAD: Final = """\
# /etc/profile.d/tightlip.sh: AI clients go through Tightlip. tightlip-install.sh puts it in place.
"""
_INSTALL: Final = """\
#!/bin/sh
# Run as root on Linux, beside the other files of this folder: the CA into the system's store, variables for all users.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
install -d -m 0755 /etc/tightlip /etc/claude-code
install -m 0644 "$here/tightlip-ca.pem" {ca}
if command -v update-ca-certificates >/dev/null; then
  install -m 0644 "$here/tightlip-ca.pem" /usr/local/share/ca-certificates/tightlip-ca.crt
  update-ca-certificates
  system=/etc/ssl/certs/ca-certificates.crt
else
  install -m 0644 "$here/tightlip-ca.pem" /etc/pki/ca-trust/source/anchors/tightlip-ca.pem
  update-ca-trust
  system=/etc/pki/tls/certs/ca-bundle.crt
fi
cat "$system" "$here/tightlip-ca.pem" > {bundle}
chmod 0644 {bundle}
install -m 0644 "$here/tightlip.sh" /etc/profile.d/tightlip.sh
install -m 0644 "$here/claude-managed-settings.json" /etc/claude-code/managed-settings.json
"""
_POWERSHELL: Final = """\
# Run as an administrator on Windows, beside tightlip-ca.pem: the CA into the machine's store, variables for all users,
# the proxy script for browsers and applications, managed settings for Claude Code.
$ErrorActionPreference = 'Stop'
$folder = Join-Path $env:ProgramData 'Tightlip'
New-Item -ItemType Directory -Force -Path $folder | Out-Null
Copy-Item -Force (Join-Path $PSScriptRoot 'tightlip-ca.pem') $folder
certutil -addstore -f Root (Join-Path $folder 'tightlip-ca.pem') | Out-Null
{variables}\
reg import (Join-Path $PSScriptRoot 'tightlip.reg')
"""


def fleet_files(values: Values, certificate: x509.Certificate) -> dict[str, str]:
    """Texts by file name."""
    unix = Values(values.proxy, _UNIX_CA, _UNIX_BUNDLE)
    windows = Values(values.proxy, _WINDOWS_CA, "")
    return {
        "tightlip-ca.pem": certificate.public_bytes(Encoding.PEM).decode("ascii"),
        "tightlip.sh": _PROFILE_HEAD + shell_lines(_variables(unix), "sh"),
        "tightlip-install.sh": _INSTALL.format(ca=_UNIX_CA, bundle=_UNIX_BUNDLE),
        "claude-managed-settings.json": json.dumps({"env": _claude(unix)}, indent=2) + "\n",
        "vscode-settings.json": json.dumps({"http.proxy": values.proxy}, indent=2) + "\n",
        "tightlip.mobileconfig": _mobile_profile(unix, certificate),
        "tightlip.reg": _registry(windows),
        "tightlip.ps1": _POWERSHELL.format(variables=_machine_variables(windows)),
    }


def _variables(values: Values) -> dict[str, str]:
    """Everything that any client looks at; on Windows clients ask the store, so there is no bundle."""
    named = {"HTTPS_PROXY": values.proxy, "NO_PROXY": NO_PROXY, "NODE_EXTRA_CA_CERTS": values.ca}
    replacing = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "CODEX_CA_CERTIFICATE")
    return named | (dict.fromkeys(replacing, values.bundle) if values.bundle else {})


def _claude(values: Values) -> dict[str, str]:
    """Claude Code's managed settings, which its users can't override. Its body hash would not survive a redaction."""
    named = {"HTTPS_PROXY": values.proxy, "NO_PROXY": NO_PROXY, "NODE_EXTRA_CA_CERTS": values.ca}
    return {**named, "CLAUDE_CODE_ATTRIBUTION_HEADER": "0"}


def _mobile_profile(values: Values, certificate: x509.Certificate) -> str:
    """An Apple configuration profile: the root certificate, the proxy script, managed settings for Claude Code.

    Its ids come from the certificate, so that a new profile replaces the old one until the CA changes.
    """
    der = certificate.public_bytes(Encoding.DER)
    root = _payload("com.apple.security.root", "ca", certificate, PayloadContent=der)
    root["PayloadCertificateFileName"] = "tightlip-ca.cer"
    script = _payload("com.apple.proxy.http.global", "proxy", certificate)
    script |= {"ProxyType": "Auto", "ProxyPACURL": f"{values.origin}/proxy.pac", "ProxyPACFallbackAllowed": False}
    claude = _payload("com.anthropic.claudecode", "claude", certificate, env=_claude(values))
    profile = _payload("Configuration", "profile", certificate, PayloadContent=[root, script, claude])
    profile |= {"PayloadScope": "System", "PayloadOrganization": "Tightlip"}
    return plistlib.dumps(profile, sort_keys=True).decode("utf-8")


def _payload(kind: str, name: str, certificate: x509.Certificate, **more: Any) -> dict[str, Any]:
    digest = hashlib.sha256(certificate.fingerprint(SHA256()) + name.encode()).digest()
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_IDENTIFIER}.{name}",
        "PayloadUUID": str(uuid.UUID(bytes=digest[:16])).upper(),
        "PayloadDisplayName": f"Tightlip {name}",
        **more,
    }


def _registry(values: Values) -> str:
    """Registry entries in the text form that `reg import` takes, with the line ends of Windows."""
    settings = json.dumps({"env": _claude(values)})
    lines = [
        "Windows Registry Editor Version 5.00",
        "",
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings]",
        '"ProxySettingsPerUser"=dword:00000000',
        "",
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings]",
        f'"AutoConfigURL"="{_escaped(values.origin)}/proxy.pac"',
        "",
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\ClaudeCode]",
        f'"Settings"="{_escaped(settings)}"',
        "",
    ]
    return "\r\n".join(lines)


def _escaped(text: str) -> str:
    return re.sub(r'(["\\])', r"\\\1", text)


def _machine_variables(values: Values) -> str:
    """PowerShell lines that set machine-wide variables; a quote inside is doubled."""
    return "".join(
        f"[Environment]::SetEnvironmentVariable('{name}', '{value.replace("'", "''")}', 'Machine')\n"
        for name, value in _variables(values).items()
    )

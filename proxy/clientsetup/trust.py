"""How the systems' and browsers' certificate stores take a CA in, and let it go. Instructions: they need an
administrator's password, so a person runs them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Store:
    """`lines` are commands for a shell, comments among them; `{ca}` is the CA's file."""

    id: str
    name: str
    lines: tuple[str, ...]


STORES: Final = (
    Store(
        "debian",
        "Debian, Ubuntu",
        (
            "sudo cp {ca} /usr/local/share/ca-certificates/tightlip-ca.crt",
            "sudo update-ca-certificates",
            "# undo: sudo rm /usr/local/share/ca-certificates/tightlip-ca.crt && sudo update-ca-certificates --fresh",
        ),
    ),
    Store(
        "fedora",
        "Fedora, RHEL, CentOS",
        (
            "sudo cp {ca} /etc/pki/ca-trust/source/anchors/tightlip-ca.pem",
            "sudo update-ca-trust",
            "# undo: sudo rm /etc/pki/ca-trust/source/anchors/tightlip-ca.pem && sudo update-ca-trust",
        ),
    ),
    Store(
        "arch",
        "Arch",
        ("sudo trust anchor --store {ca}", "# undo: sudo trust anchor --remove {ca}"),
    ),
    Store(
        "macos",
        "macOS",
        (
            "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {ca}",
            "# undo: sudo security remove-trusted-cert -d {ca}",
        ),
    ),
    Store(
        "windows",
        "Windows, as an administrator",
        (
            "certutil -addstore -f Root {ca}",
            "# undo: certutil -delstore Root Tightlip",
        ),
    ),
    Store(
        "nss",
        "Chromium and others on Linux with an NSS store",
        (
            "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n Tightlip -i {ca}",
            "# undo: certutil -d sql:$HOME/.pki/nssdb -D -n Tightlip",
        ),
    ),
    Store(
        "firefox",
        "Firefox",
        (
            "# Settings > Privacy & Security > Certificates > View Certificates > Authorities > Import: {ca}",
            "# or have it ask the system's store: about:config, security.enterprise_roots.enabled = true",
        ),
    ),
)

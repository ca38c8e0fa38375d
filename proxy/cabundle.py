"""`bundle.pem`: every root a client should trust, for variables such as SSL_CERT_FILE that replace the roots.

The machine's own roots, the operator's `upstream.ca_file`, our CA, and the CAs it replaced lately, so that a
shell holding the bundle works on both sides of a rotation.
"""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi

from proxy.ca import CERT_FILE, CAError, write_file

BUNDLE_FILE = "bundle.pem"
UPSTREAM_FILE = "upstream-roots.pem"
GRACE = timedelta(days=30)
OS_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def write_bundle(state_dir: Path, now: datetime, ca_file: Path | None = None) -> Path:
    """Write the bundle if it would change, and return its path. `CAError` when `ca_file` can't be read."""
    folder = state_dir / "ca"
    sources = [system_roots(), *([ca_file] if ca_file else []), folder / CERT_FILE, *_replaced(folder, now)]
    pems = {pem: None for path in sources for pem in _certificates(path)}
    content = b"".join(pems)
    path = folder / BUNDLE_FILE
    if not path.exists() or path.read_bytes() != content:
        write_file(path, content, 0o644)
    return path


def write_upstream_roots(state_dir: Path, ca_file: Path | None = None) -> Path:
    """Write the roots that vendors are verified against, the machine's and the operator's, and return the path.

    Our own CA is not among them: it may speak to clients only.
    """
    sources = [system_roots(), *([ca_file] if ca_file else [])]
    pems = {pem: None for path in sources for pem in _certificates(path)}
    path = state_dir / "ca" / UPSTREAM_FILE
    write_file(path, b"".join(pems), 0o644)
    return path


def system_roots() -> Path:
    """The operating system's root bundle, or certifi's where there is none.

    `SSL_CERT_FILE` is not looked at: in a shell set up for Tightlip it names our own bundle.
    """
    places = (ssl.get_default_verify_paths().openssl_cafile, *OS_BUNDLES)
    return next((path for place in places if (path := Path(place)).is_file()), Path(certifi.where()))


def _certificates(path: Path) -> Iterator[bytes]:
    """Each certificate of a file in one spelling of PEM, comments left out.

    OpenSSL judges them as the clients will; cryptography refuses some old roots that they accept.
    """
    try:
        text = path.read_text(encoding="ascii", errors="replace")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError as err:
        raise CAError(f"{path}: expected certificates in PEM, found something else") from err
    except OSError as err:
        raise CAError(f"{path}: expected a readable file of certificates, found: {err.strerror}") from err
    for match in _PEM.finditer(text):
        yield ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(match[0])).encode()


def _replaced(folder: Path, now: datetime) -> Iterator[Path]:
    stem = Path(CERT_FILE).stem
    for path in sorted(folder.glob(f"{stem}-*.pem")):
        stamp = path.stem.removeprefix(f"{stem}-")
        if now - datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) <= GRACE:
            yield path

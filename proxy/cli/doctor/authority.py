"""The doctor on the CA: its files, looked at without making any, and who trusts it."""

import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from proxy.ca import CERT_FILE, KEY_FILE, permitted_domains
from proxy.cabundle import BUNDLE_FILE, system_roots
from proxy.cli.finding import Check, Level
from proxy.config import Config
from proxy.setting import catalogue_of, domains_of
from proxy.vendor import CatalogueError

_WARN_DAYS: Final = 30


def files(config: Config) -> Iterator[Check]:
    """The CA's files, looked at without making any."""
    folder = config.state_dir / "ca"
    key, file = folder / KEY_FILE, folder / CERT_FILE
    if not key.exists() and not file.exists():
        yield Check("ca", Level.WARN, "there is none yet", "The first `tightlip run` makes it.")
        return
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        mode = key.stat().st_mode & 0o777
    except (OSError, ValueError) as err:
        yield Check(
            "ca", Level.FAIL, f"{folder} can't be read: {type(err).__name__}", "Restore it, or tightlip ca rotate."
        )
        return
    if mode & 0o077:
        yield Check("ca", Level.FAIL, f"others may read {key}", "tightlip ca rotate, unless nobody can have read it.")
    days = (certificate.not_valid_after_utc - datetime.now(UTC)).days
    covered = permitted_domains(certificate)
    missing = [name for name in _domains(config) if not any(name == c or name.endswith("." + c) for c in covered)]
    if days < 0:
        yield Check("ca", Level.FAIL, "it has expired", "tightlip ca rotate, then hand the new one out.")
    elif days < _WARN_DAYS:
        yield Check("ca", Level.WARN, f"it expires in {days} days", "tightlip ca rotate, then hand the new one out.")
    elif missing:
        yield Check(
            "ca", Level.WARN, f"it is older than {', '.join(missing)}", "tightlip ca rotate; they are refused now."
        )
    else:
        yield Check("ca", Level.GOOD, f"valid for {days} days")


def trust(config: Config) -> Iterator[Check]:
    file = config.state_dir / "ca" / CERT_FILE
    if not file.exists():
        return
    own = _der(file)
    if own <= _der(system_roots()):
        yield Check("trust", Level.GOOD, "the system's store trusts the CA")
    elif own <= _der(config.state_dir / "ca" / BUNDLE_FILE):
        message = "the system's store does not trust the CA: clients need variables that name it"
        yield Check(
            "trust", Level.WARN, message, "tightlip setup trust tells how, tightlip setup what each client needs."
        )
    else:
        yield Check("trust", Level.FAIL, f"{BUNDLE_FILE} lacks the CA", "Restart the proxy: it writes the file anew.")


def _domains(config: Config) -> Iterable[str]:
    try:
        return domains_of(config, catalogue_of(config))
    except CatalogueError:  # told by another check
        return ()


def _der(file: Path) -> frozenset[bytes]:
    """The certificates of a PEM file; none when it can't be read."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=file)
    except OSError:
        return frozenset()
    return frozenset(context.get_ca_certs(binary_form=True))

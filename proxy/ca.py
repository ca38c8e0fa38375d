"""The certificate authority's life: created once, checked at every start, replaced only when asked.

Its certificate carries critical name constraints, so that a stolen key can speak for AI vendors' hosts and
nothing else. Whether a root's own constraints count is the verifier's choice (RFC 5280, 6.1.1): the tests
show that OpenSSL, curl and Node apply them. A folder that is half there, mismatched, expired or readable by
others stops start-up: a silent new CA would break every client, and hide that someone took the old one.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from proxy.configfile import ConfigError
from proxy.leaf import Leaf, LeafCache

CA_DAYS = 825  # Apple's old limit for certificates users trust; long enough to plan a rotation, no longer
BACKDATE = timedelta(days=1)  # clients' clocks run behind
WARN_DAYS = (1, 7, 30)
KEY_FILE = "tightlip-ca.key"
CERT_FILE = "tightlip-ca.pem"


class CAError(ConfigError):
    """The CA can't be used as it stands; the message says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class CA:
    """A usable authority. The key is in no repr."""

    certificate: x509.Certificate
    path: Path
    domains: tuple[str, ...]
    _key: ec.EllipticCurvePrivateKey = field(repr=False)
    _leaves: LeafCache = field(repr=False)

    @property
    def cert_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def not_after(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as `openssl x509 -fingerprint` prints it without colons."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def pack(self) -> bytes:
        """Certificate and key for another process of ours; for pipes, never for files."""
        key = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return b"\0".join((os.fsencode(self.path), self.cert_pem, key))

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """The same authority, with leaf certificates of its own."""
        path, cert_pem, key_pem = packed.split(b"\0")
        certificate = x509.load_pem_x509_certificate(cert_pem)
        key = serialization.load_pem_private_key(key_pem, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(certificate, Path(os.fsdecode(path)), permitted_domains(certificate), key, LeafCache())

    def covers(self, host: str) -> bool:
        """Whether the name constraints let this CA speak for `host`."""
        name = host.lower().rstrip(".")
        return any(name == domain or name.endswith("." + domain) for domain in self.domains)

    def uncovered(self, domains: Sequence[str]) -> tuple[str, ...]:
        """Those of `domains` that are newer than this CA: time for `tightlip ca rotate`."""
        return tuple(domain for domain in domains if not self.covers(domain))

    def days_left(self, now: datetime) -> int:
        return (self.not_after - now) // timedelta(days=1)

    def expiry_threshold(self, now: datetime) -> int | None:
        """The closest warning threshold already passed (1, 7 or 30 days), or None while there is time."""
        return next((days for days in WARN_DAYS if self.not_after - now <= timedelta(days=days)), None)

    def leaf(self, host: str, now: datetime) -> Leaf:
        """A certificate for `host`, cached until half its life; `CAError` when the constraints forbid it."""
        name = host.lower().rstrip(".")
        if not self.covers(name):
            raise CAError(f"{self.path}: expected a host within the CA's name constraints, found another")
        return self._leaves.get(name, now, self.certificate, self._key)


def ensure(state_dir: Path, domains: Sequence[str], now: datetime) -> CA:
    """The CA under `state_dir/ca`, made for `domains` when that folder has neither key nor certificate."""
    with _locked(state_dir) as folder:
        if not (folder / KEY_FILE).exists() and not (folder / CERT_FILE).exists():
            _create(folder, domains, now)
        return _load(folder, now)


def rotate(state_dir: Path, domains: Sequence[str], now: datetime) -> CA:
    """A new CA in place of whatever is there; the old files stay beside it under the time of rotation.

    Running proxies keep the old one until they restart, so that the new one can be handed out first.
    """
    with _locked(state_dir) as folder:
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        for name in (KEY_FILE, CERT_FILE):
            old = folder / name
            if old.exists():
                os.link(old, old.with_stem(f"{old.stem}-{stamp}"))
        _create(folder, domains, now)
        return _load(folder, now)


def permitted_domains(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names that a certificate's name constraints permit; empty when it has no such limit."""
    try:
        limits = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.value.lower() for name in limits.permitted_subtrees or () if isinstance(name, x509.DNSName))


def write_file(path: Path, content: bytes, mode: int) -> None:
    """Replace `path` as a whole, durably: a crash leaves the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    temporary.replace(path)


@contextmanager
def _locked(state_dir: Path) -> Iterator[Path]:
    """The CA folder, with other processes kept from creating or rotating at the same time."""
    folder = state_dir / "ca"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as err:
        raise CAError(f"{folder}: expected a writable folder, found: {err.strerror}") from err
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    except OSError as err:
        raise CAError(f"{err.filename or folder}: expected usable CA files, found: {err.strerror}") from err
    finally:
        os.close(lock)


def _create(folder: Path, domains: Sequence[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_sign(key, domains, now)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_file(folder / KEY_FILE, key_pem, 0o600)
    write_file(folder / CERT_FILE, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _self_sign(key: ec.EllipticCurvePrivateKey, domains: Sequence[str], now: datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tightlip"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Tightlip CA {now:%Y-%m-%d %H:%M}"),
        ]
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATE).not_valid_after(now + timedelta(days=CA_DAYS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_ca_usage(), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(_constraints(domains), critical=True)
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _ca_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _constraints(domains: Sequence[str]) -> x509.NameConstraints:
    names = sorted({domain.lower().rstrip(".") for domain in domains})
    wrong = [name for name in names if "." not in name.strip(".") or "*" in name or name.startswith(".")]
    if wrong or not names:  # no permitted name at all would permit every name
        raise CAError(f"expected domains of two labels or more for the CA's name constraints, found {wrong}")
    return x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(name) for name in names],
        excluded_subtrees=[x509.IPAddress(ip_network("0.0.0.0/0")), x509.IPAddress(ip_network("::/0"))],
    )


def _load(folder: Path, now: datetime) -> CA:
    key_path, cert_path = folder / KEY_FILE, folder / CERT_FILE
    for here, missing in ((cert_path, key_path), (key_path, cert_path)):
        if not missing.exists():
            raise CAError(
                f"{missing}: expected a file, found none beside {here.name}; restore it from a backup, or "
                "run `tightlip ca rotate` and hand out the new CA"
            )
    mode = key_path.stat().st_mode & 0o777
    if mode & 0o077:
        raise CAError(
            f"{key_path}: expected mode 0600, found {mode:04o}; if nobody can have read it run "
            f"`chmod 600 {key_path}`, otherwise `tightlip ca rotate`"
        )
    key, certificate = _read_key(key_path), _read_certificate(cert_path)
    _check(key, certificate, cert_path, now)
    return CA(certificate, cert_path, permitted_domains(certificate), key, LeafCache())


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key
    raise CAError(f"{path}: expected an unencrypted EC private key in PEM, found something else")


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as err:
        raise CAError(f"{path}: expected a certificate in PEM, found something else") from err


def _check(key: ec.EllipticCurvePrivateKey, cert: x509.Certificate, path: Path, now: datetime) -> None:
    if cert.public_key() != key.public_key():
        raise CAError(f"{path}: expected the certificate of {KEY_FILE}, found another key's; restore the pair")
    if not permitted_domains(cert):
        raise CAError(f"{path}: expected name constraints for AI vendors' domains, found none")
    if now > cert.not_valid_after_utc:
        raise CAError(
            f"{path}: expected a valid certificate, found one that expired on "
            f"{cert.not_valid_after_utc:%Y-%m-%d}; run `tightlip ca rotate` and hand out the new CA"
        )
    if now < cert.not_valid_before_utc:
        raise CAError(
            f"{path}: expected a valid certificate, found one that is valid from "
            f"{cert.not_valid_before_utc:%Y-%m-%d}; check this machine's clock"
        )

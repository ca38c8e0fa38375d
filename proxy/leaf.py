"""Leaf certificates: what a client sees in place of a vendor's, short-lived and made on demand.

One key per process serves all leaves and is never written to disk; the CA's own key signs and does
nothing else.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=7)
BACKDATE = timedelta(hours=1)
CACHED_HOSTS = 512  # well over the catalogue; wildcard hosts could otherwise grow it without end
COMMON_NAME_CHARS = 64  # X.520's upper bound


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A certificate for one host with its key."""

    host: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


class LeafCache:
    """Leaves by host, least recently used dropped first. Thread-safe."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaves: OrderedDict[str, Leaf] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, host: str, now: datetime, issuer: x509.Certificate, signer: ec.EllipticCurvePrivateKey) -> Leaf:
        """The leaf for `host`, made anew once half its life has passed."""
        with self._lock:
            leaf = self._leaves.get(host)
            if leaf is None or not _is_fresh(leaf.certificate, now):
                leaf = self._leaves[host] = _issue(host, now, self._key, issuer, signer)
            self._leaves.move_to_end(host)
            if len(self._leaves) > CACHED_HOSTS:
                self._leaves.popitem(last=False)
            return leaf


def _is_fresh(certificate: x509.Certificate, now: datetime) -> bool:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begin <= now < begin + (end - begin) / 2


def _issue(
    host: str,
    now: datetime,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
) -> Leaf:
    common_name = host if len(host) <= COMMON_NAME_CHARS else "Tightlip"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    end = min(now + LIFE, issuer.not_valid_after_utc)
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATE).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    certificate = builder.add_extension(authority, critical=False).sign(signer, hashes.SHA256())
    return Leaf(host, certificate, key)


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )

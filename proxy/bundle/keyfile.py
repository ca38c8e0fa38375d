"""Private keys of signers: files that only their owner can read, with a passphrase where one is given.

PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it too. They belong on the signers' machines and never on
the proxy's.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from proxy.bundle.manifest import BundleError

MAX_KEY_BYTES = 16 << 10


def make_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """A new key, written to `path`. Raises BundleError when there is something already."""
    key = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as err:
        raise BundleError(f"{path}: expected a place for a new key, found: {err.strerror}") from err
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return key


def is_encrypted(path: Path) -> bool:
    """Whether the key in a file needs a passphrase. Raises BundleError."""
    return b"ENCRYPTED" in _read(path)


def read_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The key in a file. Raises BundleError; the file's content is never quoted."""
    try:
        key = load_pem_private_key(_read(path), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BundleError(f"{path}: expected a private key in PEM and its passphrase, found otherwise") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{path}: expected an Ed25519 key, found another kind")
    return key


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        with path.open("rb") as file:
            content = file.read(MAX_KEY_BYTES)
    except OSError as err:
        raise BundleError(f"{path}: expected a readable key, found: {err.strerror}") from err
    if mode & 0o077:
        raise BundleError(f"{path}: expected mode 0600, found {mode & 0o777:04o}; run `chmod 600` on it")
    return content

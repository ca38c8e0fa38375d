"""Signatures over a bundle's manifest: Ed25519, with the signer's name and the time among what is signed.

Pure. Whose a key is stands in the trust file, never here: the name in a signature is a claim that must agree with it.
Source: RFC 8032; the context in front keeps a signature made here from meaning anything elsewhere, and the reverse.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from proxy.bundle.manifest import BundleError, Line, Moment, canonical, told

MAX_SIGNATURES: Final = 16

_CONTEXT: Final = b"tightlip bundle signature 1\n"

KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Signature(BaseModel):
    """One signature as it stands in a bundle. `key` is the id of the key, `value` 64 bytes in hex."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: KeyId
    signer: Line
    signed: Moment
    value: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    def holds(self, manifest: bytes, key: Ed25519PublicKey) -> bool:
        """Whether it is a signature of these bytes by this key."""
        try:
            key.verify(bytes.fromhex(self.value), _statement(self.key, self.signer, self.signed, manifest))
        except InvalidSignature:
            return False
        return True


def sign(manifest: bytes, key: Ed25519PrivateKey, signer: str, now: datetime) -> Signature:
    """A signature of the manifest. Raises BundleError for a name that can't be one."""
    name = key_id(key.public_key())
    try:
        unsigned = Signature(key=name, signer=signer, signed=now, value="0" * 128)
    except ValidationError as err:
        raise BundleError(f"signature: {told(err)}") from None
    value = key.sign(_statement(name, signer, now, manifest)).hex()
    return unsigned.model_copy(update={"value": value})


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key: the beginning of its hash, so that nobody chooses one."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def read_signatures(data: bytes) -> tuple[Signature, ...]:
    """The signatures in these bytes. Raises BundleError for anything but their canonical form, sorted by key."""
    try:
        signatures = _SIGNATURES.validate_json(data)
        is_canonical = canonical(_SIGNATURES.dump_python(signatures, mode="json")) == data
    except ValidationError as err:
        raise BundleError(f"signatures: {told(err)}") from None
    except (ValueError, RecursionError) as err:
        raise BundleError(f"signatures: expected readable JSON, found {type(err).__name__}") from None
    keys = [signature.key for signature in signatures]
    if not is_canonical or keys != sorted(set(keys)):
        raise BundleError("signatures: expected their canonical form, one for each key, found another")
    return signatures


_SIGNATURES: Final = TypeAdapter(Annotated[tuple[Signature, ...], Field(max_length=MAX_SIGNATURES)])


def _statement(key: str, signer: str, signed: datetime, manifest: bytes) -> bytes:
    """What is signed. Canonical JSON holds no line end, so where the claim stops can't be moved."""
    claim = canonical({"key": key, "signed": signed.isoformat(), "signer": signer})
    return b"\n".join((_CONTEXT.rstrip(b"\n"), claim, manifest))

"""Keys of own data's indexes, all derived from one: for hashing texts, for tags, for sealing and for proving."""

import hmac
from collections.abc import Sequence
from functools import cached_property

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive(key: bytes, purpose: str, salt: bytes = b"") -> bytes:
    """32 bytes for one purpose (RFC 5869)."""
    return HKDF(SHA256(), 32, salt or None, f"tightlip own data: {purpose}".encode()).derive(key)


class Secret:
    """What is derived from `key`, 32 bytes. Shows none of it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def polynomials(self) -> bytes:
        """16 bytes for the two coefficients, the same for all indexes of one key."""
        return derive(self._key, "polynomials")[:16]

    def tagging(self, index: str, part: str) -> bytes:
        """The key of the tags of one part (a column, the rows) of the index of that id."""
        return derive(self._key, f"tags of {part} in {index}")

    def digest(self, parts: Sequence[bytes]) -> bytes:
        """Stands for one content; whoever has no key can't tell of a guess whether it is right."""
        state = hmac.new(derive(self._key, "digest"), digestmod="sha256")
        for part in parts:
            state.update(len(part).to_bytes(8, "little"))
            state.update(part)
        return state.digest()

    def sealing(self, digest: bytes) -> bytes:
        """The key that seals the private part of the one index whose content has that digest."""
        return derive(self._key, "seal", digest)

    def proving(self, digest: bytes) -> bytes:
        """The key that proves that one index to be whole."""
        return derive(self._key, "proof", digest)

    @cached_property
    def mark(self) -> str:
        """Tells a wrong key from a damaged file; says nothing of the key."""
        return derive(self._key, "mark")[:8].hex()

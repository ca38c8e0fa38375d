"""A user's name as metrics show it where names are not to be shown: the same every time here, meaningless elsewhere."""

import hmac
from typing import Final

HASH_CHARS: Final = 12
_PURPOSE: Final = b"tightlip metrics users 1"


def hashing_key(key: bytes) -> bytes:
    """The key for `user_hash`, from the installation's."""
    return hmac.digest(key, _PURPOSE, "sha256")


def user_hash(name: str, key: bytes) -> str:
    """12 hex digits."""
    return hmac.digest(key, name.encode(), "sha256").hex()[:HASH_CHARS]

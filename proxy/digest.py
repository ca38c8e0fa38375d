"""SHA-256 of bodies that begin as one before did: only what is new is hashed.

A conversation is resent whole at every turn; comparing bytes is many times as fast as hashing them. What is kept is
bounded, in this process's memory alone, and changes nothing but the time that it takes.
"""

import hashlib
import zlib
from typing import Final

from proxy.cache import SizedCache

KEPT_BYTES: Final = 20 << 20
LEAST_BYTES: Final = 16 << 10
"""Of smaller bodies hashing costs less than keeping."""

CHANGING_BYTES: Final = 8 << 10
"""The end of a body, which the next one will hardly have: brackets, and the last turns, in which clients move marks."""

_HEAD_BYTES: Final = 512


class Digests:
    """Not thread-safe."""

    def __init__(self, capacity: int = KEPT_BYTES) -> None:
        self._known: SizedCache[int, tuple[bytes, hashlib._Hash]] = SizedCache(capacity)

    def sha256(self, body: bytes) -> str:
        """In hexadecimal."""
        if len(body) < LEAST_BYTES:
            return hashlib.sha256(body).hexdigest()
        name = zlib.crc32(body[:_HEAD_BYTES])
        beginning, state = self._known.get(name) or (b"", hashlib.sha256())
        if not body.startswith(beginning):
            beginning, state = b"", hashlib.sha256()
        view = memoryview(body)
        end = max(len(body) - CHANGING_BYTES, len(beginning))
        state = state.copy()
        state.update(view[len(beginning) : end])
        self._known.put(name, (body[:end], state), end)
        whole = state.copy()
        whole.update(view[end:])
        return whole.hexdigest()

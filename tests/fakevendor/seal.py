"""Signatures and sealed blobs as vendors hand them out: long, random to look at, the same for the same words.

Real ones can't be told from secrets by their looks, which is why they stand here.
"""

import base64
import hashlib

_BYTES = 420


def seal(*words: str) -> str:
    """Base64 that only this vendor can make: a stretched hash of what it vouches for."""
    return base64.b64encode(hashlib.shake_256("\0".join(("fake vendor", *words)).encode()).digest(_BYTES)).decode()

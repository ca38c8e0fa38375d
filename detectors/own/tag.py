"""From texts to what an index may keep of them, in two steps.

A polynomial hash of 128 bits with secret coefficients takes a whole text at once; AES makes tags of it: without the key
they are random numbers. Neither the polynomial hash nor anything that comes of it alone is written down in the clear.
"""

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from detectors.own.array import U64, Numbers
from detectors.own.secret import Secret


def coefficients(secret: Secret) -> tuple[np.uint64, np.uint64]:
    """Of the two polynomials. 3 modulo 8, so that their powers don't repeat early."""
    first, second = np.frombuffer(secret.polynomials(), "<u8")
    mask = U64(0xFFFFFFFFFFFFFFF8)
    return (first & mask) | U64(3), (second & mask) | U64(3)


class Tagger:
    """A keyed pseudo-random function: 128 bits in, the first 64 bits of an AES block out."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())

    def tags(self, first: Numbers, second: Numbers) -> Numbers:
        """One tag for each pair of numbers."""
        blocks = np.empty((len(first), 2), "<u8")
        blocks[:, 0] = first
        blocks[:, 1] = second
        return np.frombuffer(self._cipher.encryptor().update(blocks.tobytes()), "<u8")[::2]

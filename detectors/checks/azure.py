"""Structural checks of Azure's keys: the annotated ones' checksum, the older ones' alignment, old DevOps tokens' CRC.

Pure and offline, as `token.py`, which names them. Layouts and seeds are published in microsoft/security-utilities
(MIT): "identifiable secrets" carry a four-letter signature near their end and, in their last bytes, a Marvin hash.
"""

import base64
import binascii
import zlib

_SEED = int.from_bytes(b"Default0", "big")
_WORD = 0xFFFF_FFFF
_DEVOPS_SEEDS = (0xE0B9_692D, 0x1019_F92E)
"""What the CRC-32 of an old Azure DevOps token is masked with: users' and applications'."""


def check_annotated(value: str) -> bool | None:
    """80 characters with `JQQJ9` at the 53rd, then the first three bytes of their Marvin hash in base64.

    Derived and long forms (`JQQJ9D`, 88 characters) encode it otherwise and say nothing.
    """
    if len(value) != 84 or value[52:58] != "JQQJ99":
        return None
    try:
        return _annotated_sum(value[:80]) == value[80:]
    except ValueError:
        return False


def _annotated_sum(body: str) -> str:
    return base64.b64encode(marvin32(base64.b64decode(body, validate=True)).to_bytes(4, "little")).decode()[:4]


def check_aligned(value: str) -> bool | None:
    """Refutes keys of 32, 39 or 64 bytes that couldn't have been cut where Azure cuts them; proves none.

    The signature is shifted to a whole base64 digit, so the one after it (or the last) has only a few values.
    """
    digits = value.rstrip("=")
    if value.endswith("=="):
        return None if digits[-1:] in tuple("AQgw") else False
    if value.endswith("="):
        return None if "A" <= digits[-6:-5] <= "P" else False
    return None if "A" <= digits[-6:-5] <= "D" else False


def check_devops(value: str) -> bool | None:
    """An old Azure DevOps token: 52 base32 letters, 4 of whose 32 bytes are the masked CRC-32 of the others.

    Only proves: the layout is known from one reader's code alone.
    """
    try:
        raw = base64.b32decode(value.upper() + "====") if len(value) == 52 else b""
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 32:
        return None
    body = raw[:2] + raw[3:7] + raw[9:22] + raw[23:]
    stored = int.from_bytes(bytes((raw[2], raw[7], raw[8], raw[22])), "big")
    return True if zlib.crc32(body) ^ stored in _DEVOPS_SEEDS else None


def marvin32(data: bytes, seed: int = _SEED) -> int:
    """The Marvin hash of .NET's strings, folded to 32 bits."""
    low, high = seed & _WORD, seed >> 32
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        low, high = _mix((low + int.from_bytes(data[at : at + 4], "little")) & _WORD, high)
    low, high = _mix((low + int.from_bytes(data[whole:] + b"\x80", "little")) & _WORD, high)
    low, high = _mix(low, high)
    return low ^ high


def _mix(low: int, high: int) -> tuple[int, int]:
    high ^= low
    low = (_turn(low, 20) + high) & _WORD
    high = _turn(high, 9) ^ low
    low = (_turn(low, 27) + high) & _WORD
    return low, _turn(high, 19)


def _turn(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & _WORD


def complete_annotated(body: str) -> str:
    return body + _annotated_sum(body)

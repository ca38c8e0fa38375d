"""Check digits and inner structure of things' identifiers: vehicles, devices, wallets, documents of no one country.

Pure and offline; True proves, False refutes, None says nothing. `identity.py` gives them their names.
"""

import hashlib
import re
from collections.abc import Callable, Mapping

from stdnum import luhn

Check = Callable[[str], bool | None]

_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_BITCOIN_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE_ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_SUMS = (1, 0x2BC830A3)
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VIN = re.compile("[A-HJ-NPR-Z0-9]{17}")
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")


def check_vin(value: str) -> bool | None:
    """Vehicle number (49 CFR 565.15): the ninth place checks the others. Elsewhere it needn't: outside North America
    a wrong one says nothing."""
    vin = value.upper()
    if not _VIN.fullmatch(vin):
        return False
    total = sum(int(_VIN_VALUES.get(c, c)) * weight for c, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    if vin[8] == "0123456789X"[total % 11]:
        return True
    return False if vin[0] in "12345" else None


def check_iccid(value: str) -> bool | None:
    """SIM card number (ITU-T E.118): 19 digits end in a Luhn digit; 20 may, and then prove it."""
    number = _NOT_ALNUM.sub("", value)
    if len(number) == 19:
        return bool(luhn.is_valid(number))
    return True if number.isdecimal() and luhn.is_valid(number) else None


def check_base58(value: str) -> bool:
    """Base 58 with a four-byte double SHA-256 at its end: Bitcoin, Litecoin, Dogecoin, Dash, Zcash, Tron, XRP."""
    alphabet = _RIPPLE_ALPHABET if value.startswith("r") else _BITCOIN_ALPHABET
    number = 0
    for character in value:
        place = alphabet.find(character)
        if place < 0:
            return False
        number = number * 58 + place
    length = 26 if value[:2] in ("t1", "t3") else 25
    if number >> (8 * length):
        return False
    raw = number.to_bytes(length, "big")
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def check_bech32(value: str) -> bool:
    """Bech32 and Bech32m (BIP 173, BIP 350): readable part, 1, data, six characters of checksum."""
    prefix, _, data = value.lower().rpartition("1")
    if value not in (value.lower(), value.upper()) or not set(data) <= set(_BECH32_ALPHABET):
        return False
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return _polymod(values + [_BECH32_ALPHABET.index(c) for c in data]) in _BECH32_SUMS


def _polymod(values: list[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_BECH32_STEPS):
            total ^= step if top >> bit & 1 else 0
    return total


def check_mrz(value: str) -> bool | None:
    """Second line of a passport's machine-readable zone (ICAO 9303-4): number, birth and expiry with check digits."""
    if len(value) != 44:
        return False
    parts = ((value[0:9], value[9]), (value[13:19], value[19]), (value[21:27], value[27]))
    return all(_mrz_sum(text) == check for text, check in parts)


def _mrz_sum(text: str) -> str:
    return str(sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


THING_CHECKS: Mapping[str, Check] = {
    "vin": check_vin,
    "iccid": check_iccid,
    "base58": check_base58,
    "bech32": check_bech32,
    "mrz": check_mrz,
}

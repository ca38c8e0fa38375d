"""Structural checks of private keys and wallets: what PEM, OpenPGP, Bech32, Base58Check and BIP-39 build into them.

Pure and offline; True proves, False refutes, None says nothing. `table.py` gives them their names; tokens that vendors
issue stand in `token.py`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

Check = Callable[[str], bool | None]

_PEM = re.compile(r"-{4,5} ?BEGIN ([A-Z0-9 ]{0,40}?)PRIVATE KEY[A-Z ]{0,8}-{4,5}(.*?)-{4,5} ?END ", re.DOTALL)
_LINE_END = re.compile(r"\\{1,4}[nrt]")
_JOINT = re.compile(r"""["'`]\s*[+.,\\]?\s*["'`]""")
_MARGIN = re.compile(r"[\s\"'`,>|#*\\]+")

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def check_pem(value: str) -> bool | None:
    """The armour holds what its label says: one DER sequence of just that length, or OpenSSH's magic (RFC 7468).

    Blocks that are cut off, or encrypted the old way with headers inside, say nothing.
    """
    block = _PEM.search(value)
    if block is None or "Proc-Type" in block[2] or "Comment" in block[2]:
        return None
    text = _MARGIN.sub("", _JOINT.sub("", _LINE_END.sub("\n", block[2])))
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    if block[1].startswith("OPENSSH"):
        return raw.startswith(b"openssh-key-v1\0")
    return _is_one_sequence(raw)


def _is_one_sequence(raw: bytes) -> bool:
    """Whether `raw` is a DER SEQUENCE and nothing more (X.690, 8.1.3 and 8.9)."""
    if len(raw) < 8 or raw[0] != 0x30:
        return False
    if raw[1] < 0x80:
        return len(raw) == 2 + raw[1]
    octets = raw[1] & 0x7F
    return 1 <= octets <= 3 and len(raw) == 2 + octets + int.from_bytes(raw[2 : 2 + octets], "big")


def check_pgp_armor(value: str) -> bool | None:
    """The CRC-24 under the block is that of its packets (RFC 9580, section 6.1). Newer armour may leave it out."""
    lines = [line.strip() for line in _LINE_END.sub("\n", value).splitlines()]
    sums = [at for at, line in enumerate(lines) if len(line) == 5 and line[0] == "="]
    if not sums:
        return None
    packets = [line for line in lines[1 : sums[0]] if line and ":" not in line]
    try:
        return _crc24(base64.b64decode("".join(packets), validate=True)) == base64.b64decode(lines[sums[0]][1:])
    except ValueError:
        return False


def _crc24(data: bytes) -> bytes:
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return (crc & 0xFFFFFF).to_bytes(3, "big")


def check_bech32(value: str) -> bool | None:
    """Bech32 with its prefix and six digits of checksum (BIP-173), as age's identities have it, at any length."""
    prefix, one, data = value.lower().rpartition("1")
    if not one or len(data) < 6 or any(char not in BECH32 for char in data):
        return False
    return _polymod(_expand(prefix) + [BECH32.index(char) for char in data]) == 1


def _expand(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def check_base58(value: str) -> bool | None:
    """Base58Check: the last four bytes are a double SHA-256 of the rest. Bitcoin's WIF keys and xprv (BIP-32)."""
    number = 0
    for char in value[:200]:
        digit = BASE58.find(char)
        if digit < 0:
            return False
        number = number * 58 + digit
    leading = len(value) - len(value.lstrip("1"))
    raw = bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return len(raw) > 4 and _double_sha(raw[:-4]) == raw[-4:]


def _double_sha(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]


def check_base32_crc16(value: str) -> bool:
    """Base32 whose last two bytes are the CRC-16 (XMODEM) of the rest: NATS' nkeys and Stellar's StrKeys (SEP-23)."""
    try:
        raw = base64.b32decode(value + "=" * (-len(value) % 8))
    except ValueError:
        return False
    return len(raw) > 2 and binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") == raw[-2:]


def check_bip39(value: str) -> bool | None:
    """A recovery phrase: 12, 15, 18, 21 or 24 words of the English list whose last bits are a SHA-256 of the others."""
    words = re.findall("[a-z]+", value.lower())
    if len(words) not in (12, 15, 18, 21, 24) or not all(word in _wordlist() for word in words):
        return False
    return _phrase_sum(words)


def _phrase_sum(words: Sequence[str]) -> bool:
    bits = "".join(f"{_wordlist()[word]:011b}" for word in words)
    size = len(bits) * 32 // 33
    digest = hashlib.sha256(int(bits[:size], 2).to_bytes(size // 8, "big")).digest()
    return f"{digest[0]:08b}"[: len(bits) - size] == bits[size:]


@lru_cache(maxsize=1)
def _wordlist() -> Mapping[str, int]:
    """The 2,048 English words of BIP-39 in their order, from github.com/trezor/python-mnemonic (MIT)."""
    words = Path(__file__).with_name("bip39.txt").read_text(encoding="ascii").split()
    return {word: at for at, word in enumerate(words)}


def _complete_bech32(body: str) -> str:
    """`body` in upper case with its checksum; letters that Bech32 doesn't know (B, I, O) become ones it does."""
    prefix, _, data = body.rpartition("1")
    digits = [BECH32.index(char) for char in data.lower().translate(str.maketrans("bio", "qpz"))]
    sum_ = _polymod([*_expand(prefix.lower()), *digits, 0, 0, 0, 0, 0, 0]) ^ 1
    digits += [sum_ >> 5 * (5 - at) & 31 for at in range(6)]
    return f"{prefix}1{''.join(BECH32[digit] for digit in digits)}".upper()


def _complete_base58(body: str) -> str:
    """The payload given in hex, version byte first, with its checksum in Base58."""
    raw = bytes.fromhex(body)
    number, out = int.from_bytes(raw + _double_sha(raw), "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = BASE58[digit] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def _complete_base32_crc16(body: str) -> str:
    """`body`, whole bytes in base32, with its CRC-16 (`SUA` and 52 more characters end in the middle of a byte)."""
    raw = base64.b32decode(body + "=" * (-len(body) % 8))
    return base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def _complete_bip39(body: str) -> str:
    """All words but the last, and the first of the list that makes the sum come out."""
    words = body.split()
    return next(f"{body} {last}" for last in _wordlist() if _phrase_sum([*words, last]))


KEY_CHECKS: Mapping[str, Check] = {
    "pem": check_pem,
    "pgp-armor": check_pgp_armor,
    "bech32": check_bech32,
    "base58check": check_base58,
    "base32-crc16": check_base32_crc16,
    "bip39": check_bip39,
}

KEY_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    "bech32": _complete_bech32,
    "base58check": _complete_base58,
    "base32-crc16": _complete_base32_crc16,
    "bip39": _complete_bip39,
}

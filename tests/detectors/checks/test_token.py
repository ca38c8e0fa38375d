"""Structure proofs of tokens and keys: what is built right passes, one changed character fails."""

import base64
import json
import string

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from detectors.checks.azure import marvin32
from detectors.checks.key import BECH32
from detectors.checks.table import CHECKS, complete
from detectors.checks.token import TOKEN_CHECKS

ALNUM = string.ascii_letters + string.digits


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def b64url(text: str) -> str:
    return b64(text).replace("+", "-").replace("/", "_").rstrip("=")


BODIES = {
    "vercel-crc32": st.text(ALNUM + "_-", min_size=50, max_size=50).map(lambda body: f"vcp_{body}"),
    "zuplo-crc32": st.text(string.digits + "abcdef", min_size=32, max_size=32).map(lambda body: f"zpka_{body}"),
    "confluent-crc32": st.text(ALNUM + "+/", min_size=54, max_size=54).map(lambda body: f"cflt{body}"),
    "azure-annotated": st.text(ALNUM, min_size=52, max_size=52).map(lambda body: f"{body}JQQJ99BAACYeBjFXJ3w3AAABACOG"),
    "bech32": st.text(BECH32.upper(), min_size=52, max_size=52).map(lambda body: f"AGE-SECRET-KEY-1{body}"),
    "base58check": st.binary(min_size=32, max_size=32).map(lambda key: f"80{key.hex()}01"),
    "base32-crc16": st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=53, max_size=53).map(lambda b: f"SUA{b}"),
    "basic-auth": st.tuples(st.text(ALNUM, min_size=1), st.text(ALNUM, min_size=1)).map(":".join),
    "discord-token": st.text(string.digits, min_size=17, max_size=19).map(lambda n: f"{n}.{'x' * 6}.{'y' * 27}"),
    "jfrog-reference": st.text(ALNUM, min_size=20, max_size=32).map(lambda body: f"reftkn:01:1704067200:{body}"),
    "bedrock-key": st.text(ALNUM, min_size=40, max_size=44).map(lambda b: f"BedrockAPIKey-ab1c-at-123456789012:{b}"),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_was_completed_passes(name: str) -> None:
    @given(BODIES[name])
    def law(body: str) -> None:
        assert CHECKS[name](complete(name, body)) is True

    law()


SUMS = ("vercel-crc32", "zuplo-crc32", "azure-annotated", "bech32", "base58check")


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_notices_a_changed_character(name: str) -> None:
    @given(BODIES[name], st.integers(20, 34))
    def law(body: str, at: int) -> None:
        token = complete(name, body)
        other = "Q" if token[at].upper() != "Q" else "P"
        assert CHECKS[name](token[:at] + other + token[at + 1 :]) is False

    law()


SAYS = [
    ("vercel-crc32", "vcp_35UYJwYZDigYATKhxJUAhPqRhit2Xe3dtiG60LsUTHeklEXDQ94Jafpu", True),  # Kingfisher's example
    ("zuplo-crc32", "zpka_3e6c4f7d39954ca29353b7ab88589b64_de26cd55", True),  # Kingfisher's example
    ("vercel-crc32", "vcp_" + "a" * 24, None),
    ("zuplo-crc32", "zpka_short_00000000", None),
    ("confluent-crc32", "cflt" + "a" * 20, None),
    ("azure-annotated", "a" * 84, None),
    ("azure-aligned", "a" * 76 + "+ASt" + "aaaaaQ==", None),
    ("azure-aligned", "a" * 76 + "+ASt" + "aaaaaa==", False),
    ("azure-aligned", "a" * 33 + "+AEh" + "Paaaaa=", None),
    ("azure-aligned", "a" * 33 + "+AEh" + "Zaaaaa=", False),
    ("azure-aligned", "a" * 42 + "+ACR" + "Daaaaa", None),
    ("azure-aligned", "a" * 42 + "+ACR" + "Zaaaaa", False),
    ("azure-devops", "a" * 52, None),
    ("azure-devops", "a" * 51 + "1", None),
    ("bech32", "age-secret-key", False),
    # BIP-173's own
    ("bech32", "A12UEL5L", True),
    ("bech32", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", True),
    ("bech32", "A12UEL5M", False),
    # the Bitcoin wiki's "Wallet import format"
    ("base58check", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", True),
    ("base58check", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK", False),
    ("base58check", "0OIl", False),
    # BIP-39's test vectors
    ("bip39", "legal winner thank year wave sausage worth useful legal winner thank yellow", True),
    ("bip39", "letter advice cage absurd amount doctor acoustic avoid letter advice cage above", True),
    ("bip39", "legal winner thank year wave sausage worth useful legal winner thank year", False),
    # from NATS' and Stellar's documentation
    ("base32-crc16", "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY", True),
    ("base32-crc16", "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VX", False),
    ("base32-crc16", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", True),
    ("bip39", "these are twelve plain words that nobody would take for a phrase", False),
    ("json-inside", f"glc_{b64(json.dumps({'o': '1', 'k': 'secret'}))}", True),
    ("json-inside", f"sk.{b64url(json.dumps({'u': 'me', 'a': 'x' * 20}))}.abc", True),
    ("json-inside", "ops_eyJ" + "a" * 30, False),
    ("json-inside", "glc_plain", None),
    ("bedrock-key", "bedrock-api-key-YmVk", None),
    ("bedrock-key", "ABSK" + b64("somebody else"), False),
    ("jfrog-reference", b64("reftkn:01"), False),
    ("basic-auth", b64("user:pass phrase"), True),
    ("basic-auth", b64("no colon here"), False),
    ("basic-auth", b64(b"\xff\xfe:\x00"), False),
    (
        "discord-token",
        f"{b64url('80351110224678912')}.abcdef.{'x' * 27}",
        True,
    ),  # the number in Discord's documentation
    ("discord-token", f"{'z' * 24}.abcdef.{'x' * 27}", False),
    ("discord-token", "mfa." + "x" * 80, None),
    ("vault-token", "hvs." + "a" * 24, None),
    ("vault-token", "hvs.CAESI" + "a" * 90, True),
    ("gitlab-routable", "glpat-" + "a" * 20, None),
]


@pytest.mark.parametrize(("name", "value", "expected"), SAYS, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(SAYS)])
def test_what_a_check_says(name: str, value: str, expected: bool | None) -> None:
    assert CHECKS[name](value) is expected


def test_the_last_word_of_a_phrase_can_be_found() -> None:
    phrase = complete("bip39", "zoo " * 10 + "zoo")
    assert CHECKS["bip39"](phrase) is True
    assert len(phrase.split()) == 12


def test_marvin_of_nothing_and_of_each_remainder_differ() -> None:
    assert len({marvin32(b"annotated"[:size]) for size in range(9)}) == 9


def key_block(kind: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8) -> str:
    key = ec.derive_private_key(0x1234567, ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def openssh_block() -> str:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    ).decode()


WRAPPINGS = {
    "as it is": lambda block: block,
    "escaped": lambda block: block.replace("\n", "\\n"),
    "escaped twice": lambda block: block.replace("\n", "\\\\n"),
    "indented": lambda block: block.replace("\n", "\n    "),
    "quoted": lambda block: block.replace("\n", "> "),
    "one line": lambda block: block.replace("\n", " "),
    "concatenated": lambda block: block.replace("\n", '\\n" +\n  "'),
    "windows": lambda block: block.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize(
    "block", [key_block(), key_block(serialization.PrivateFormat.TraditionalOpenSSL), openssh_block()]
)
def test_a_private_key_is_proven_in_every_wrapping(block: str, wrapping: str) -> None:
    assert CHECKS["pem"](WRAPPINGS[wrapping](block)) is True


def test_a_damaged_private_key_is_refuted() -> None:
    lines = key_block().splitlines()
    assert CHECKS["pem"]("\n".join([lines[0], *lines[2:]])) is False
    assert CHECKS["pem"]("\n".join([lines[0], "MIIE...", lines[-1]])) is False


def test_a_private_key_that_is_cut_off_or_encrypted_says_nothing() -> None:
    lines = key_block().splitlines()
    assert CHECKS["pem"]("\n".join(lines[:-1])) is None
    assert CHECKS["pem"]("\n".join([lines[0], "Proc-Type: 4,ENCRYPTED", *lines[1:]])) is None


def pgp_block(packets: bytes, checksum: str) -> str:
    head, tail = ("-----" + f"{which} PGP PRIVATE KEY BLOCK-----" for which in ("BEGIN", "END"))
    return f"{head}\nVersion: x\n\n{b64(packets)}\n{checksum}\n{tail}"


def test_pgp_armour_is_proven_by_its_sum() -> None:
    assert CHECKS["pgp-armor"](pgp_block(b"123456789", "=Ic8C")) is True  # CRC-24/OPENPGP of that text is 21cf02
    assert CHECKS["pgp-armor"](pgp_block(b"123456789", "=Ic8C").replace("\n", "\\n")) is True
    assert CHECKS["pgp-armor"](pgp_block(b"123456780", "=Ic8C")) is False
    assert CHECKS["pgp-armor"](pgp_block(b"123456789", "")) is None


HOSTILE = ["", "x", "0", "-", ".", "..", "\ud800", "é" * 40, "9" * 400, "_" * 60, "=" * 84, "eyJ" + "a" * 9, "1" * 99]


@pytest.mark.parametrize("name", TOKEN_CHECKS)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_answered(name: str, value: str) -> None:
    assert CHECKS[name](value) in (True, False, None)

"""Structural checks of secrets: checksums, signatures and decodable parts that vendors build into their tokens.

Pure and offline; True proves, False refutes, None says nothing. Each cites where its layout is published. `checks.py`
gives them their names.
"""

import base64
import json
import zlib
from collections.abc import Callable, Mapping

Check = Callable[[str], bool | None]

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def check_crc_base62(value: str) -> bool | None:
    """GitHub's and npm's classic tokens: PREFIX_, 30 characters, CRC-32 of those in six base62 digits.

    Source: github.blog, "Behind GitHub's new authentication token formats", 2021. Other lengths say nothing.
    """
    body = value.rpartition("_")[2]
    return _base62(zlib.crc32(body[:-6].encode()), 6) == body[-6:] if len(body) == 36 else None


def check_grafana(value: str) -> bool | None:
    """`glsa_` + 32 characters + `_` + CRC-32 of all before it, little-endian hex (Grafana's satokengen)."""
    head, _, tail = value.rpartition("_")
    return tail == _grafana_sum(head) if len(head) == 37 else None


def _grafana_sum(head: str) -> str:
    return zlib.crc32(head.encode()).to_bytes(4, "little").hex()


def check_gitlab_routable(value: str) -> bool | None:
    """`PREFIX-PAYLOAD.01.LLCCCCCCC`: payload length and CRC-32, base 36 (GitLab's routable_token.rb)."""
    body, _, tail = value.rpartition(".")
    if len(tail) != 9 or body.count(".") != 1:
        return None
    return _to_base(zlib.crc32(value[:-7].encode()), BASE36, 7) == tail[2:]


def check_aws_base32(value: str) -> bool | None:
    """Refutes key ids whose characters or embedded account number can't be; nothing in them proves one.

    Layout: awsteele.com 2020 and labs.withsecure.com: after the 4-letter prefix, bit 0 tells the generation, and in
    new keys bits 1 to 40 are the account number, which has at most 12 decimal digits.
    """
    try:
        raw = base64.b32decode(value[4:20])
    except ValueError:
        return False
    number = int.from_bytes(raw[:6], "big")
    is_new = number >> 47
    return False if is_new and (number & 0x7FFF_FFFF_FF80) >> 7 > 999_999_999_999 else None


def check_jwt(value: str) -> bool:
    """The first part is base64url of a JSON object naming an algorithm (RFC 7515)."""
    try:
        header = json.loads(_base64url(value.partition(".")[0]))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and isinstance(header.get("alg") or header.get("enc"), str)


def check_pypi(value: str) -> bool:
    """A version 2 macaroon located at pypi.org that ends in a 32-byte signature (PyPI's token format)."""
    try:
        raw = _base64url(value.partition("-")[2])
    except ValueError:
        return False
    located = raw.startswith((b"\x02\x01\x08pypi.org", b"\x02\x01\x0dtest.pypi.org"))
    return located and raw[-34:-32] == b"\x06\x20"


def _base64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _to_base(number: int, alphabet: str, width: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out.rjust(width, "0")


def _base62(number: int, width: int) -> str:
    return _to_base(number, BASE62, width)


def _complete_gitlab(body: str) -> str:
    payload = body.partition("-")[2]
    head = f"{body}.01.{_to_base(len(payload), BASE36, 2)}"
    return head + _to_base(zlib.crc32(head.encode()), BASE36, 7)


def _complete_crc_base62(body: str) -> str:
    return body + _base62(zlib.crc32(body.rpartition("_")[2].encode()), 6)


TOKEN_CHECKS: Mapping[str, Check] = {
    "github-crc32": check_crc_base62,
    "npm-crc32": check_crc_base62,
    "grafana-crc32": check_grafana,
    "gitlab-routable": check_gitlab_routable,
    "aws-base32": check_aws_base32,
    "jwt": check_jwt,
    "pypi-macaroon": check_pypi,
}

TOKEN_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    "github-crc32": _complete_crc_base62,
    "npm-crc32": _complete_crc_base62,
    "grafana-crc32": lambda body: f"{body}_{_grafana_sum(body)}",
    "gitlab-routable": _complete_gitlab,
}

"""Structural checks of secrets: checksums, signatures and decodable parts that vendors build into their tokens.

Pure and offline; True proves, False refutes, None says nothing. Each cites where its layout is published. `table.py`
gives them their names. Private keys and wallets stand in `key.py`, Azure's keys in `azure.py`.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping

from detectors.checks.azure import check_aligned, check_annotated, check_devops, complete_annotated
from detectors.checks.key import KEY_CHECKS, KEY_COMPLETIONS

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


def check_crc_after_prefix(value: str) -> bool | None:
    """`PREFIX_` + 50 characters + their CRC-32 in six base62 digits, as Vercel's typed tokens have it.

    As GitHub's, but the body may hold underscores. Confirmed with a token that Kingfisher publishes as its example.
    """
    body = value.partition("_")[2]
    return _base62(_crc(body[:-6]), 6) == body[-6:] if len(body) == 56 else None


def check_crc_hex(value: str) -> bool | None:
    """`PREFIX_BODY_CCCCCCCC`: CRC-32 of the 32 characters between the underscores, in hex (Zuplo's API keys)."""
    parts = value.split("_")
    if len(parts) != 3 or len(parts[1]) != 32 or len(parts[2]) != 8:
        return None
    return f"{_crc(parts[1]):08x}" == parts[2].lower()


def check_confluent(value: str) -> bool | None:
    """`cflt` + 54 characters + CRC-32, little-endian, in six base64 digits (Confluent's secret scanning page, 2024).

    The page doesn't say whether the prefix is summed too; either sum proves the secret.
    """
    if len(value) != 64:
        return None
    return value[-6:] in (_confluent_sum(value[:-6]), _confluent_sum(value[4:-6]))


def _confluent_sum(body: str) -> str:
    return base64.b64encode(_crc(body).to_bytes(4, "little")).decode()[:6]


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))


def check_gitlab_routable(value: str) -> bool | None:
    """`PREFIX-PAYLOAD.01.LLCCCCCCC`, or without the `01`: payload length and CRC-32, base 36 (routable_token.rb)."""
    body, _, tail = value.rpartition(".")
    if len(tail) != 9 or body.count(".") > 1:
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


def check_json_inside(value: str) -> bool | None:
    """Part of the token is base64 of a JSON object: Grafana's, Sentry's, 1Password's, Mapbox's, Temporal's.

    Sources: the vendors' own issuers, where they are open, and GitHub's list of secret scanning patterns.
    """
    part = _JSON_PART.search(value)
    if part is None:
        return None
    try:
        return isinstance(json.loads(_base64_any(part[0])), dict)
    except (ValueError, RecursionError):
        return False


_JSON_PART = re.compile(r"eyJ[A-Za-z0-9+/_-]{8,4000}")


def check_bedrock(value: str) -> bool | None:
    """`ABSK` + base64 of `BedrockAPIKey-ID-at-ACCOUNT:SECRET` (Amazon's long-term Bedrock keys). Others say nothing."""
    if not value.startswith("ABSK"):
        return None
    return _decodes_to(_BEDROCK, value[4:])


_BEDROCK = re.compile(rb"BedrockAPIKey-[a-z0-9]{4}-at-[0-9]{12}:[ -~]{20,200}")


def check_jfrog_reference(value: str) -> bool:
    """64 characters of base64 that read `reftkn:VERSION:EXPIRY:SECRET` (JFrog's reference tokens)."""
    return _decodes_to(re.compile(rb"reftkn:[0-9]{2}:[0-9]{10}:[ -~]{20,40}"), value)


def check_basic_auth(value: str) -> bool:
    """Base64 of `name:password` in printable text (RFC 7617; Docker's config.json stores logins the same way)."""
    try:
        login = _base64_any(value).decode("utf-8")
    except ValueError:
        return False
    name, colon, password = login.partition(":")
    return bool(name and colon and password) and login.isprintable()


def check_discord(value: str) -> bool | None:
    """The first of three parts is base64 of the account's number, whose upper bits are a time after 2015.

    Source: Discord's developer documentation, "Snowflakes"; bots' tokens begin with their own. `mfa.` says nothing.
    """
    parts = value.split(".")
    if len(parts) != 3 or parts[0] == "mfa":
        return None
    try:
        number = _base64_any(parts[0]).decode("ascii")
    except ValueError:
        return False
    return number.isdigit() and 16 < len(number) < 21


def check_vault(value: str) -> bool | None:
    """`hvs.CAES`: base64url of Vault's SignedToken message, which opens with its version and the field that is next.

    Never refutes: root tokens and those of other versions are plain characters.
    """
    return True if value.startswith("hvs.CAES") and len(value) > 85 else None


def _decodes_to(shape: re.Pattern[bytes], text: str) -> bool:
    try:
        return shape.fullmatch(_base64_any(text)) is not None
    except ValueError:
        return False


def _base64_any(text: str) -> bytes:
    """Either alphabet, padded or not. Raises ValueError."""
    return _base64url(text.rstrip("=").replace("+", "-").replace("/", "_"))


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


def _complete_basic_auth(body: str) -> str:
    return base64.b64encode(body.encode()).decode()


def _complete_discord(body: str) -> str:
    number, _, rest = body.partition(".")
    return f"{base64.b64encode(b'1' + number[1:].encode()).decode().rstrip('=')}.{rest}"


def _complete_zuplo(body: str) -> str:
    return f"{body}_{_crc(body.partition('_')[2]):08x}"


TOKEN_CHECKS: Mapping[str, Check] = {
    **KEY_CHECKS,
    "github-crc32": check_crc_base62,
    "npm-crc32": check_crc_base62,
    "grafana-crc32": check_grafana,
    "gitlab-routable": check_gitlab_routable,
    "aws-base32": check_aws_base32,
    "jwt": check_jwt,
    "pypi-macaroon": check_pypi,
    "vercel-crc32": check_crc_after_prefix,
    "zuplo-crc32": check_crc_hex,
    "confluent-crc32": check_confluent,
    "json-inside": check_json_inside,
    "bedrock-key": check_bedrock,
    "jfrog-reference": check_jfrog_reference,
    "basic-auth": check_basic_auth,
    "discord-token": check_discord,
    "vault-token": check_vault,
    "azure-annotated": check_annotated,
    "azure-aligned": check_aligned,
    "azure-devops": check_devops,
}

TOKEN_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    **KEY_COMPLETIONS,
    "github-crc32": _complete_crc_base62,
    "npm-crc32": _complete_crc_base62,
    "grafana-crc32": lambda body: f"{body}_{_grafana_sum(body)}",
    "gitlab-routable": _complete_gitlab,
    "vercel-crc32": lambda body: body + _base62(_crc(body.partition("_")[2]), 6),
    "zuplo-crc32": _complete_zuplo,
    "confluent-crc32": lambda body: body + _confluent_sum(body),
    "basic-auth": _complete_basic_auth,
    "discord-token": _complete_discord,
    "bedrock-key": lambda body: "ABSK" + _complete_basic_auth(body),
    "jfrog-reference": _complete_basic_auth,
    "azure-annotated": complete_annotated,
}

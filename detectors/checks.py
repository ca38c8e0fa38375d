"""Named structural checks: does a value's own structure prove it (True), refute it (False), or say nothing (None)?

Pure and offline: checksums, ranges, decodable parts. Rules name them, the engine runs them. `complete` does the
reverse for rule examples. National numbers are python-stdnum's; token formats are the vendors', cited at each.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping
from importlib import import_module

from stdnum import iban, luhn

from detectors.card import is_issued
from detectors.plausible import is_benign, is_code, is_secret

Check = Callable[[str], bool | None]

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
NPI_PREFIX = "80840"
"""ISO 7812 issuer of US health identifiers; CMS counts it into an NPI's Luhn sum."""


_NOT_DIGIT = re.compile(r"[^0-9]")


def digits_of(value: str) -> str:
    """The ASCII digits of a value, separators dropped."""
    return _NOT_DIGIT.sub("", value)


def check_luhn(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) > 1 and bool(luhn.is_valid(digits))


def check_card(value: str) -> bool:
    digits = digits_of(value)
    return is_issued(digits) and bool(luhn.is_valid(digits))


def check_npi(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) == 10 and digits[0] in "12" and bool(luhn.is_valid(NPI_PREFIX + digits))


def check_dea(value: str) -> bool:
    """Registrant letter, a letter or 9, six digits, check digit (21 CFR 1301; the sum is DEA's own publication)."""
    if len(value) != 9 or not value[0].isalpha() or not value[2:].isdecimal():
        return False
    return value[8] == _dea_digit(value[2:8])


def _dea_digit(six: str) -> str:
    numbers = [int(c) for c in six]
    return str((sum(numbers[0::2]) + 2 * sum(numbers[1::2])) % 10)


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


def _stdnum(module: str) -> Check:
    """python-stdnum's validity of a number; the module is imported when first asked."""

    def check(value: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(value))

    return check


def check_not_placeholder(value: str) -> bool | None:
    """False for what stands in a secret's place: placeholders, templates, attribute paths. Never proof of anything."""
    return False if is_benign(value) or is_code(value) else None


def check_plausible(value: str) -> bool | None:
    """False for what doesn't look like a password or key at all. Never proof of anything."""
    return None if is_secret(value, is_password=True, quoted=False) else False


CHECKS: Mapping[str, Check] = {
    "luhn": check_luhn,
    "card": check_card,
    "npi": check_npi,
    "dea": check_dea,
    "github-crc32": check_crc_base62,
    "npm-crc32": check_crc_base62,
    "grafana-crc32": check_grafana,
    "gitlab-routable": check_gitlab_routable,
    "aws-base32": check_aws_base32,
    "jwt": check_jwt,
    "pypi-macaroon": check_pypi,
    "not-placeholder": check_not_placeholder,
    "plausible-secret": check_plausible,
    "iban": _stdnum("iban"),
    "ssn": _stdnum("us.ssn"),
    "itin": _stdnum("us.itin"),
    "atin": _stdnum("us.atin"),
    "ein": _stdnum("us.ein"),
    "aba": _stdnum("us.rtn"),
    "imei": _stdnum("imei"),
    "uk-nhs": _stdnum("gb.nhs"),
    "uk-utr": _stdnum("gb.utr"),
    "ca-sin": _stdnum("ca.sin"),
    "au-tfn": _stdnum("au.tfn"),
    "de-idnr": _stdnum("de.idnr"),
    "fr-nir": _stdnum("fr.nir"),
    "es-dni": _stdnum("es.dni"),
    "es-nie": _stdnum("es.nie"),
    "it-codicefiscale": _stdnum("it.codicefiscale"),
    "nl-bsn": _stdnum("nl.bsn"),
    "be-nn": _stdnum("be.nn"),
    "pl-pesel": _stdnum("pl.pesel"),
    "pt-nif": _stdnum("pt.nif"),
    "se-personnummer": _stdnum("se.personnummer"),
    "fi-hetu": _stdnum("fi.hetu"),
    "dk-cpr": _stdnum("dk.cpr"),
    "no-fodselsnummer": _stdnum("no.fodselsnummer"),
    "ch-ahv": _stdnum("ch.ssn"),
    "br-cpf": _stdnum("br.cpf"),
    "mx-curp": _stdnum("mx.curp"),
    "in-aadhaar": _stdnum("in_.aadhaar"),
    "in-pan": _stdnum("in_.pan"),
    "kr-rrn": _stdnum("kr.rrn"),
    "za-idnr": _stdnum("za.idnr"),
}


def complete(name: str, body: str) -> str:
    """`body` with what makes check `name` answer True. Raises ValueError when the check can't be completed."""
    if name not in _COMPLETIONS:
        raise ValueError(f"template check, expected one of {', '.join(_COMPLETIONS)}, found {name!r}")
    return _COMPLETIONS[name](body)


def _complete_iban(body: str) -> str:
    country, account = body[:2], body[2:]
    return f"{country}{iban.calc_check_digits(f'{country}00{account}')}{account}"


def _complete_aba(body: str) -> str:
    return body + str(import_module("stdnum.us.rtn").calc_check_digit(body))


def _complete_gitlab(body: str) -> str:
    payload = body.partition("-")[2]
    head = f"{body}.01.{_to_base(len(payload), BASE36, 2)}"
    return head + _to_base(zlib.crc32(head.encode()), BASE36, 7)


def _complete_luhn(body: str) -> str:
    return body + str(luhn.calc_check_digit(digits_of(body)))


def _complete_crc_base62(body: str) -> str:
    return body + _base62(zlib.crc32(body.rpartition("_")[2].encode()), 6)


_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    "luhn": _complete_luhn,
    "card": _complete_luhn,
    "npi": lambda body: body + str(luhn.calc_check_digit(NPI_PREFIX + body)),
    "dea": lambda body: body + _dea_digit(body[2:8]),
    "aba": _complete_aba,
    "iban": _complete_iban,
    "github-crc32": _complete_crc_base62,
    "npm-crc32": _complete_crc_base62,
    "grafana-crc32": lambda body: f"{body}_{_grafana_sum(body)}",
    "gitlab-routable": _complete_gitlab,
}

"""Structural checks of numbers that name people, patients and accounts: check digits, ranges, embedded dates.

Pure and offline; True proves, False refutes, None says nothing. python-stdnum's where it has them, ours with their
source where it hasn't. `checks.py` gives them their names.
"""

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from stdnum import iban, luhn

Check = Callable[[str], bool | None]

NPI_PREFIX = "80840"
"""ISO 7812 issuer of US health identifiers; CMS counts it into an NPI's Luhn sum."""

_NOT_DIGIT = re.compile(r"[^0-9]")


def digits_of(value: str) -> str:
    """The ASCII digits of a value, separators dropped."""
    return _NOT_DIGIT.sub("", value)


def check_luhn(value: str) -> bool:
    digits = digits_of(value)
    return len(digits) > 1 and bool(luhn.is_valid(digits))


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


def _stdnum(module: str) -> Check:
    """python-stdnum's validity of a number; the module is imported when first asked."""

    def check(value: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(value))

    return check


def _complete_luhn(body: str) -> str:
    return body + str(luhn.calc_check_digit(digits_of(body)))


def _complete_iban(body: str) -> str:
    country, account = body[:2], body[2:]
    return f"{country}{iban.calc_check_digits(f'{country}00{account}')}{account}"


def _complete_aba(body: str) -> str:
    return body + str(import_module("stdnum.us.rtn").calc_check_digit(body))


ID_CHECKS: Mapping[str, Check] = {
    "luhn": check_luhn,
    "npi": check_npi,
    "dea": check_dea,
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

ID_COMPLETIONS: Mapping[str, Callable[[str], str]] = {
    "luhn": _complete_luhn,
    "npi": lambda body: body + str(luhn.calc_check_digit(NPI_PREFIX + body)),
    "dea": lambda body: body + _dea_digit(body[2:8]),
    "aba": _complete_aba,
    "iban": _complete_iban,
}
